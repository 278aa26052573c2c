"""The factories, and an invoice as REST tells it."""

from typing import Any

from tests import factories
from tests.factories import Maker, Rest
from tests.settings.conftest import seen, statements

make = factories.make
__all__ = ["make", "seen", "statements"]

LINE = {"name": "Consulenza", "quantity": "3", "price": "19.99", "discount": "10"}


def write(rest: Rest, client: int, **keys: Any) -> Any:
    """A new invoice by REST: the answer's result."""
    answer = rest.post("/api/v1/invoices/", {"client": client, "lines": [LINE], **keys})
    assert answer.status_code == 201, answer.text
    return answer.json["result"]


def move(rest: Rest, invoice: int, status: str) -> Any:
    """Ask for another status by REST: the answer."""
    return rest.put(f"/api/v1/invoices/{invoice}", {"status": status})


def read(make: Maker, invoice: int, who: str = "marta") -> Any:
    """The invoice as REST tells it."""
    answer = make.rest(who).get(f"/api/v1/invoices/{invoice}")
    assert answer.status_code == 200, answer.text
    return answer.json["result"]

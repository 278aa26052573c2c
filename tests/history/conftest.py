"""The factories, as a fixture, a look into the database, and the ways to the history of a contact."""

from collections.abc import Callable
from typing import Any

import prison
import pytest

from tests import factories
from tests.factories import Maker, Rest
from tests.settings.conftest import seen, statements

make = factories.make
__all__ = ["make", "seen", "statements"]

Write = Callable[..., Any]


@pytest.fixture
def write(make: Maker) -> Write:
    """Writes an event by REST as somebody; the answer: `write("sergio", contact, text="Ciao")`."""

    def post(who: str, contact: int, /, **keys: Any) -> Any:
        return make.rest(who).post("/api/v1/events/", json={"contact": contact, "text": "Ciao", **keys})

    return post


def listed(rest: Rest, contact: int | None = None, **args: Any) -> Any:
    """Events by REST, of one contact or all that the caller sees: FAB's answer with `count` and `result`."""
    filters = [{"col": "contact", "opr": "eq", "value": contact}] if contact else []
    return rest.get(f"/api/v1/events/?q={prison.dumps({'filters': filters, **args})}").json


def told(rest: Rest, contact: int) -> list[str]:
    """What the product recorded of a contact, the oldest first."""
    answer = listed(rest, contact, order_column="id", order_direction="asc")
    return [event["verb"] for event in answer["result"] if event["verb"]]

"""The factories, as a fixture, looks into the database, and the two doors to opportunities."""

from typing import Any

from tests import factories
from tests.factories import Maker
from tests.settings.conftest import seen, statements

make = factories.make
__all__ = ["make", "seen", "statements"]
REST = "/api/v1/opportunities/"


def posted(make: Maker, who: str = "sergio", **keys: Any) -> Any:
    """A new opportunity by REST: the answer."""
    return make.rest(who).post(REST, {"title": "Fornitura", **keys})


def result(make: Maker, pk: int, who: str = "sergio") -> dict[str, Any]:
    """What REST shows of it."""
    return dict(make.rest(who).get(f"{REST}{pk}").json["result"])


def form(make: Maker, **keys: Any) -> dict[str, Any]:
    """What the page's form sends."""
    plain = {"title": "Fornitura", "currency": "EUR", "budget_type": "fixed", "periods": "1"}
    return plain | {"stage": make.stage(), "owner": make["sergio"].id, **keys}

"""The factories, as a fixture, and the doors to cases."""

from typing import Any

from tests import factories
from tests.factories import Maker
from tests.settings.conftest import statements

make = factories.make
__all__ = ["make", "statements"]
REST = "/api/v1/cases/"


def result(make: Maker, pk: int, who: str = "sergio") -> dict[str, Any]:
    """What REST shows of a case."""
    return dict(make.rest(who).get(f"{REST}{pk}").json["result"])


def taking_part(make: Maker, pk: int, who: str = "sergio") -> list[int]:
    """Ids of its participants."""
    return [one["id"] for one in result(make, pk, who)["participants"]]


def guests(make: Maker, count: int, **keys: Any) -> list[int]:
    """Contacts with an email address each."""
    return [make.contact(emails=[f"ospite{n}@example.com"], last_name=f"Ospite{n:02}", **keys) for n in range(count)]

"""How lists of opportunities are loaded and filtered: no statement a row, no page that grows with the table."""

from typing import Any

from sqlalchemy.orm import joinedload, selectinload

from app.core.finding import FilterKey, FilterPrivate
from app.core.interface import CrmInterface
from app.opportunities.models import Opportunity
from app.settings.filters import CustomInterface

KEYS = ("contact", "stage", "owner", "lost_reason")


def list_loads() -> tuple[Any, ...]:
    """Relations that a list shows."""
    return (joinedload(Opportunity.contact).lazyload("*"), joinedload(Opportunity.stage))


def interface(*more: Any) -> CrmInterface:
    """The data interface of page and REST."""
    equal = dict.fromkeys(KEYS, FilterKey) | {"private": FilterPrivate}
    return CustomInterface(Opportunity, loads=(*list_loads(), *more), equal=equal)


def list_interface() -> CrmInterface:
    """Of the page: whoever likes sees why something was lost."""
    return interface(joinedload(Opportunity.lost_reason))


def api_interface() -> CrmInterface:
    """REST shows more of each row."""
    people = selectinload(Opportunity.participants).lazyload("*")
    return interface(people, joinedload(Opportunity.lost_reason))

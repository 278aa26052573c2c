"""How lists of opportunities are loaded and filtered: no statement a row, no page that grows with the table."""

from typing import Any

from sqlalchemy.orm import joinedload, selectinload

from app.core.finding import FilterKey, FilterPrivate
from app.core.interface import CrmInterface
from app.opportunities import service, stages
from app.opportunities.models import Opportunity, StageKind
from app.settings.filters import CustomInterface

STALE = "stale"
KEYS = ("contact", "stage", "owner", "lost_reason")


class FilterStage(FilterKey):
    """A stage by its id, all stages of a kind ("open", "won", "lost"), or open ones that were left alone ("stale")."""

    def apply(self, query: Any, value: Any) -> Any:
        wanted = str(value[0] if isinstance(value, list) else value)
        if wanted not in (STALE, *StageKind):
            return super().apply(query, value)
        kind = StageKind.OPEN if wanted == STALE else wanted
        ids = [stage.id for stage in stages.all_stages() if stage.kind == kind]
        return query.filter(service.stale(ids) if wanted == STALE else Opportunity.stage_id.in_(ids))


def list_loads() -> tuple[Any, ...]:
    """Relations that a list shows."""
    return (joinedload(Opportunity.contact).lazyload("*"), joinedload(Opportunity.stage))


def interface(*more: Any) -> CrmInterface:
    """The data interface of page and REST."""
    equal = dict.fromkeys(KEYS, FilterKey) | {"private": FilterPrivate, "stage": FilterStage}
    return CustomInterface(Opportunity, loads=(*list_loads(), *more), equal=equal)


def list_interface() -> CrmInterface:
    """Of the page: whoever likes sees why something was lost."""
    return interface(joinedload(Opportunity.lost_reason))


def api_interface() -> CrmInterface:
    """REST shows more of each row."""
    people = selectinload(Opportunity.participants).lazyload("*")
    return interface(people, joinedload(Opportunity.lost_reason))

"""How lists of cases are loaded and filtered: closed ones are left out unless they are asked for (CAS-02)."""

from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import false, select
from sqlalchemy.orm import selectinload

from app.cases.models import Case, Participant
from app.core.finding import FilterKey, FilterPrivate
from app.core.interface import CrmInterface
from app.settings.filters import CustomInterface

STATES = ("open", "closed", "all")


class FilterState(BaseFilter):
    """Cases that are "open" or "closed"; any other word leaves none out."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        wanted = str(value[0] if isinstance(value, list) else value).lower()
        if wanted in ("open", "false", "0"):
            return query.filter(~Case.closed)
        return query.filter(Case.closed) if wanted in ("closed", "true", "1", "y") else query


class FilterParticipant(BaseFilter):
    """Cases in which a contact takes part: {"col": "participants", "opr": "eq", "value": 5}."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        text = str(value[0] if isinstance(value, list) else value)
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            return query.filter(false())
        return query.filter(Case.id.in_(select(Participant.case_id).where(Participant.contact_id == int(text))))


def interface(*more: Any) -> CrmInterface:
    """The data interface of page and REST."""
    equal = {"owner": FilterKey, "private": FilterPrivate, "closed": FilterState, "participants": FilterParticipant}
    return CustomInterface(Case, loads=more, equal=equal)


def api_interface() -> CrmInterface:
    """REST shows more of each row."""
    return interface(selectinload(Case.participants).lazyload("*"))

"""How lists of contacts are searched and loaded: one trigram index for every fragment, no statement a row."""

from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ARRAY, ColumnElement, Integer, String, and_, bindparam, cast
from sqlalchemy.orm import joinedload

from app.contacts.models import Contact
from app.core import access
from app.core.finding import FilterDays, FilterKey
from app.core.interface import CrmInterface
from app.core.text import fold, like_fragment
from app.settings.filters import CustomInterface

SHORTEST = 3  # letters that a trigram index can find


def list_loads() -> tuple[Any, ...]:
    """Relations that a list shows."""
    company = joinedload(Contact.company).load_only(Contact.kind, Contact.name, Contact.first_name, Contact.last_name)
    return (company.lazyload("*"), joinedload(Contact.type), joinedload(Contact.temperature))


def matching(typed: str) -> ColumnElement[bool]:
    """Contacts in whose names, emails, web addresses and phone digits each typed word is found (GEN-06).

    Of a phone number the digits count, without the trunk zero that `+49 30 …` has not. One or two letters are looked
    for where names begin: the trigram index knows nothing shorter than three (deploy/decisions/access-forms.md).
    """
    words = fold(typed).split()[:8]
    if sum(c.isdigit() for c in typed) >= 4 and not any(c.isalpha() for c in typed):
        words = ["".join(c for c in typed if c.isdigit()).lstrip("0")]
    if not any(len(word) >= SHORTEST for word in words):
        return Contact.sort_name.like(f"{like_fragment(' '.join(words))[1:]}")
    return and_(*(Contact.search.like(like_fragment(word)) for word in words))


class FilterContactSearch(BaseFilter):
    """`search` in the page's box and in REST (`{"col": "search", "opr": "search", "value": …}`)."""

    name = _l("Contains")
    arg_name = "search"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(matching(str(value[0] if isinstance(value, list) else value)))


def of_kind(kind: str) -> ColumnElement[bool]:
    """Written into the statement as it is: a kind in a parameter would keep the small index on companies out of it."""
    return Contact.kind == bindparam("kind", kind, String, literal_execute=True)


class FilterKind(BaseFilter):
    """Persons or companies."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(of_kind(str(value[0] if isinstance(value, list) else value)))


class FilterPrivate(BaseFilter):
    """Private contacts, or open ones. For those who are no administrators the private ones are asked for without
    "everyone", so that the small index on private rows is used instead of a walk through the whole table."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        wanted = str(value[0] if isinstance(value, list) else value).lower() in ("y", "1", "true")
        query = query.filter(Contact.private.is_(wanted))
        actor = access.current()
        if not wanted or actor.is_admin:
            return query
        mine = [p for p in actor.principals if p != access.EVERYONE]
        return query.filter(Contact.audience.op("&&")(cast(mine, ARRAY(Integer))))


def interface() -> CrmInterface:
    """The data interface of page and REST."""
    equal = {"kind": FilterKind, "private": FilterPrivate, "company": FilterKey, "created_at": FilterDays}
    return CustomInterface(Contact, loads=list_loads(), equal=equal)

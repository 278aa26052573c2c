"""How lists of contacts are searched and loaded: one trigram index for every fragment, no statement a row."""

from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from app.contacts.models import Channel, Contact, Medium, contact_tag
from app.core.text import fold, like_fragment


def list_loads() -> tuple[Any, ...]:
    """Relations that a list shows."""
    company = joinedload(Contact.company).load_only(Contact.kind, Contact.name, Contact.first_name, Contact.last_name)
    return (company.lazyload("*"), joinedload(Contact.type), joinedload(Contact.temperature))


def matching(typed: str) -> ColumnElement[bool]:
    """Contacts in whose names, emails, web addresses and phone digits each typed word is found (GEN-06).

    Blanks and signs within a phone number do not matter: a text of digits and signs is looked for as digits.
    """
    words = fold(typed).split()[:8]
    if sum(c.isdigit() for c in typed) >= 4 and not any(c.isalpha() for c in typed):
        words = ["".join(c for c in typed if c.isdigit())]
    return and_(*(Contact.search.like(like_fragment(word)) for word in words)) if words else Contact.id.isnot(None)


class FilterContactSearch(BaseFilter):
    """`search` in the page's box and in REST (`{"col": "search", "opr": "search", "value": …}`)."""

    name = _l("Contains")
    arg_name = "search"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(matching(str(value[0] if isinstance(value, list) else value)))


class FilterTag(BaseFilter):
    """Contacts with a tag (by id)."""

    name = _l("is")
    arg_name = "tag"

    def apply(self, query: Any, value: Any) -> Any:
        tagged = select(contact_tag.c.contact_id).where(contact_tag.c.tag_id == int(value))
        return query.filter(Contact.id.in_(tagged))


def by_email(addresses: list[str]) -> Any:
    """Ids of contacts that have one of the addresses (lower case)."""
    return select(Channel.contact_id).where(Channel.medium == Medium.EMAIL, Channel.normal.in_(addresses))

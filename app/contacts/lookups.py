"""Contacts, companies, persons and tags chosen by typing."""

from sqlalchemy import select

from app.contacts.models import Contact, Kind, Medium
from app.core.db import db
from app.core.lookup import LIMIT, Choice, lookup
from app.core.text import fold, like_fragment
from app.settings.tags import choices as tag_choices


def _contacts(typed: str, *kinds: Kind) -> list[Choice]:
    found = select(Contact).where(Contact.kind.in_(kinds)).order_by(Contact.sort_name, Contact.id).limit(LIMIT)
    if typed.strip():
        found = found.where(Contact.search.like(like_fragment(fold(typed))))
    return [_choice(c) for c in db.session.scalars(found)]


def _choice(contact: Contact) -> Choice:
    email = contact.primary(Medium.EMAIL)
    return {"value": contact.id, "text": contact.full_name, "sub": email.value if email else ""}


@lookup("contact")
def contacts(typed: str) -> list[Choice]:
    """Persons and companies that the actor may see."""
    return _contacts(typed, *Kind)


@lookup("company")
def companies(typed: str) -> list[Choice]:
    """Companies that the actor may see."""
    return _contacts(typed, Kind.COMPANY)


@lookup("person")
def persons(typed: str) -> list[Choice]:
    """Persons that the actor may see."""
    return _contacts(typed, Kind.PERSON)


@lookup("tag")
def tags(typed: str) -> list[Choice]:
    """Tags by a fragment of their name."""
    return [{"value": t.name, "text": t.name, "sub": ""} for t in tag_choices(typed, LIMIT)]

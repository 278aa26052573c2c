"""The records that the rows of a chunk name, as far as the actor sees them: a hidden one is answered like one that is
not there (SPEC, Import policy 8; ACC-06). A handful of statements a chunk."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.contacts.models import Channel, Contact, Medium
from app.core.db import db
from app.core.text import fold
from app.tasks.models import LINKS
from importers.values import plain_email

CALLED = re.compile(r"(.*?)\s*[<(]([^<>()\s]+@[^<>()\s]+)[>)]")
MOST_WORDS = 12
TITLED = ("opportunity", "case", "project")
Ids = dict[int, Any]


class Unlinked(Exception):
    """A row names what can't be found: the field, and a sentence."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def called(text: str, email: str | None = None) -> tuple[str, str]:
    """Name and email of a contact as a cell says them: `Maria Rossi <maria@example.com>`, or either alone."""
    found = CALLED.fullmatch(text)
    name, beside = (found[1], found[2].lower()) if found else ("", "") if plain_email(text) else (text, "")
    return name, email or beside or (text.lower() if not name else "")


def turned(name: str) -> list[str]:
    """Persons are sorted by their last name: each way to turn `Maria De Rossi`, folded."""
    words = fold(name).split()[:MOST_WORDS]
    return [" ".join(words[i:] + words[:i]) for i in range(len(words))]


def _wanted(rows: Iterable[Any]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for row in rows:
        if contact := getattr(row, "contact", None) or getattr(row, "contact_email", None):
            found.add(called(getattr(row, "contact", None) or contact, getattr(row, "contact_email", None)))
        found.update(called(text) for text in getattr(row, "participants", None) or ())
    return found


class Links:
    """What the rows of one chunk name."""

    def __init__(self, rows: list[Any]) -> None:
        contacts = _wanted(rows)
        self.emails = _by_email({email for _name, email in contacts if email})
        self.names = _by_name({way for name, _email in contacts for way in turned(name)})
        self.titled = {name: _by_title(name, rows) for name in TITLED}

    def contact(self, row: Any) -> int | None:
        """The contact of a row, None where it names none. Raises Unlinked."""
        name, email = getattr(row, "contact", None), getattr(row, "contact_email", None)
        if not name and not email:
            return None
        return self._one("contact" if name else "contact_email", *called(name or email or "", email))

    def participants(self, row: Any) -> list[int]:
        """The contacts that take part. Raises Unlinked."""
        return list(dict.fromkeys(self._one("participants", *called(text)) for text in row.participants or ()))

    def _one(self, field: str, name: str, email: str) -> int:
        ways = turned(name)
        if email:
            found: Ids = self.emails.get(email, {})
            found = {key: sort for key, sort in found.items() if sort in ways} or found
        else:
            found = {key: way for way in ways for key in self.names.get(way, ())}
        if not found:
            raise Unlinked(field, _("There is no such contact."))
        if len(found) > 1:
            raise Unlinked(field, _("Several contacts are called so: name the one that is meant by its email."))
        return next(iter(found))

    def record(self, field: str, row: Any, contact: int | None) -> int | None:
        """The opportunity, case or project of a row, by its title; of several of one title that of the row's contact.
        None where the row names none. Raises Unlinked."""
        title = getattr(row, field, None)
        if not title:
            return None
        found = self.titled[field].get(fold(title), {})
        if len(found) > 1 and contact is not None:
            found = {key: whose for key, whose in found.items() if whose == contact} or found
        if not found:
            raise Unlinked(field, _("There is no such record."))
        if len(found) > 1:
            raise Unlinked(field, _("Several records are called so."))
        return next(iter(found))


def _by_email(emails: set[str]) -> dict[str, Ids]:
    """{address: {contact: its sort name}}."""
    found: dict[str, Ids] = defaultdict(dict)
    hung = select(Channel.normal, Contact.id, Contact.sort_name).join(Contact, Contact.id == Channel.contact_id)
    mine = hung.where(Channel.medium == Medium.EMAIL, Channel.normal.in_(emails))
    for email, key, sort in db.session.execute(mine) if emails else ():
        found[email][key] = sort
    return found


def _by_name(ways: set[str]) -> dict[str, list[int]]:
    """{folded name: contacts}."""
    found: dict[str, list[int]] = defaultdict(list)
    mine = select(Contact.sort_name, Contact.id).where(Contact.sort_name.in_(ways))
    for sort, key in db.session.execute(mine) if ways else ():
        found[sort].append(key)
    return found


def _by_title(field: str, rows: list[Any]) -> dict[str, Ids]:
    """{folded title: {record: its contact}}."""
    titles = {fold(title) for row in rows if (title := getattr(row, field, None))}
    model, found = LINKS[field], defaultdict[str, Ids](dict)
    whose = getattr(model, "contact_id", model.id)
    for sort, key, contact in (
        db.session.execute(select(model.sort_name, model.id, whose).where(model.sort_name.in_(titles)))
        if titles
        else ()
    ):
        found[sort][key] = contact
    return found

"""Changed values in words: stored so that each reader gets his own language, and no name that he may not see.

A stored value is None, a part, or a list of parts. A part is a text, {"word": an English word of ours}, both of them
({"text": "a@example.com", "word": "Work"}), or {"contact": id}, which is named to those alone who see that contact.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.core.db import db
from app.history.models import HistoryEvent

LONGEST = 500  # characters of a text that is kept; the record itself holds the whole of the new one
FIELDS: dict[str, Any] = {}  # labels of the fields that a change may name; each room adds its own


def short(text: str | None) -> str | None:
    """A text as it is kept in a change."""
    return f"{text[:LONGEST]}…" if text and len(text) > LONGEST else text


def label(field: str) -> str:
    """What the reader calls a field; a custom field without a label is called by its key."""
    return str(FIELDS.get(field) or field.removeprefix("custom."))


def contact_class() -> type[Any]:
    """The class at the other end of `contact`: a room to the right, known here by its name alone."""
    return HistoryEvent.contact.property.mapper.class_  # type: ignore[no-any-return]


def in_words(events: Iterable[HistoryEvent]) -> dict[int, list[dict[str, str | None]]]:
    """The changes of each event, by its id, as [{"field", "old", "new"}] with texts in the reader's language.

    One statement for all of them. A change between two values that the reader may not see is left out.
    """
    events = list(events)
    names = _names({part["contact"] for part in _parts(events) if isinstance(part, dict) and "contact" in part})
    return {event.id: list(_changes(event, names)) for event in events}


def _parts(events: Iterable[HistoryEvent]) -> Iterator[Any]:
    return (part for e in events for change in e.changes for key in ("old", "new") for part in _listed(change[key]))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names(ids: set[int]) -> dict[int, str]:
    """Names of the contacts that the reader sees; no statement where there are none to look for."""
    contact = contact_class()
    found = db.session.scalars(select(contact).where(contact.id.in_(ids)).options(lazyload("*"))) if ids else ()
    return {row.id: str(row) for row in found}


def _changes(event: HistoryEvent, names: dict[int, str]) -> Iterator[dict[str, str | None]]:
    for change in event.changes:
        old, new = (_text(change[key], names) for key in ("old", "new"))
        if old != new:
            yield {"field": change["field"], "old": old, "new": new}


def _text(value: Any, names: dict[int, str]) -> str | None:
    return ", ".join(filter(None, (_part(part, names) for part in _listed(value)))) or None


def _part(part: Any, names: dict[int, str]) -> str | None:
    if not isinstance(part, dict):
        return str(part)
    if "contact" in part:
        return names.get(part["contact"])
    stored = part["word"]
    word = gettext(stored)
    return f"{part['text']} ({word})" if "text" in part else word

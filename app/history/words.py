"""Changed values in words: stored so that each reader gets his own language, and no name that he may not see.

A stored value is None, a part, or a list of parts. A part is a text, {"word": an English word of ours}, both of them
({"text": "a@example.com", "word": "Work"}), {"contact": id}, which is named to those alone who see that contact, or
{"custom": the value of a custom field in its normal form}.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from flask_babel import format_currency, format_date, gettext
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.core.db import db
from app.core.decimals import shown_decimal
from app.history.models import HistoryEvent
from app.settings import custom
from app.settings.models import CustomField
from app.settings.values import FieldKind

LONGEST = 500  # characters of a text that is kept; the record itself holds the whole of the new one
FIELDS: dict[str, Any] = {}  # labels of the fields that a change may name; each room adds its own


def short(text: str | None) -> str | None:
    """A text as it is kept in a change."""
    return f"{text[:LONGEST]}…" if text and len(text) > LONGEST else text


def contact_class() -> type[Any]:
    """The class at the other end of `contact`: a room to the right, known here by its name alone."""
    return HistoryEvent.contact.property.mapper.class_  # type: ignore[no-any-return]


def in_words(events: Iterable[HistoryEvent], programs: bool = False) -> dict[int, list[dict[str, str | None]]]:
    """The changes of each event, by its id, as [{"field", "label", "old", "new"}] with texts in the reader's language.

    At most two statements for all of them. Left out: a change between two values that the reader may not see, and
    custom fields that are there no more, or that are closed to `programs`.
    """
    events = list(events)
    names = _names({part["contact"] for part in _parts(events) if isinstance(part, dict) and "contact" in part})
    own = any(change["field"].startswith("custom.") for event in events for change in event.changes)
    fields = {f.name: f for f in custom.fields_of("contact") if f.in_api or not programs} if own else {}
    return {event.id: list(_changes(event, names, fields)) for event in events}


def _parts(events: Iterable[HistoryEvent]) -> Iterator[Any]:
    return (part for e in events for change in e.changes for key in ("old", "new") for part in _listed(change[key]))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names(ids: set[int]) -> dict[int, str]:
    """Names of the contacts that the reader sees; no statement where there are none to look for."""
    contact = contact_class()
    found = db.session.scalars(select(contact).where(contact.id.in_(ids)).options(lazyload("*"))) if ids else ()
    return {row.id: str(row) for row in found}


def _changes(
    event: HistoryEvent, names: dict[int, str], fields: dict[str, CustomField]
) -> Iterator[dict[str, str | None]]:
    for change in event.changes:
        field = change["field"]
        own = fields.get(field)
        label = own.label if own else FIELDS.get(field)
        old, new = (_text(change[key], names, own) for key in ("old", "new"))
        if label is not None and old != new:
            yield {"field": field, "label": str(label), "old": old, "new": new}


def _text(value: Any, names: dict[int, str], own: CustomField | None) -> str | None:
    return ", ".join(filter(None, (_part(part, names, own) for part in _listed(value)))) or None


def _part(part: Any, names: dict[int, str], own: CustomField | None) -> str | None:
    if not isinstance(part, dict):
        return str(part)
    if "contact" in part:
        return names.get(part["contact"])
    if "custom" in part:
        return _own(part["custom"], own.kind if own else "")
    stored = part["word"]
    word = gettext(stored)
    return f"{part['text']} ({word})" if "text" in part else word


def _own(value: Any, kind: str) -> str:
    """The value of a custom field as its reader writes such values."""
    match kind:
        case FieldKind.CHECKBOX:
            return gettext("Yes") if value else gettext("No")
        case FieldKind.DATE:
            return str(format_date(dt.date.fromisoformat(value), "dd/MM/yyyy"))
        case FieldKind.NUMBER:
            return shown_decimal(value)
        case FieldKind.MONEY:
            return str(format_currency(Decimal(value["amount"]), value["currency"]))
    return str(value)

"""Changed values in words: stored so that each reader gets his own language, and no name that he may not see.

A stored value is None, a part, or a list of parts. A part is a text, {"word": an English word of ours}, both of them
({"text": "a@example.com", "word": "Work"}), {"contact": id} or another of PARENTS, which is named to those alone who
see that record, or {"custom": the value of a custom field in its normal form}, with its "kind" where no field tells.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from flask_babel import format_currency, format_date, gettext

from app.core.decimals import shown_decimal
from app.history import parents
from app.history.models import PARENTS, HistoryEvent
from app.settings import custom
from app.settings.models import CustomField
from app.settings.values import FieldKind

LONGEST = 500  # characters of a text that is kept; the record itself holds the whole of the new one
# Labels of the fields that a change may name, by what the event hangs on; each room adds its own.
FIELDS: dict[str, dict[str, Any]] = {}
EVERYWHERE: dict[str, Any] = {}  # labels of what every kind of record has

Names = dict[tuple[str, int], str]
Fields = dict[str, CustomField]


def short(text: str | None) -> str | None:
    """A text as it is kept in a change."""
    return f"{text[:LONGEST]}…" if text and len(text) > LONGEST else text


def in_words(events: Iterable[HistoryEvent], programs: bool = False) -> dict[int, list[dict[str, str | None]]]:
    """The changes of each event, by its id, as [{"field", "label", "old", "new"}] with texts in the reader's language.

    At most one statement for each kind of record that is named, and one for custom fields. Left out: a change between
    two values that the reader may not see, and custom fields that are there no more, or that are closed to `programs`.
    """
    events = list(events)
    wanted: dict[str, set[int]] = {}
    for name, key in (link for part in _parts(events) if (link := _link(part))):
        wanted.setdefault(name, set()).add(key)
    names = parents.names(wanted)
    own = {parents.parent_of(e)[0] for e in events for c in e.changes if c["field"].startswith("custom.")}
    fields = {of: {f.name: f for f in custom.fields_of(of) if f.in_api or not programs} for of in own}
    return {event.id: list(_changes(event, names, fields)) for event in events}


def _link(part: Any) -> tuple[str, int] | None:
    """(name of the parent, id) of a part that names a record."""
    return next(((name, part[name]) for name in PARENTS if name in part), None) if isinstance(part, dict) else None


def _parts(events: Iterable[HistoryEvent]) -> Iterator[Any]:
    return (part for e in events for change in e.changes for key in ("old", "new") for part in _listed(change[key]))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _changes(event: HistoryEvent, names: Names, fields: dict[str, Fields]) -> Iterator[dict[str, str | None]]:
    of = parents.parent_of(event)[0] if event.changes else ""
    for change in event.changes:
        field = change["field"]
        own = fields.get(of, {}).get(field)
        label = own.label if own else FIELDS.get(of, EVERYWHERE).get(field, EVERYWHERE.get(field))
        old, new = (_text(change[key], names, own) for key in ("old", "new"))
        if label is not None and old != new:
            yield {"field": field, "label": str(label), "old": old, "new": new}


def _text(value: Any, names: Names, own: CustomField | None) -> str | None:
    return ", ".join(filter(None, (_part(part, names, own) for part in _listed(value)))) or None


def _part(part: Any, names: Names, own: CustomField | None) -> str | None:
    if not isinstance(part, dict):
        return str(part)
    if link := _link(part):
        return names.get(link)
    if "custom" in part:
        return own_value(part["custom"], own.kind if own else part.get("kind", ""))
    stored = part["word"]
    word = gettext(stored)
    return f"{part['text']} ({word})" if "text" in part else word


def own_value(value: Any, kind: str) -> str:
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

"""The verbs of the history: people write, correct and take back; the other rooms record what happened by itself."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from app.core import access, clock
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.history import attached, parents
from app.history.models import PARENTS, HistoryEvent, Verb
from app.settings.models import PickList
from app.settings.service import names_of

LONGEST = 20_000  # characters of a text
YEARS = range(1900, 2200)
Errors = dict[str, list[str]]


def record(row: Any, verb: Verb, changes: Sequence[dict[str, Any]] = ()) -> None:
    """Note that the actor did `verb` to a record (HIS-02). `changes` as `words` describes them.

    The record must have its id; the row is written with the next flush.
    """
    db.session.add(HistoryEvent(**{f"{parents.name_of(row)}_id": row.id}, verb=verb, changes=list(changes)))


def save(data: dict[str, Any], event: HistoryEvent | None = None) -> HistoryEvent:
    """Write an event (HIS-01), or correct the given one by the keys present in `data`.

    Keys: one of PARENTS (id; of a new one alone), category (id or name; by default the list's first), text, happened_at
    (aware datetime; by default now), told (ids of users), version.
    Raises RuleBroken with the reasons by field, Conflict when `version`
    is not the present one, NotAllowed for another person's event and for what the product recorded. Flushes.
    """
    if event is not None and not may_change(event):
        raise NotAllowed
    if event is not None and data.get("version") not in (None, event.version):
        raise Conflict
    clean = check(data, event)
    told = attached.checked(data["told"]) if "told" in data else []
    new = set(told) - set(event.told if event is not None else ())
    clean |= {"told": told} if "told" in data else {}
    if event is None:
        event = HistoryEvent()
        db.session.add(event)
    for key, value in clean.items():
        setattr(event, key, value)
    db.session.flush()
    if new:
        attached.tell(event, new)
    return event


def delete(event: HistoryEvent) -> None:
    """Take an event back for good. Raises NotAllowed as `save` does."""
    if not may_change(event):
        raise NotAllowed
    db.session.delete(event)
    db.session.flush()


def may_change(event: HistoryEvent) -> bool:
    """Its author and the administrators; nobody changes what the product recorded."""
    actor = access.current()
    return event.verb is None and (actor.is_admin or (actor.user_id is not None and event.created_by == actor.user_id))


def check(data: dict[str, Any], event: HistoryEvent | None = None) -> dict[str, Any]:
    """Clean values for the model's columns, for the keys in `data` alone (all of them when new). Raises RuleBroken."""
    errors: Errors = {}
    clean: dict[str, Any] = {}
    new = event is None
    clean |= _parent(data, errors) if event is None else _same_parent(data, event, errors)
    if new or "category" in data:
        clean["category_id"] = _category(data.get("category"), errors)
    if new or "text" in data:
        clean["text"] = _text(data.get("text"), errors)
    if new or data.get("happened_at"):
        clean["happened_at"] = _instant(data.get("happened_at") or clock.now(), errors)
    if errors:
        raise RuleBroken(errors)
    return clean


def _id(wanted: Any) -> Any:
    return wanted.get("id") if isinstance(wanted, dict) else wanted


def _parent(data: dict[str, Any], errors: Errors) -> dict[str, Any]:
    """The foreign key of the one record that a new event hangs on."""
    given = [name for name in PARENTS if data.get(name)] or [PARENTS[0]]
    if len(given) > 1:
        errors[given[1]] = [_("What happened hangs on one record alone.")]
        return {}
    found = parents.seen(given[0], _id(data.get(given[0])))
    if found is None:
        errors[given[0]] = [_missing(given[0])]
        return {}
    return {f"{given[0]}_id": found.id}


def _missing(name: str) -> str:
    return {
        "contact": _("There is no such contact."),
        "opportunity": _("There is no such opportunity."),
        "case": _("There is no such case."),
        "project": _("There is no such project."),
    }[name]


def _same_parent(data: dict[str, Any], event: HistoryEvent, errors: Errors) -> dict[str, Any]:
    for name in PARENTS:
        if name in data and _id(data[name]) != getattr(event, f"{name}_id"):
            errors[name] = [_("What happened stays with its record.")]
    return {}


def _category(wanted: Any, errors: Errors) -> int | None:
    """A category by id or by name, in any of our languages."""
    wanted = _id(wanted)
    names = names_of(PickList.HISTORY_CATEGORY)
    wanted = wanted or next(iter(names), "")
    found = wanted if type(wanted) is int else names.get(str(wanted).strip().lower())
    if found not in names.values():
        errors["category"] = [_("“%(name)s” is not in the list.", name=str(wanted)[:60])]
    return found


def _text(wanted: Any, errors: Errors) -> str | None:
    text = str(wanted or "").replace("\r\n", "\n").strip()
    if not text:
        errors["text"] = [_("Write what happened.")]
    elif len(text) > LONGEST:
        errors["text"] = [_("At most %(limit)s characters.", limit=LONGEST)]
    elif "\0" in text:
        errors["text"] = [_("This text holds characters that can't be stored.")]
    return text


def _instant(wanted: dt.datetime, errors: Errors) -> dt.datetime | None:
    if wanted.year not in YEARS:
        errors["happened_at"] = [_("This date is too far away.")]
        return None
    return wanted

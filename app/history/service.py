"""The verbs of the history: people write, correct and take back; the other rooms record what happened by itself."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.core import access, clock
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.history.models import HistoryEvent, Verb
from app.history.words import contact_class
from app.settings.models import PickList
from app.settings.service import names_of

LONGEST = 20_000  # characters of a text
YEARS = range(1900, 2200)
Errors = dict[str, list[str]]


def record(contact: Any, verb: Verb, changes: Sequence[dict[str, Any]] = ()) -> None:
    """Note that the actor did `verb` to a contact (HIS-02). `changes` as `words` describes them.

    The contact must have its id; the row is written with the next flush.
    """
    db.session.add(HistoryEvent(contact_id=contact.id, verb=verb, changes=list(changes)))


def save(data: dict[str, Any], event: HistoryEvent | None = None) -> HistoryEvent:
    """Write an event (HIS-01), or correct the given one by the keys present in `data`.

    Keys: contact (id; of a new one alone), category (id or name; by default the list's first), text, happened_at
    (aware datetime; by default now), version. Raises RuleBroken with the reasons by field, Conflict when `version`
    is not the present one, NotAllowed for another person's event and for what the product recorded. Flushes.
    """
    if event is not None and not may_change(event):
        raise NotAllowed
    if event is not None and data.get("version") not in (None, event.version):
        raise Conflict
    clean = check(data, event)
    if event is None:
        event = HistoryEvent()
        db.session.add(event)
    for key, value in clean.items():
        setattr(event, key, value)
    db.session.flush()
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
    if new or "contact" in data:
        clean["contact_id"] = _contact(data.get("contact"), event, errors)
    if new or "category" in data:
        clean["category_id"] = _category(data.get("category"), errors)
    if new or "text" in data:
        clean["text"] = _text(data.get("text"), errors)
    if new or data.get("happened_at"):
        clean["happened_at"] = _instant(data.get("happened_at") or clock.now(), errors)
    if errors:
        raise RuleBroken(errors)
    return clean


def contact_seen(wanted: Any) -> Any | None:
    """The contact with this id, without what hangs on it; None for a missing and for a hidden one alike (ACC-06)."""
    contact = contact_class()
    if type(wanted) is not int or not 0 < wanted < 2**63:
        return None
    return db.session.scalar(select(contact).where(contact.id == wanted).options(lazyload("*")))


def _contact(wanted: Any, event: HistoryEvent | None, errors: Errors) -> int | None:
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    if event is not None and wanted == event.contact_id:
        return event.contact_id
    if event is not None:
        errors["contact"] = [_("What happened stays with its contact.")]
        return None
    found = contact_seen(wanted)
    if found is None:
        errors["contact"] = [_("There is no such contact.")]
    return found.id if found is not None else None


def _category(wanted: Any, errors: Errors) -> int | None:
    """A category by id or by name, in any of our languages."""
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
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

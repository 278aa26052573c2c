"""The rules of a task: what comes from outside, made clean or refused with a sentence on its field."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import lazyload

from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import User, insider, user_named
from app.core.text import fold
from app.settings.models import PickList
from app.settings.service import names_of
from app.tasks import due, recurrence
from app.tasks.models import LINKS, Task

Errors = dict[str, list[str]]
LONGEST = {"title": 255, "description": 20_000}
YEARS = range(1970, 2200)


def check(data: dict[str, Any], task: Task | None = None) -> dict[str, Any]:
    """Clean values for the model's columns, for the keys in `data` alone (all of them when new).

    Raises RuleBroken with every reason at once, by field.
    """
    errors: Errors = {}
    clean: dict[str, Any] = {}
    for key in ("title", "description"):
        if key in data or (task is None and key == "title"):
            clean[key] = _text(key, data.get(key), errors)
    if "category" in data:
        clean["category_id"] = _category(data["category"], errors)
    for name in LINKS:
        if name in data:
            clean[f"{name}_id"] = _link(name, data[name], task, errors)
    if data.get("owner") or task is None:
        clean["owner_id"] = _owner(data.get("owner") or access.current().user_id, task, errors)
    _times(data, clean, task, errors)
    if errors:
        raise RuleBroken(errors)
    return clean


def _text(key: str, wanted: Any, errors: Errors) -> str | None:
    text = str(wanted or "").replace("\r\n", "\n").strip()
    text = " ".join(text.split()) if key == "title" else text
    if not text and key == "title":
        errors[key] = [_("This field is required.")]
    elif len(text) > LONGEST[key]:
        errors[key] = [_("At most %(limit)s characters.", limit=LONGEST[key])]
    elif "\0" in text:
        errors[key] = [_("This text holds characters that can't be stored.")]
    return text or None


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**63


def _category(wanted: Any, errors: Errors) -> int | None:
    """A category by id or by name, in any of our languages."""
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    if wanted in (None, "", 0):
        return None
    names = names_of(PickList.TASK_CATEGORY)
    found = wanted if type(wanted) is int else names.get(str(wanted).strip().lower())
    if found not in names.values():
        errors["category"] = [_("“%(name)s” is not in the list.", name=str(wanted)[:60])]
    return found


def _link(name: str, wanted: Any, task: Task | None, errors: Errors) -> int | None:
    """The id of a record that the actor sees, by id or by name; a hidden one is answered like a missing one (ACC-06).

    A link that the actor does not see stays, so that who saves the rest of the form doesn't cut it.
    """
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    present = getattr(task, f"{name}_id", None)
    if wanted in (None, "", 0):
        return present if task is not None and getattr(task, name) is None else None
    if wanted == present:
        return present
    found = linked(name, wanted)
    if found is None:
        errors[name] = [_("There is no such record.")]
    return found.id if found is not None else None


def linked(name: str, wanted: Any) -> Any | None:
    """The record called so, or with this id, that the actor sees; None when there is none, or more than one."""
    model = LINKS[name]
    where = model.id == wanted if _is_id(wanted) else _named(name, str(wanted))
    found = db.session.scalars(select(model).where(where).options(lazyload("*")).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _named(name: str, text: str) -> ColumnElement[bool]:
    """Persons are sorted by their last name: each way to turn `Maria De Rossi` is looked for."""
    words = fold(text).split()[:12]
    turned = [" ".join(words[i:] + words[:i]) for i in range(len(words))]
    return LINKS[name].sort_name.in_(turned)  # type: ignore[no-any-return]


def _owner(wanted: Any, task: Task | None, errors: Errors) -> int | None:
    """A user who may sign in, by id, user name, email or full name. Who has the task already may keep it."""
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    if task is not None and wanted == task.owner_id:
        return task.owner_id
    if _is_id(wanted) and wanted < 2**31:
        found = db.session.scalar(select(User.id).where(User.id == wanted, insider()))
    else:
        found = getattr(user_named(str(wanted)), "id", None)
    if found is None:
        errors["owner"] = [_("There is no such user.")]
    return found


def _times(data: dict[str, Any], clean: dict[str, Any], task: Task | None, errors: Errors) -> None:
    if "due" in data:
        clean["due_on"] = _day(data["due"], errors)
    if "time" in data:
        clean["due_time"] = _time(data["time"], errors)
    if clean.get("due_time") and not clean.get("due_on", getattr(task, "due_on", None)) and "due" not in errors:
        errors["due"] = [_("A time needs its day.")]
    if "reminder" in data or task is None:
        clean["reminder"] = _reminder(data.get("reminder", due.DEFAULT_REMINDER), errors)
    if "rule" in data:
        clean["rule"] = _rule(data["rule"], clean.get("due_on", getattr(task, "due_on", None)), errors)


def _day(wanted: Any, errors: Errors) -> dt.date | None:
    """A date, or its ISO text."""
    try:
        day = dt.date.fromisoformat(wanted) if isinstance(wanted, str) and wanted else wanted or None
    except ValueError:
        errors["due"] = [_("“%(text)s” is not a date.", text=str(wanted)[:60])]
        return None
    if day is not None and (not isinstance(day, dt.date) or day.year not in YEARS):
        errors["due"] = [_("This date is too far away.")]
        return None
    return day


def _time(wanted: Any, errors: Errors) -> dt.time | None:
    """A time of day without a zone, or its ISO text; seconds are dropped."""
    try:
        time = dt.time.fromisoformat(wanted) if isinstance(wanted, str) and wanted else wanted or None
    except ValueError:
        time = wanted
    if time is not None and not (isinstance(time, dt.time) and time.tzinfo is None):
        errors["time"] = [_("“%(text)s” is not a time of day.", text=str(wanted)[:60])]
        return None
    return time.replace(second=0, microsecond=0) if time else None


def _reminder(wanted: Any, errors: Errors) -> int | None:
    """Minutes before, one of those that can be chosen; None or "" for never (TSK-03)."""
    if wanted in (None, ""):
        return None
    if type(wanted) is not int or wanted not in due.REMINDERS:
        errors["reminder"] = [_("This is not one of the choices.")]
        return None
    return wanted


def _rule(wanted: Any, day: dt.date | None, errors: Errors) -> str | None:
    if wanted in (None, ""):
        return None
    if day is None:
        errors["rule"] = [_("A task that repeats needs the day of its first time.")]
        return None
    try:
        return recurrence.normal(str(wanted), day)
    except ValueError as error:
        errors["rule"] = [str(error)]
        return None

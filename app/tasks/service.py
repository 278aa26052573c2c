"""The verbs of tasks. Every door (page, REST, import, template) comes through `save`, and so `check`."""

import datetime as dt
from contextlib import suppress
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.core import access, clock, occurrences
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.occurrences import Occurrence
from app.core.people import zone_of
from app.core.text import fold
from app.history import service as history
from app.history import words
from app.history.models import Verb
from app.notices import service as notices
from app.notices.models import Kind
from app.tasks import checks, due, recurrence
from app.tasks.models import LINKS, Task

COPIED = ("title", "category_id", "due_time", "reminder", "owner_id", "description", "rule", "rule_start", "search")
for _of in LINKS:
    words.FIELDS.setdefault(_of, {})["task"] = _l("Task")
WHEN = ("due_on", "due_time", "owner_id", "reminder")


def save(data: dict[str, Any], task: Task | None = None) -> Task:
    """Create a task, or change the given one by the keys present in `data` (TSK-01…04, 07).

    Keys: title, category (id or name), contact and the other LINKS (id or name), due (day), time (of day, where the
    responsible person is), reminder (minutes before, None for never; a day before when it is not named), owner (id,
    user name, email or full name; oneself by default), notify (tell a new owner; true by default), description, rule
    (RFC 5545), closed, version. Raises RuleBroken with the reasons by field, Conflict when `version` is not the
    present one. Flushes, does not commit.
    """
    if task is not None and data.get("version") not in (None, task.version):
        raise Conflict
    clean = cleaned(data, task)
    task, before = task or Task(), getattr(task, "owner_id", None)
    _apply(task, clean)
    db.session.add(task)
    db.session.flush()
    if task.owner_id != before and data.get("notify", True):
        _tell(task)
    if "closed" in data:
        close(task) if data["closed"] else reopen(task)
    return task


def cleaned(data: dict[str, Any], task: Task | None = None) -> dict[str, Any]:
    """What `save` would write, in clean values. Raises RuleBroken as it does."""
    return checks.check(data, task)


def mark(task: Task, done: bool) -> None:
    """Done or not, as it was before an import brought the task: nothing follows it, no history tells. Flushes."""
    if done and not task.is_closed:
        task.closed_at, task.closed_by = clock.now(), access.current().user_id
        db.session.flush()
    elif not done and task.is_closed:
        reopen(task)


def _apply(task: Task, clean: dict[str, Any]) -> None:
    before = [getattr(task, key) for key in WHEN]
    for key, value in clean.items():
        setattr(task, key, value)
    if clean.get("due_on", task.due_on) is None:
        task.due_time = None
    if [getattr(task, key) for key in WHEN] != before:
        _set_times(task)
    if "rule" in clean:
        task.rule_start = task.due_on if clean["rule"] else None
    found_by = fold(" ".join(text for text in (task.title, (task.description or "")[:2000]) if text))
    if task.id is None or {"title", "description"} & clean.keys():
        task.search = found_by


def _set_times(task: Task) -> None:
    """The instants of the day and time, in the zone where the responsible person is now."""
    task.zone = zone_of(task.owner_id)
    task.due_at = due.due_instant(task.due_on, task.due_time, task.zone)
    _owe_reminder(task)


def _owe_reminder(task: Task) -> None:
    """A reminder for a moment that none was given for. What is due already, as when it is written down afterwards, is
    not reminded of; a moment that has passed otherwise is made good at once: late rather than lost (TSK-03)."""
    moment = due.reminder_instant(task.due_on, task.due_time, task.zone, task.reminder)
    moment = moment if task.due_at and task.due_at > clock.now() else None
    if moment != task.remind_at:
        task.remind_at, task.reminded_at = moment, None


def _tell(task: Task) -> None:
    """TSK-04, NOT-01: whoever has got it from somebody else."""
    by = access.current().name or "Clientela"
    notices.tell([task.owner_id], Kind.TASK, f"/tasks/show/{task.id}", name=task.title, by=by)


def close(task: Task) -> None:
    """Done (TSK-06). The next one of a recurring task is made now, once, whoever closes it at the same moment."""
    now, me = clock.now(), access.current().user_id
    mine = update(Task).where(Task.id == task.id, Task.closed_at.is_(None))
    values = {"closed_at": now, "closed_by": me, "changed_at": now, "changed_by": me, "version": Task.version + 1}
    done = db.session.execute(mine.values(**values).execution_options(synchronize_session=False))
    db.session.refresh(task)
    if done.rowcount:  # type: ignore[attr-defined]
        _note_in_history(task)
        _make_next(task)
        occurrences.tell(Occurrence("done", "task", task.id, f"task:{task.id}:{task.version}:done"))


def _note_in_history(task: Task) -> None:
    """HIS-02. What else the task is about may be hidden from those who read the history of one of its records: then
    its title is not told there."""
    about = [row for name in LINKS if (row := getattr(task, name)) is not None]
    alone = sum(getattr(task, f"{name}_id") is not None for name in LINKS) == 1
    for row in about:
        changes = [{"field": "task", "old": None, "new": words.short(task.title)}] if alone else []
        history.record(row, Verb.TASK_DONE, changes)
    db.session.flush()


def reopen(task: Task) -> None:
    """Not done after all. Of a recurring task that has been followed by the next, both are open then."""
    task.closed_at = task.closed_by = None
    if task.reminded_at is None:
        _owe_reminder(task)
    db.session.flush()


def _make_next(task: Task) -> None:
    """The next task of a rule: the first of its days that is neither before the closed one nor past, so that what was
    put off for weeks does not come back once for each of them. The unique `previous_id` is the last guard."""
    if task.rule is None or task.rule_start is None or task.due_on is None:
        return
    yesterday = clock.today(task.zone) - dt.timedelta(days=1)
    day = recurrence.following(task.rule, task.rule_start, max(task.due_on, yesterday))
    if day is None:
        return
    copied = {key: getattr(task, key) for key in (*COPIED, *(f"{name}_id" for name in LINKS))}
    follower = Task(**copied, due_on=day, previous_id=task.id, created_by=task.created_by)
    _set_times(follower)
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(follower)


def may_delete(task: Task) -> bool:
    """Its responsible person, its creator, administrators."""
    actor = access.current()
    return actor.is_admin or (actor.user_id is not None and actor.user_id in (task.owner_id, task.created_by))


def delete(task: Task) -> None:
    """Move to the bin. Raises NotAllowed for those whose task it is not."""
    if not may_delete(task):
        raise NotAllowed
    task.deleted_at, task.deleted_by = clock.now(), access.current().user_id
    db.session.flush()


def restore(task_id: int) -> Task:
    """Take out of the bin what the actor, or anyone for an administrator, has put there. Raises RuleBroken."""
    actor = access.current()
    with access.acting_as(access.SYSTEM):
        task = db.session.get(Task, task_id)
    if task is None or task.deleted_at is None or not (actor.is_admin or task.deleted_by == actor.user_id):
        raise RuleBroken({"": _("It is not in your bin.")})
    task.deleted_at = task.deleted_by = None
    db.session.flush()
    return task

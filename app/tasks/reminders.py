"""Reminders of what comes due (TSK-03): each once, late rather than lost.

A reminder is a row whose moment has come. It is taken and said in one transaction: as long as that is not committed
neither notice nor mail exists, and when it is, nobody finds the row again. Who dies in between has done nothing.
"""

import datetime as dt
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import lazyload

from app.core import clock
from app.core.db import db
from app.core.people import zone_of
from app.notices import service as notices
from app.notices.models import Kind
from app.tasks.models import Task

BATCH = 50  # reminders of one transaction


def give() -> int:
    """Give a batch of those whose moment has come; how many there were. Flushes, does not commit.

    Rows that another process is giving are passed over. A bulk UPDATE, so that a form that is open keeps its version.
    """
    now = clock.now()
    tasks = db.session.scalars(
        select(Task)
        .where(Task.remind_at <= now, Task.reminded_at.is_(None), Task.closed_at.is_(None), Task.deleted_at.is_(None))
        .order_by(Task.remind_at, Task.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .options(lazyload("*"))
        .execution_options(populate_existing=True)
    ).all()
    for task in tasks:
        notices.tell([task.owner_id], Kind.REMINDER, f"/tasks/show/{task.id}", **_words(task, now))
    given = update(Task).where(Task.id.in_([task.id for task in tasks])).values(reminded_at=now)
    db.session.execute(given.execution_options(synchronize_session=False))
    return len(tasks)


def _words(task: Task, now: dt.datetime) -> dict[str, Any]:
    """What the sentence says; the moment as the clock of its one receiver shows it, written alike in any language."""
    late = {"late": True} if task.due_at and task.due_at <= now else {}
    if task.due_at and task.due_time:
        when = f"{clock.to_local(task.due_at, zone_of(task.owner_id)):%d/%m/%Y %H:%M}"
    else:
        when = f"{task.due_on:%d/%m/%Y}"
    return {"name": task.title, "due": when, **late}

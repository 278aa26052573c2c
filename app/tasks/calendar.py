"""Open tasks by day, for a month, a week or the weeks to come (TSK-07). Each day is asked for its first few by the
index, so that a month of a busy firm costs what its cells show."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import DateTime, column, select, true, values
from sqlalchemy.orm import aliased

from app.core import access, clock
from app.core.db import db
from app.tasks import due
from app.tasks.lists import Wanted
from app.tasks.models import Task
from app.tasks.queries import loads


class Span(StrEnum):
    """What is shown at once."""

    MONTH = "month"
    WEEK = "week"
    AGENDA = "agenda"


FEW = {Span.MONTH: 4, Span.WEEK: 30, Span.AGENDA: 10}  # tasks of a day
AGENDA_DAYS = 28
YEARS = range(1971, 2199)


@dataclass(frozen=True)
class Day:
    """A day of the reader's with its first tasks; `more` when there are others."""

    date: dt.date
    tasks: list[Task]
    more: bool


def days_of(span: Span, day: dt.date) -> list[dt.date]:
    """The days that are shown when `day` is looked at: whole weeks, from Monday on."""
    monday = day - dt.timedelta(days=day.weekday())
    count = {Span.WEEK: 7, Span.AGENDA: AGENDA_DAYS}.get(span, 0)
    first = day if span is Span.AGENDA else monday
    if span is Span.MONTH:
        first = day.replace(day=1)
        first -= dt.timedelta(days=first.weekday())
        count = 7 * (((_next_month(day) - dt.timedelta(days=1)) - first).days // 7 + 1)
    return [first + dt.timedelta(days=n) for n in range(count)]


def step(span: Span, day: dt.date, forward: bool) -> dt.date:
    """The day to look at after, or before, this one."""
    if span is not Span.MONTH:
        days = 7 if span is Span.WEEK else AGENDA_DAYS
        return day + dt.timedelta(days=days if forward else -days)
    return _next_month(day) if forward else (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def days(wanted: Wanted, span: Span, day: dt.date) -> list[Day]:
    """The shown days with their open tasks; one statement."""
    shown, few = days_of(span, day), FEW[span]
    found: dict[dt.date, list[Task]] = {date: [] for date in shown}
    for task in _tasks(wanted, shown, few + 1):
        found.setdefault(day_of(task), []).append(task)
    return [Day(date, found[date][:few], len(found[date]) > few) for date in shown]


def day_of(task: Task) -> dt.date:
    """The reader's day of a task: what is due at an hour may be on another day where it is read."""
    if task.due_time is None or task.due_at is None:
        return task.due_on or dt.date.min
    return clock.to_local(task.due_at, access.current().timezone).date()


def _tasks(wanted: Wanted, shown: list[dt.date], limit: int) -> list[Task]:
    """The first `limit` of each day. A day's tasks are due after its midnight and by the next one."""
    zone, one = access.current().timezone, dt.timedelta(days=1)
    nights = [(due.instant(date, dt.time(), zone), due.instant(date + one, dt.time(), zone)) for date in shown]
    instant = DateTime(timezone=True)
    night = values(column("since", instant), column("until", instant), name="night").data(nights)
    mine = (Task.deleted_at.is_(None), Task.closed_at.is_(None), *wanted.conditions())
    within = (Task.due_at > night.c.since, Task.due_at <= night.c.until)
    first = select(Task).where(*mine, *within).order_by(Task.due_at, Task.id).limit(limit).lateral("first")
    task = aliased(Task, first)
    rows = select(task).select_from(night).join(first, true()).order_by(task.due_at, task.id)
    return list(db.session.scalars(rows.options(*loads(task))))

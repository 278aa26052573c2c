"""A user's tasks as an iCalendar feed (RFC 5545, TSK-07) for calendar programs, which show a secret instead of a login.

Tasks are written as events: of to-dos most programs show nothing.
"""

import datetime as dt
import hashlib
import secrets
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from icalendar import Calendar, Event
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from app.core import access, clock
from app.core.db import db
from app.core.links import absolute
from app.tasks import recurrence
from app.tasks.models import CalendarFeed, Task

PAST = dt.timedelta(days=90)  # what was due longer ago is not told any more
MOST = 2_000  # events
LENGTH = dt.timedelta(minutes=30)  # of what is due at an hour
REFRESH = dt.timedelta(hours=1)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def renew() -> str:
    """A new secret for the actor; the one before is worth nothing from now on. Shown this once. Flushes."""
    token = secrets.token_urlsafe(32)
    row = {"user_id": access.current().user_id, "token_hash": _hash(token), "created_at": clock.now()}
    changed = {"token_hash": row["token_hash"], "created_at": row["created_at"]}
    db.session.execute(insert(CalendarFeed).values(row).on_conflict_do_update(index_elements=["user_id"], set_=changed))
    return token


def withdraw() -> None:
    """End the actor's feed."""
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == access.current().user_id))


def since() -> dt.datetime | None:
    """When the actor's address was made; None without one."""
    mine = select(CalendarFeed.created_at).where(CalendarFeed.user_id == access.current().user_id)
    return db.session.scalar(mine)


def user_of(token: str) -> int | None:
    """Whose secret it is."""
    return db.session.scalar(select(CalendarFeed.user_id).where(CalendarFeed.token_hash == _hash(token)))


def calendar() -> bytes:
    """The actor's open tasks that have a day, as a calendar file."""
    found = Calendar()
    found.add("prodid", "-//Clientela//Tasks//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", _("Tasks"))
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", REFRESH)
    for task in _tasks():
        found.add_component(_event(task))
    found.add_missing_timezones()
    return found.to_ical()


def _tasks() -> list[Task]:
    mine = select(Task).where(
        Task.deleted_at.is_(None), Task.closed_at.is_(None), Task.owner_id == access.current().user_id
    )
    rows = mine.where(Task.due_at > clock.now() - PAST).order_by(Task.due_at, Task.id).limit(MOST)
    return list(db.session.scalars(rows.options(joinedload(Task.category))))


def _event(task: Task) -> Event:
    event = Event()
    event.add("uid", f"task-{task.id}@clientela")
    event.add("dtstamp", task.changed_at)
    event.add("last-modified", task.changed_at)
    event.add("sequence", task.version)
    event.add("summary", task.title)
    link = absolute(f"/tasks/show/{task.id}")
    event.add("description", "\n\n".join(text for text in (task.description, link) if text))
    if link:
        event.add("url", link)
    if task.category:
        event.add("categories", [task.category.label])
    _add_times(event, task)
    return event


def _add_times(event: Event, task: Task) -> None:
    """A day, or half an hour in the zone that it was meant in, so that what repeats keeps its hour all the year."""
    start, length = task.due_on or dt.date.min, dt.timedelta(days=1)
    if task.due_time:
        start, length = dt.datetime.combine(start, task.due_time, ZoneInfo(task.zone)), LENGTH
    event.add("dtstart", start)
    event.add("dtend", start + length)
    if task.rule and task.rule_start:
        event.add("rrule", _rule(task))


def _rule(task: Task) -> dict[str, Any]:
    """The rule from this task on: its end is told by the day, as the times before this one are over."""
    parts: dict[str, Any] = {}
    for part in (task.rule or "").split(";"):
        name, _equals, value = part.partition("=")
        parts[name] = [int(v) if v.lstrip("+-").isdigit() else v for v in value.split(",")]
    last = recurrence.until(task.rule or "", task.rule_start or dt.date.min)
    parts = {name: value for name, value in parts.items() if name not in ("COUNT", "UNTIL")}
    if last is not None:
        midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), ZoneInfo(task.zone))
        parts["UNTIL"] = [midnight.astimezone(dt.UTC) if task.due_time else last]
    return parts

"""When a task is due and when its reminder comes: from a day, a time and a zone to instants. Pure.

A day without a time is all of that day: it is due when the day ends, and reminded of from the morning on.
"""

import datetime as dt
from zoneinfo import ZoneInfo

MORNING = dt.time(9)
DAY = 24 * 60  # minutes
REMINDERS = (5, 15, 30, 60, 120, DAY)  # TSK-03, minutes before
DEFAULT_REMINDER = DAY


def instant(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """The instant, in UTC, at which clocks of `zone` show this. A time that a change of the clocks skips is read by
    the offset before the change, one that comes twice is the first of them (RFC 5545, 3.3.5)."""
    return dt.datetime.combine(day, time, ZoneInfo(zone)).astimezone(dt.UTC)


def due_instant(day: dt.date | None, time: dt.time | None, zone: str) -> dt.datetime | None:
    """When it is overdue: at its time, else as soon as its day is over."""
    if day is None:
        return None
    return instant(day, time, zone) if time else instant(day + dt.timedelta(days=1), dt.time(), zone)


def reminder_instant(day: dt.date | None, time: dt.time | None, zone: str, minutes: int | None) -> dt.datetime | None:
    """When to remind, `minutes` before; whole days are counted by the calendar, so that a reminder of a day before
    comes at the same hour when the clocks change in between (RFC 5545, 3.3.6)."""
    if day is None or minutes is None:
        return None
    days, minutes = divmod(minutes, DAY)
    return instant(day - dt.timedelta(days=days), time or MORNING, zone) - dt.timedelta(minutes=minutes)

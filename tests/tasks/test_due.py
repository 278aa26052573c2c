"""When a task is due and reminded of, in any zone and over changes of the clocks (TSK-02, TSK-03, RELIABILITY 23)."""

import datetime as dt

import pytest

from app.tasks import due

ROME, NEW_YORK, HOWE = "Europe/Rome", "America/New_York", "Australia/Lord_Howe"
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)  # Italy's clocks change


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "time", "zone", "instant"),
    [
        (dt.date(2026, 11, 24), dt.time(15), ROME, "2026-11-24T14:00"),
        (dt.date(2026, 7, 24), dt.time(15), ROME, "2026-07-24T13:00"),
        (dt.date(2026, 11, 24), dt.time(15), NEW_YORK, "2026-11-24T20:00"),
        (dt.date(2026, 11, 24), None, ROME, "2026-11-24T23:00"),
        (SPRING, None, ROME, "2026-03-29T22:00"),
        (AUTUMN, None, ROME, "2026-10-25T23:00"),
        (SPRING, dt.time(2, 30), ROME, "2026-03-29T01:30"),  # skipped: by the offset before, 03:30 on the clock
        (AUTUMN, dt.time(2, 30), ROME, "2026-10-25T00:30"),  # twice: the first
        (dt.date(2026, 10, 4), dt.time(2, 15), HOWE, "2026-10-03T15:45"),  # skipped by half an hour
        (dt.date(2026, 4, 5), dt.time(1, 45), HOWE, "2026-04-04T14:45"),
    ],
)
def test_due(day: dt.date, time: dt.time | None, zone: str, instant: str) -> None:
    """TSK-02: a day with a time is due at it, one without when the day is over, where the responsible person is."""
    assert due.due_instant(day, time, zone) == utc(instant)


@pytest.mark.parametrize(
    ("day", "time", "minutes", "instant"),
    [
        (dt.date(2026, 11, 24), dt.time(15), 5, "2026-11-24T13:55"),
        (dt.date(2026, 11, 24), dt.time(15), 120, "2026-11-24T12:00"),
        (dt.date(2026, 11, 24), dt.time(15), due.DAY, "2026-11-23T14:00"),
        (dt.date(2026, 11, 24), None, 30, "2026-11-24T07:30"),  # half an hour before the morning
        (dt.date(2026, 11, 24), None, due.DAY, "2026-11-23T08:00"),
        (SPRING, dt.time(15), due.DAY, "2026-03-28T14:00"),  # the same hour of the day before: 23 hours
        (AUTUMN, dt.time(15), due.DAY, "2026-10-24T13:00"),  # 25 hours
        (SPRING, dt.time(3, 15), 30, "2026-03-29T00:45"),  # 30 minutes are 30 minutes
        (SPRING + dt.timedelta(1), dt.time(2, 30), due.DAY, "2026-03-29T01:30"),  # the day before has no such time
        (AUTUMN + dt.timedelta(1), dt.time(2, 30), due.DAY, "2026-10-25T00:30"),  # it has two: the first
    ],
)
def test_reminder(day: dt.date, time: dt.time | None, minutes: int, instant: str) -> None:
    """TSK-03: minutes before the time; a day before is the same hour of the day before, whatever the clocks do."""
    assert due.reminder_instant(day, time, ROME, minutes) == utc(instant)


def test_nothing_due_nothing_reminded() -> None:
    """TSK-03: without a day there is no moment, and never is never."""
    assert due.due_instant(None, None, ROME) is None
    assert due.reminder_instant(None, None, ROME, 5) is None
    assert due.reminder_instant(AUTUMN, dt.time(9), ROME, None) is None

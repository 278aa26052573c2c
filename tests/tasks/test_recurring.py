"""Recurring tasks (TSK-07): the next one is made when one is closed, once, on the day that the rule says."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.core import access
from app.core.db import db
from app.tasks import recurrence, service
from app.tasks.models import Task
from tests.factories import Maker, acting

REST = "/api/v1/tasks/"
TODAY = dt.date(2026, 11, 24)  # a Tuesday
NOON = dt.datetime(2026, 11, 24, 11, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("rule", "start", "after", "day"),
    [
        ("FREQ=DAILY", "2026-11-24", "2026-11-24", "2026-11-25"),
        ("FREQ=WEEKLY;INTERVAL=2", "2026-11-24", "2026-11-24", "2026-12-08"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-27", "2026-11-27", "2026-11-30"),
        ("FREQ=MONTHLY", "2026-01-31", "2026-01-31", "2026-03-31"),  # months without a 31st are passed over
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", "2026-01-31", "2026-02-28"),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-11-02", "2026-11-02", "2026-12-07"),
        ("FREQ=YEARLY", "2024-02-29", "2024-02-29", "2028-02-29"),
        ("FREQ=DAILY;UNTIL=20261125", "2026-11-24", "2026-11-25", None),
        ("FREQ=DAILY;COUNT=3", "2026-11-24", "2026-11-25", "2026-11-26"),
        ("FREQ=DAILY;COUNT=3", "2026-11-24", "2026-11-26", None),
    ],
)
def test_the_days_of_a_rule(rule: str, start: str, after: str, day: str | None) -> None:
    """TSK-07: by RFC 5545; a count is of the whole series."""
    found = recurrence.following(rule, dt.date.fromisoformat(start), dt.date.fromisoformat(after))
    assert found == (dt.date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "FREQ=HOURLY", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYSECOND=1", "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=9999999", "FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY\nRDATE:20261124", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", "FREQ=DAILY;UNTIL=20200101",
        "FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 200), "FREQ=DAILY;BYMONTHDAY=32",
    ],
)  # fmt: skip
def test_what_is_no_rule(make: Maker, text: str) -> None:
    """Bad input, threat 10: refused with a sentence, soon."""
    with make.app.app_context(), pytest.raises(ValueError, match="rule"):
        recurrence.normal(text, TODAY)


def test_a_rule_in_its_normal_form(make: Maker) -> None:
    """TSK-07: as calendars write it, with or without its name."""
    with make.app.app_context():
        found = recurrence.normal("rrule:freq=weekly;until=20270101T225959Z;byday=mo", TODAY)
    assert found == "FREQ=WEEKLY;UNTIL=20270101;BYDAY=MO"


def open_ones(make: Maker) -> list[Any]:
    """The open tasks, by day."""
    found = [task for task in make.rest("sergio").get(REST).json["result"] if not task["closed"]]
    return sorted(found, key=lambda task: task["due"])


def test_closing_makes_the_next(make: Maker) -> None:
    """TSK-07: all goes over but the day; the closed one stays as it was; the one after the last is none."""
    keys = {"due": TODAY, "time": dt.time(15), "reminder": 30, "rule": "FREQ=WEEKLY;COUNT=2", "category": "Call"}
    with time_machine.travel(NOON, tick=False):
        task, rest = make.task(word="Riunione", task={**keys, "contact": make.contact()}), make.rest("sergio")
        rest.put(f"{REST}{task}", {"closed": True})
        [following] = open_ones(make)
        first = rest.get(f"{REST}{task}").json["result"]
        same = ("title", "category", "contact", "time", "reminder", "owner", "description", "rule")
        assert {key: following[key] for key in same} == {key: first[key] for key in same}
        assert (first["due"], following["due"]) == ("2026-11-24", "2026-12-01")
        rest.put(f"{REST}{following['id']}", {"closed": True})
        assert open_ones(make) == []


def test_what_was_put_off_comes_back_once(make: Maker) -> None:
    """TSK-07: closed weeks late, the next is the first day that is not past."""
    with time_machine.travel(NOON, tick=False):
        task = make.task(task={"due": "2026-10-06", "rule": "FREQ=WEEKLY"})
        make.rest("sergio").put(f"{REST}{task}", {"closed": True})
        assert [t["due"] for t in open_ones(make)] == ["2026-11-24"]


def test_closed_early(make: Maker) -> None:
    """TSK-07: closed before its day, the next is the one after its day, not the same day again."""
    with time_machine.travel(NOON, tick=False):
        task = make.task(task={"due": "2026-12-01", "rule": "FREQ=WEEKLY"})
        make.rest("sergio").put(f"{REST}{task}", {"closed": True})
        assert [t["due"] for t in open_ones(make)] == ["2026-12-08"]


def test_once_though_closed_twice(make: Maker) -> None:
    """TSK-07: closed, reopened, closed: one next; also when the next is in the bin."""
    task, rest = make.task(task={"due": TODAY, "rule": "FREQ=DAILY"}), make.rest("sergio")
    for closed in (True, True, False, True):
        rest.put(f"{REST}{task}", {"closed": closed})
    [following] = open_ones(make)
    rest.delete(f"{REST}{following['id']}")
    for closed in (False, True):
        assert rest.put(f"{REST}{task}", {"closed": closed}).status_code == 200
    assert open_ones(make) == []


def test_once_when_many_close_it(make: Maker) -> None:
    """TSK-07, RELIABILITY 22: eight close it at the same moment: one next, one event."""
    task = make.task(task={"due": TODAY, "rule": "FREQ=DAILY"})

    def close(_: int) -> None:
        with make.app.app_context(), acting(make["sergio"]):
            service.close(db.session.get_one(Task, task))
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(close, range(8)))
    assert len(open_ones(make)) == 1


def test_the_next_has_its_own_reminder(make: Maker) -> None:
    """TSK-03, TSK-07: what was reminded of once is reminded of again for its next day."""
    with time_machine.travel(NOON, tick=False):
        task = make.task(task={"due": TODAY, "time": dt.time(15), "rule": "FREQ=DAILY", "reminder": 60})
        make.rest("sergio").put(f"{REST}{task}", {"closed": True})
        with make.app.app_context(), access.acting_as(access.SYSTEM):
            following = db.session.scalars(select(Task).where(Task.previous_id == task)).one()
            assert following.remind_at == dt.datetime(2026, 11, 25, 13, 0, tzinfo=dt.UTC)
            assert following.reminded_at is None

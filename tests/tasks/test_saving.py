"""Adding and changing tasks by REST: what is required, refused, kept (TSK-01…04)."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from app.core import access
from app.core.db import db
from app.tasks.models import Task
from tests.factories import Maker

REST = "/api/v1/tasks/"
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)  # a Tuesday, 10:00 in Rome


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "a" * 256}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"title": "x", "description": "a" * 20_001}, "description"),
        ({"title": "x", "category": "Nessuna"}, "category"),
        ({"title": "x", "category": 987654}, "category"),
        ({"title": "x", "contact": 987654}, "contact"),
        ({"title": "x", "contact": "Nessuno"}, "contact"),
        ({"title": "x", "contact": True}, "contact"),
        ({"title": "x", "owner": 987654}, "owner"),
        ({"title": "x", "owner": "nessuno"}, "owner"),
        ({"title": "x", "due": "24/11/2026"}, "due"),
        ({"title": "x", "due": "0001-01-01"}, "due"),
        ({"title": "x", "due": "9999-12-31"}, "due"),
        ({"title": "x", "due": "2026-11-24", "time": "25:00"}, "time"),
        ({"title": "x", "time": "10:00"}, "due"),
        ({"title": "x", "reminder": 7}, "reminder"),
        ({"title": "x", "reminder": -5}, "reminder"),
        ({"title": "x", "rule": "FREQ=DAILY"}, "rule"),
        ({"title": "x", "due": "2026-11-24", "rule": "ogni giorno"}, "rule"),
        ({"title": "x", "due": "2026-11-24", "rule": "FREQ=DAILY;BYDAY=WE;INTERVAL=7"}, "rule"),
        ({"title": "x", "owner_id": 1}, "owner_id"),
        ({"title": "x", "created_by": 1}, "created_by"),
        ({"title": "x", "remind_at": "2026-11-24T10:00:00+00:00"}, "remind_at"),
    ],
)
def test_what_is_refused(make: Maker, keys: dict[str, Any], field: str) -> None:
    """TSK-01, Bad input: 400 with the reason on its field, and nothing is stored."""
    rest = make.rest("sergio")
    answer = rest.post(REST, keys)
    assert answer.status_code == 400
    assert list(answer.json["errors"]) == [field]
    assert rest.get(REST).json["count"] == 0


def test_a_title_is_enough(make: Maker) -> None:
    """TSK-01, TSK-03, TSK-04: it is one's own, open, to be reminded of a day before."""
    made = make.rest("sergio").post(REST, {"title": " Chiamare  Rossi "}).json["result"]
    assert (made["title"], made["owner"]["name"], made["reminder"]) == ("Chiamare Rossi", "Sergio Prova", 24 * 60)
    assert (made["closed"], made["due"], made["due_at"]) == (False, None, None)


def test_a_whole_task(make: Maker) -> None:
    """TSK-01, TSK-02: what is sent comes back; names stand for ids."""
    contact = make.contact(first_name="Maria", last_name="De Rossi")
    keys = {"title": "Demo", "category": "demo", "contact": "Maria De Rossi", "due": "2027-01-10", "time": "15:30",
            "reminder": 120, "owner": "livia", "description": "Con il listino", "rule": "freq=weekly"}  # fmt: skip
    made = make.rest("sergio").post(REST, keys).json["result"]
    assert made["contact"] == {"id": contact, "name": "Maria De Rossi"}
    assert (made["category"]["name"], made["owner"]["name"]) == ("Demo", "Livia Prova")
    assert (made["due"], made["time"], made["due_at"]) == ("2027-01-10", "15:30", "2027-01-10T14:30:00+00:00")
    assert (made["reminder"], made["rule"], made["description"]) == (120, "FREQ=WEEKLY", "Con il listino")


def test_a_change_changes_what_it_names(make: Maker) -> None:
    """TSK-06, GEN-08: a PUT leaves the rest; an outdated version is refused."""
    rest, task = make.rest("sergio"), make.task(task={"due": "2027-01-10", "reminder": 5})
    before = rest.get(f"{REST}{task}").json["result"]
    after = rest.put(f"{REST}{task}", {"title": "Altro", "version": before["version"]}).json["result"]
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"title", "version", "changed_at"}
    assert rest.put(f"{REST}{task}", {"title": "Tardi", "version": before["version"]}).status_code == 409


def test_the_day_moves_and_time_goes_with_it(make: Maker) -> None:
    """TSK-02: the instants follow the day; without a day there is no time."""
    rest, task = make.rest("sergio"), make.task(task={"due": "2027-01-10", "time": "15:00"})
    assert rest.put(f"{REST}{task}", {"due": "2027-06-10"}).json["result"]["due_at"] == "2027-06-10T13:00:00+00:00"
    gone = rest.put(f"{REST}{task}", {"due": None}).json["result"]
    assert (gone["due"], gone["time"], gone["due_at"]) == (None, None, None)


def moments(make: Maker, task: int) -> tuple[Any, Any]:
    """When a reminder is owed and was given, as the product knows it."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        found = db.session.get_one(Task, task)
        return found.remind_at, found.reminded_at


def test_when_a_reminder_is_owed(make: Maker) -> None:
    """TSK-03: at its moment; at once when that has passed; never for what is due already."""
    with time_machine.travel(NOW, tick=False):
        later = make.task(task={"due": dt.date(2026, 11, 27), "time": dt.time(12)})
        soon = make.task(task={"due": dt.date(2026, 11, 24), "time": dt.time(12)})
        past = make.task(task={"due": dt.date(2026, 11, 23)})
        never = make.task(task={"due": dt.date(2026, 11, 27), "reminder": None})
    assert moments(make, later) == (dt.datetime(2026, 11, 26, 11, tzinfo=dt.UTC), None)
    assert moments(make, soon) == (dt.datetime(2026, 11, 23, 11, tzinfo=dt.UTC), None)
    assert moments(make, past) == moments(make, never) == (None, None)

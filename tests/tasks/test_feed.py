"""The iCalendar feed (TSK-07): a secret address shows its owner's tasks, until it is withdrawn."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from flask import request, request_finished
from icalendar import Calendar
from sqlalchemy import select

from app.core.counting import FACTS
from app.core.db import db
from app.core.people import User, role_named
from app.tasks.models import CalendarFeed
from tests.factories import Maker
from tests.payloads import PAYLOADS

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


def address(make: Maker, who: str = "sergio") -> str:
    """A new address of somebody's, as the page shows it once."""
    page = make.page(who)
    found = re.search(
        r"http://localhost(/calendar/[\w-]{40,}\.ics)", page.post("/tasks/feed/", follow_redirects=True).text
    )
    assert found
    assert found[1] not in page.get("/tasks/feed/").text
    return found[1]


def events(make: Maker, path: str) -> list[Any]:
    """The events that a visitor without a cookie reads there, by their start."""
    answer = make.app.test_client().get(path)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.data)
    assert calendar["version"] == "2.0"
    assert [name for part in calendar.walk() for name, _words in part.errors] == []
    return sorted(calendar.walk("VEVENT"), key=lambda e: str(e["dtstart"].dt))


def test_what_it_holds(make: Maker) -> None:
    """TSK-07: one's open tasks with a day, whole days as days, hours in their zone; those of others not."""
    with time_machine.travel(NOW, tick=False):
        make.task(
            word="tutto il giorno",
            task={"due": "2026-11-24", "category": "Deadline", "description": "con, virgole; e\nrighe"},
        )
        make.task(word="alle tre", task={"due": "2026-11-25", "time": "15:00"})
        make.task(word="fatto", task={"due": "2026-11-24", "closed": True})
        make.task(word="vecchio", task={"due": "2026-01-10"})
        make.task(word="senza giorno", task={"description": ""})
        make.task(make["livia"], word="di livia", task={"due": "2026-11-24"})
        whole, hour = events(make, address(make))
    assert (str(whole["summary"]), whole["dtstart"].dt, whole["dtend"].dt) == (
        "tutto il giorno", dt.date(2026, 11, 24), dt.date(2026, 11, 25))  # fmt: skip
    assert str(whole["description"]).startswith("con, virgole; e\nrighe")
    assert "Deadline" in whole["categories"].to_ical().decode()
    assert hour["dtstart"].dt.astimezone(dt.UTC) == dt.datetime(2026, 11, 25, 14, 0, tzinfo=dt.UTC)
    assert hour["uid"] != whole["uid"]


def test_what_repeats(make: Maker) -> None:
    """RFC 5545, 3.8.5.3: the rule goes on from the open one; a count becomes a last day, at its hour in UTC."""
    rule = "FREQ=WEEKLY;BYDAY=TU;COUNT=3"
    with time_machine.travel(NOW, tick=False):
        make.task(word="a giorni", task={"due": "2026-11-24", "rule": rule})
        make.task(word="a ore", task={"due": "2026-11-24", "time": "15:00", "rule": rule})
        make.task(word="per sempre", task={"due": "2026-11-26", "rule": "FREQ=MONTHLY;BYMONTHDAY=-1"})
        whole, hour, ever = events(make, address(make))
    assert whole["rrule"].to_ical() == b"FREQ=WEEKLY;UNTIL=20261208;BYDAY=TU"
    assert hour["rrule"]["until"] == [dt.datetime(2026, 12, 8, 23, 0, tzinfo=dt.UTC)]
    assert ever["rrule"].to_ical() == b"FREQ=MONTHLY;BYMONTHDAY=-1"


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "\0" not in p and len(p) < 200])
def test_a_hostile_title_is_only_a_title(make: Maker, payload: str) -> None:
    """Threat 23: what is typed begins no line of its own."""
    with time_machine.travel(NOW, tick=False):
        make.task(task={"title": f"x{payload}", "due": "2026-11-24", "description": payload})
        [event] = events(make, address(make))
    assert str(event["summary"]) == " ".join(f"x{payload}".split())


def test_a_new_address_ends_the_old_one(make: Maker) -> None:
    """TSK-07: revocable: by a new one, or altogether; the database holds no secret."""
    old = address(make)
    new = address(make)
    client, page = make.app.test_client(), make.page("sergio")
    assert [client.get(path).status_code for path in (old, new)] == [404, 200]
    with make.app.app_context():
        [row] = db.session.scalars(select(CalendarFeed))
        assert row.token_hash not in new
        assert new.split("/")[2].removesuffix(".ics") not in str(vars(row))
    assert page.post("/tasks/feed/withdraw").status_code == 302
    assert client.get(new).status_code == 404
    assert "Make an address" in page.get("/tasks/feed/").text


def test_it_ends_with_the_account(make: Maker) -> None:
    """TSK-07, ACC-01: who may not sign in any more, or is put outside the CRM, has no feed either."""
    gone, outside = make.user(), make.user()
    pages = {who: make.page(who) for who in (gone, outside)}
    paths = [
        re.search(r"/calendar/[\w-]+\.ics", page.post("/tasks/feed/", follow_redirects=True).text)
        for page in pages.values()
    ]
    found = [path[0] for path in paths if path]
    client = make.app.test_client()
    assert [client.get(path).status_code for path in found] == [200, 200]
    with make.app.app_context():
        db.session.get_one(User, gone.id).active = False
        db.session.get_one(User, outside.id).roles = [role_named("Visitor")]
        db.session.commit()
    assert [client.get(path).status_code for path in found] == [404, 404]


def test_a_deleted_contact_is_not_told(make: Maker) -> None:
    """ACC-06: the feed shows what its owner may see, by the rule of all lists."""
    with time_machine.travel(NOW, tick=False):
        task = make.task(task={"due": "2026-11-24"})
        path = address(make)
        assert len(events(make, path)) == 1
        make.rest("sergio").delete(f"/api/v1/tasks/{task}")
        assert events(make, path) == []


def test_guessing_is_limited(make: Maker) -> None:
    """Threat 20: twenty wrong ones a minute from one place, then 429; the right one sixty times an hour."""
    client = make.app.test_client()
    codes = [client.get(f"/calendar/nessuno{n}.ics").status_code for n in range(22)]
    assert (codes[0], codes[-1]) == (404, 429)
    path = address(make)
    elsewhere = {"REMOTE_ADDR": "10.7.7.7"}
    codes = [client.get(path, environ_overrides=elsewhere).status_code for _ in range(62)]
    assert (codes[0], codes[59], codes[-1]) == (200, 200, 429)


def test_everyone_may_have_one(make: Maker) -> None:
    """TSK-07: who may only read has tasks too; a visitor has no page."""
    assert address(make, "renzo")
    assert make.page(None).post("/tasks/feed/").status_code in (302, 401, 403)


def test_the_log_keeps_no_secret(make: Maker) -> None:
    """Threat 34: the access log names the door, not the key."""
    path, told = address(make, "nino"), []
    with request_finished.connected_to(lambda _app, **_: told.append(request.environ[FACTS]), make.app):
        make.app.test_client().get(path)
    assert told[0]["route"].startswith("/calendar/")
    assert path.rsplit("/", 1)[1].removesuffix(".ics") not in repr(told)

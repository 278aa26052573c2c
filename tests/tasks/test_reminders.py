"""Reminders: each exactly once, in the responsible person's zone, late rather than lost (TSK-03, RELIABILITY 21-23)."""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine

from app.core import access
from app.core.db import db
from app.core.people import profile_of
from app.tasks import reminders
from tests.factories import Maker, Someone

Bell = Callable[..., list[tuple[str, str]]]
Mails = Callable[..., list[Any]]
Minute = Callable[[], int]
REST = "/api/v1/tasks/"
NOON = dt.datetime(2026, 11, 24, 11, 0, tzinfo=dt.UTC)  # 12:00 in Rome
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def at() -> Iterator[Any]:
    """A clock that stands still until it is moved: `at.move_to(instant)`."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def move_to(make: Maker, who: Someone, zone: str, locale: str = "en") -> None:
    """Let somebody live elsewhere."""
    with make.app.app_context():
        profile = profile_of(who.id)
        profile.timezone, profile.locale = zone, locale
        db.session.commit()


def test_once_at_its_moment(make: Maker, at: Any, minute: Minute, bell: Bell, mails: Mails) -> None:
    """TSK-03: nothing before, one notice and one mail then, nothing after; the others hear nothing."""
    task = make.task(word="Chiamare Rossi", task={"due": "2026-11-24", "time": "15:00", "reminder": 30})
    at.move_to(NOON + dt.timedelta(hours=2, minutes=29))
    assert (minute(), bell("sergio"), mails()) == (0, [], [])
    at.move_to(NOON + dt.timedelta(hours=2, minutes=30))
    assert minute() == 1
    assert bell("sergio") == [("“Chiamare Rossi” is due on 24/11/2026 15:00", f"/tasks/show/{task}")]
    [mail] = mails()
    assert (mail.recipient, mail.subject) == ("sergio@example.com", "“Chiamare Rossi” is due on 24/11/2026 15:00")
    at.move_to(NOON + 5 * DAY)
    assert minute() == 0
    assert len(mails()) == 1
    assert bell("livia") == bell("ada") == []


def test_each_by_his_own_clock_and_language(make: Maker, at: Any, minute: Minute, bell: Bell, mails: Mails) -> None:
    """TSK-03, NOT-02: nine o'clock is nine where the responsible person is, and so it is written."""
    move_to(make, make["livia"], "America/New_York", "it")
    for who in ("sergio", "livia"):
        make.task(make[who], word="Riunione", task={"due": "2026-11-25", "time": "09:00", "reminder": 60})
    at.move_to(dt.datetime(2026, 11, 25, 7, 0, tzinfo=dt.UTC))
    assert minute() == 1
    assert bell("livia") == []
    at.move_to(dt.datetime(2026, 11, 25, 13, 0, tzinfo=dt.UTC))
    assert minute() == 1
    assert "25/11/2026 09:00" in bell("livia")[0][0]
    assert {m.recipient: m.headers["Content-Language"] for m in mails()} == {
        "livia@example.com": "it",
        "sergio@example.com": "en",
    }


def test_a_day_before_is_the_default(make: Maker, at: Any, minute: Minute, bell: Bell) -> None:
    """TSK-03: of a whole day one is reminded on the morning of the day before."""
    make.task(word="Gara", task={"due": "2026-11-27"})
    at.move_to(dt.datetime(2026, 11, 26, 7, 59, tzinfo=dt.UTC))
    assert minute() == 0
    at.move_to(dt.datetime(2026, 11, 26, 8, 0, tzinfo=dt.UTC))
    assert minute() == 1
    assert bell("sergio")[0][0] == "“Gara” is due on 27/11/2026"


def test_a_scheduler_that_was_away(make: Maker, at: Any, minute: Minute, bell: Bell, mails: Mails) -> None:
    """RELIABILITY 21: after three hours, and after three days, each once; what is over meanwhile says so."""
    make.task(word="presto", task={"due": "2026-11-24", "time": "13:00", "reminder": 15})
    make.task(word="dopo", task={"due": "2026-11-24", "time": "17:00", "reminder": 120})
    at.move_to(NOON + 3 * HOUR)
    assert minute() == 2
    assert [said for said, _ in bell("sergio")] == [
        "“dopo” is due on 24/11/2026 17:00",
        "“presto” was due on 24/11/2026 13:00",
    ]
    make.task(word="altro", task={"due": "2026-11-25", "reminder": 5})
    at.move_to(NOON + 3 * DAY)
    assert (minute(), minute()) == (1, 0)
    assert len(mails()) == 3


def test_a_moved_day_is_reminded_of_anew(make: Maker, at: Any, minute: Minute, mails: Mails) -> None:
    """TSK-03: before its moment a move replaces it; after it the new day has its own."""
    task = make.task(task={"due": "2026-11-24", "time": "15:00", "reminder": 60})
    rest = make.rest("sergio")
    rest.put(f"{REST}{task}", {"time": "18:00"})
    at.move_to(NOON + 2 * HOUR)
    assert minute() == 0
    at.move_to(NOON + 5 * HOUR)
    assert minute() == 1
    rest.put(f"{REST}{task}", {"title": "altro titolo", "description": "x"})
    assert minute() == 0
    rest.put(f"{REST}{task}", {"due": "2026-11-25", "time": "18:00"})
    assert minute() == 0
    at.move_to(NOON + DAY + 5 * HOUR)
    assert (minute(), minute(), len(mails())) == (1, 0, 2)


def test_what_is_done_or_deleted_is_not_reminded_of(make: Maker, at: Any, minute: Minute, mails: Mails) -> None:
    """TSK-03: closed and binned tasks are silent; reopened ones speak again."""
    closed, binned, again = (make.task(task={"due": "2026-11-24", "time": "15:00", "reminder": 60}) for _ in range(3))
    rest = make.rest("sergio")
    rest.put(f"{REST}{closed}", {"closed": True})
    rest.delete(f"{REST}{binned}")
    rest.put(f"{REST}{again}", {"closed": True})
    rest.put(f"{REST}{again}", {"closed": False})
    at.move_to(NOON + 3 * HOUR)
    assert (minute(), minute(), len(mails())) == (1, 0, 1)


def test_a_new_responsible_person_is_the_one_reminded(make: Maker, at: Any, minute: Minute, bell: Bell) -> None:
    """TSK-03, TSK-04: whoever has the task when the moment comes, by the clock of where he is."""
    move_to(make, make["livia"], "America/New_York")
    task = make.task(word="Demo", task={"due": "2026-11-25", "time": "09:00", "reminder": 60})
    make.rest("sergio").put(f"{REST}{task}", {"owner": make["livia"].id})
    at.move_to(dt.datetime(2026, 11, 25, 8, 30, tzinfo=dt.UTC))
    assert minute() == 0
    at.move_to(dt.datetime(2026, 11, 25, 13, 0, tzinfo=dt.UTC))
    assert minute() == 1
    assert bell("sergio") == []
    assert [said for said, _ in bell("livia")] == [
        "“Demo” is due on 25/11/2026 09:00",
        "Sergio Prova gave you the task “Demo”",
    ]


def test_a_moved_person_gets_it_once(make: Maker, at: Any, minute: Minute, mails: Mails) -> None:
    """RELIABILITY 23: who changes his zone, before or after, gets no second one and loses none."""
    make.task(task={"due": "2026-11-24", "time": "15:00", "reminder": 60})
    move_to(make, make["sergio"], "Asia/Tokyo")
    assert minute() == 0
    at.move_to(NOON + 2 * HOUR)
    assert minute() == 1
    move_to(make, make["sergio"], "America/New_York")
    at.move_to(NOON + 2 * DAY)
    assert (minute(), len(mails())) == (0, 1)


def test_a_clock_set_back(make: Maker, at: Any, minute: Minute, mails: Mails) -> None:
    """RELIABILITY 23: ten minutes lived twice remind once."""
    make.task(task={"due": "2026-11-24", "time": "13:00", "reminder": 60})
    assert minute() == 1
    at.move_to(NOON - 10 * MINUTE)
    assert minute() == 0
    at.move_to(NOON)
    assert (minute(), len(mails())) == (0, 1)


@pytest.mark.parametrize(
    ("day", "time", "before", "moment"),
    [
        ("2027-03-28", "02:30", "2027-03-28T00:00", "2027-03-28T01:30"),  # the clocks skip it: at the end of the gap
        ("2027-10-31", "02:30", "2027-10-31T00:00", "2027-10-31T00:30"),  # it comes twice: at the first
    ],
)
def test_the_nights_when_clocks_change(
    make: Maker, at: Any, minute: Minute, mails: Mails, day: str, time: str, before: str, moment: str
) -> None:
    """RELIABILITY 23: an hour that is missing or comes twice reminds once."""
    make.task(task={"due": day, "time": time, "reminder": 5})
    due = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    for instant, given in ((dt.datetime.fromisoformat(before).replace(tzinfo=dt.UTC), 0), (due - 6 * MINUTE, 0),
                           (due - 5 * MINUTE, 1), (due, 0), (due + HOUR, 0), (due + 2 * HOUR, 0)):  # fmt: skip
        at.move_to(instant)
        assert minute() == given, instant
    assert len(mails()) == 1


def test_each_wish_is_heeded(make: Maker, at: Any, minute: Minute, bell: Bell, mails: Mails) -> None:
    """NOT-01: who wants no mail gets none, and the reminder counts as given."""
    make.page("sergio").post("/notices/wishes", data={"reminder-app": "y"})
    make.task(task={"due": "2026-11-24", "time": "13:00", "reminder": 60})
    assert (minute(), len(bell("sergio")), len(mails()), minute()) == (1, 1, 0, 0)


def test_an_open_form_is_not_spoilt(make: Maker, at: Any, minute: Minute) -> None:
    """GEN-08: a reminder is no change by somebody else."""
    task, rest = make.task(task={"due": "2026-11-24", "time": "13:00", "reminder": 60}), make.rest("sergio")
    version = rest.get(f"{REST}{task}").json["result"]["version"]
    assert minute() == 1
    assert rest.put(f"{REST}{task}", {"title": "salvato", "version": version}).status_code == 200


def test_two_clocks_at_once(
    make: Maker, at: Any, minute: Minute, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RELIABILITY 22: several that sweep at the same moment give each reminder once."""
    monkeypatch.setattr(reminders, "BATCH", 3)
    for _ in range(20):
        make.task(task={"due": "2026-11-24", "time": "13:00", "reminder": 60})
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: minute(), range(4)))
    assert sum(given) + minute() == 20
    assert len(mails()) == 20


def test_what_is_not_committed_is_not_given(make: Maker, at: Any, minute: Minute, bell: Bell, mails: Mails) -> None:
    """TSK-03: one transaction: a failure in the middle leaves neither a notice nor a mail, nor a reminder lost."""
    make.task(task={"due": "2026-11-24", "time": "13:00", "reminder": 60})
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert reminders.give() == 1
        db.session.rollback()
    assert bell("sergio") == mails() == []
    assert (minute(), len(bell("sergio")), len(mails())) == (1, 1, 1)

"""Reports by mail: their timetable, what each recipient gets, what happens when something is missed or killed."""

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import access, clock, storage
from app.core.db import db
from app.mailing.models import OutgoingMail
from app.reporting import running, service
from app.reporting.models import ReportMail, ReportSchedule
from tests import factories
from tests.factories import Maker

make = factories.make
PIPELINE = {"report": "pipeline", "every": "week", "weekday": 0, "hour": 8, "zone": "Europe/Rome"}


@pytest.fixture
def planned(app: Flask, make: Maker) -> Callable[..., int]:
    """Plans a report as Marta, due since some time; its id."""

    def plan(*recipients: str, ago: dt.timedelta = dt.timedelta(minutes=1), **more: Any) -> int:
        with app.test_request_context(), factories.acting(make["marta"]):
            ids = [make[name].id for name in recipients]
            row = service.save({"formats": ["inline"], **PIPELINE, "recipients": ids, **more})
            row.next_at = clock.now() - ago
            db.session.commit()
            return row.id

    return plan


@pytest.fixture
def tick(app: Flask) -> Callable[[], int]:
    """Does what the clock and the worker do; how many mails it made."""

    def go() -> int:
        with app.app_context(), access.acting_as(access.SYSTEM):
            made = sum(running.run(schedule_id) for schedule_id in running.due())
            db.session.commit()
            db.session.remove()
            return made

    return go


def mails(app: Flask, schedule_id: int) -> dict[str, Any]:
    """The mails of a schedule by recipient: subject, html, text and files."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        wanted = select(OutgoingMail).join(ReportMail, ReportMail.mail_id == OutgoingMail.id)
        found = db.session.scalars(wanted.where(ReportMail.schedule_id == schedule_id)).all()
        return {
            m.recipient: {"subject": m.subject, "html": m.html, "text": m.text, "files": [*map(content, m.attachments)]}
            for m in found
        }


def content(file: dict[str, str]) -> tuple[str, bytes]:
    with storage.open_stored(file["key"]) as stream:
        return file["name"], stream.read()


def test_each_gets_his_own_numbers(
    app: Flask, deals: pd.DataFrame, planned: Callable[..., int], tick: Callable[[], int]
) -> None:
    """REP-03, threat 29: the report runs as each recipient; inline and as Excel the same sums."""
    schedule = planned("sergio", "livia", formats=["inline", "xlsx"])
    assert tick() == 2
    sent = mails(app, schedule)
    for name in ("sergio", "livia"):
        frame = deals[deals.kind == "open"]
        frame = frame if name == "sergio" else frame[~frame.private]
        mail = sent[f"{name}@example.com"]
        assert mail["subject"] == "Pipeline"
        [(file, raw)] = mail["files"]
        sheet = pd.read_excel(io.BytesIO(raw), engine="calamine")
        assert file.endswith(".xlsx")
        assert sheet.iloc[:, 1].sum() == len(frame)
        assert sheet.iloc[:, 2].sum() == pytest.approx(float(sum(frame.worth)), abs=0.05)
        assert re.search(rf"<b>{len(frame)}</b>", mail["html"])
        assert "bgcolor" in mail["html"]


def test_what_was_missed_is_made_up_for_once(app: Flask, planned: Callable[..., int], tick: Callable[[], int]) -> None:
    """REP-03, fault 21: after weeks without a clock one mail goes, and the next one at its hour."""
    schedule = planned("livia", ago=dt.timedelta(days=30), every="day")
    assert tick() == 1
    assert tick() == 0
    with app.app_context(), access.acting_as(access.SYSTEM):
        following = db.session.get_one(ReportSchedule, schedule).next_at
    assert clock.now() < following <= clock.now() + dt.timedelta(days=1, hours=1)


def test_killed_before_the_commit_it_begins_anew(
    app: Flask, planned: Callable[..., int], tick: Callable[[], int]
) -> None:
    """REP-03: nothing is queued twice and nothing lost when a worker dies in between."""
    schedule = planned("livia", "sergio")
    with app.app_context(), access.acting_as(access.SYSTEM):
        running.run(schedule)
        db.session.rollback()
        db.session.remove()
    assert mails(app, schedule) == {}
    assert tick() == 2
    assert len(mails(app, schedule)) == 2


def test_who_may_not_sign_in_gets_nothing(app: Flask, make: Maker, planned: Any, tick: Any) -> None:
    """REP-03: rights count as they are when it runs; the log says why nothing went."""
    someone = make.user()
    schedule = planned("livia")
    with app.app_context(), access.acting_as(access.SYSTEM):
        row = db.session.get_one(ReportSchedule, schedule)
        row.recipients = [someone.id]
        db.session.execute(update(factories.User).where(factories.User.id == someone.id).values(active=False))
        db.session.commit()
        db.session.remove()
    tick()
    assert mails(app, schedule) == {}
    assert "may not see it any more" in make.page("marta").get(f"/report-mails/{schedule}").text


@pytest.mark.parametrize(
    ("more", "after", "expected"),
    [
        ({"every": "day", "hour": 8}, "2026-03-28T06:59", "2026-03-28T07:00"),  # Rome, winter
        ({"every": "day", "hour": 8}, "2026-03-28T07:00", "2026-03-29T06:00"),  # the clocks go forward
        ({"every": "week", "weekday": 0, "hour": 8}, "2026-11-24T12:00", "2026-11-30T07:00"),
        ({"every": "month", "monthday": 31, "hour": 0}, "2026-02-01T12:00", "2026-02-27T23:00"),
        ({"every": "day", "hour": 9, "zone": "Asia/Tokyo"}, "2026-11-24T00:00", "2026-11-25T00:00"),
    ],
)
def test_the_hour_is_that_of_its_zone(more: dict[str, Any], after: str, expected: str) -> None:
    """REP-03: daily, weekly or monthly at an hour of a time zone."""
    row = ReportSchedule(**{"zone": "Europe/Rome", "weekday": 0, "monthday": 1, **more})
    instant = dt.datetime.fromisoformat(f"{after}+00:00")
    assert service.following(row, instant) == dt.datetime.fromisoformat(f"{expected}+00:00")


def test_planned_from_a_report_and_stopped_by_its_link(
    app: Flask, make: Maker, deals: pd.DataFrame, tick: Callable[[], int]
) -> None:
    """REP-03: report, "send regularly", save; run now, log, send again; the stop link acts by POST alone."""
    page, livia = make.page("marta"), make["livia"].id
    report = page.get("/reports/pipeline?by=owner").text
    [address] = re.findall(r'href="(/report-mails/new[^"]+)"', report)
    address = address.replace("&amp;", "&")
    form = {**PIPELINE, "monthday": "1", "formats": ["inline"], "recipients": [str(livia)]}
    assert "Each gets the numbers" in page.get(address).text
    bad = page.post(address, {**form, "hour": "99", "zone": "Moon"})
    assert "Between 0 and 23" in bad.text
    where = page.post(address, form).location
    assert "Livia Prova" in page.get(where).text
    page.post(f"{where}/run")
    assert tick() == 1
    schedule = int(where.rsplit("/", 1)[1])
    with app.test_request_context():
        token = service.stop_token(ReportSchedule(id=schedule), livia)
    visitor = make.page(None)
    assert "no more of these mails?" in visitor.get(f"/report-mails/stop/{token}").text
    assert "Livia Prova" in page.get(where).text
    assert "You get no more" in visitor.post(f"/report-mails/stop/{token}").text
    assert visitor.get(f"/report-mails/stop/{token}x").status_code == 404
    page.post(f"{where}/run")
    assert tick() == 0


def test_a_stranger_sees_no_plan(make: Maker, planned: Callable[..., int]) -> None:
    """REP-03: neither page nor verbs for who neither made nor gets it; who gets it may not change it."""
    schedule = planned("livia")
    nino, livia = make.page("nino"), make.page("livia")
    assert nino.get(f"/report-mails/{schedule}").status_code == 404
    for verb in ("run", "end"):
        assert nino.post(f"/report-mails/{schedule}/{verb}").status_code == 404
        assert livia.post(f"/report-mails/{schedule}/{verb}").status_code == 403
    assert livia.get(f"/report-mails/{schedule}").status_code == 200
    assert f"/report-mails/{schedule}" not in nino.get("/report-mails/").text


def test_old_mails_are_forgotten_with_their_files(
    app: Flask, make: Maker, planned: Callable[..., int], tick: Callable[[], int]
) -> None:
    """REP-03: what lies in the store goes after its time, and a plan that is over with it."""
    schedule = planned("livia", formats=["csv"])
    tick()
    make.page("marta").post(f"/report-mails/{schedule}/end")
    with app.app_context(), access.acting_as(access.SYSTEM):
        entry = db.session.scalars(select(ReportMail).where(ReportMail.schedule_id == schedule)).one()
        [key], entry.at = entry.files, clock.now() - dt.timedelta(days=31)
        db.session.commit()
        assert running.forget() == 1
        db.session.commit()
        assert db.session.get(ReportSchedule, schedule) is None
        with pytest.raises(FileNotFoundError):
            storage.open_stored(key)
        db.session.remove()

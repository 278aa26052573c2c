"""Schedulers and workers that are killed while they remind: each reminder exactly once (TSK-03, RELIABILITY 21, 22)."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from app.core import access, clock
from app.core.db import db
from app.mailing.models import MailState, OutgoingMail
from app.notices.models import Notice
from app.tasks.models import Task
from tests.factories import Maker
from tests.harness import web
from tests.harness.mail import Mailbox
from tests.harness.web import wait_until

MANY = 120


@pytest.fixture
def owed(make: Maker) -> None:
    """As many reminders as a firm has on a Monday morning, due three hours ago: nobody kept the time since."""
    first = make.task(task={"due": clock.today("Europe/Rome"), "reminder": 5})
    moment = clock.now() - dt.timedelta(hours=3)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        like = db.session.get_one(Task, first)
        row = {"zone": like.zone, "owner_id": like.owner_id, "created_by": like.owner_id, "due_on": like.due_on,
               "due_at": clock.now() + dt.timedelta(hours=9), "reminder": 5, "remind_at": moment}  # fmt: skip
        db.session.execute(insert(Task), [{**row, "title": f"numero {n:03}", "search": ""} for n in range(MANY)])
        db.session.delete(like)
        db.session.commit()


def given(app: Flask) -> int:
    """How many are marked as given."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        return db.session.scalar(select(func.count(Task.id)).where(Task.reminded_at.is_not(None))) or 0


def told(app: Flask, make: Maker) -> tuple[Counter[str], Counter[str]]:
    """Titles in the bell and in mails, with how often each was said."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        mails = db.session.scalars(select(OutgoingMail.subject)).all()
        bells = db.session.scalars(select(Notice.words)).all()
        return Counter(words["name"] for words in bells), Counter(s.split("“")[1].split("”")[0] for s in mails)


def test_schedulers_that_are_killed(app: Flask, make: Maker, data: Path, owed: None) -> None:
    """RELIABILITY 21, 22: three schedulers die in the middle, a fourth and a fifth go on: each reminder once."""
    once = Counter(f"numero {n:03}" for n in range(MANY))
    for _ in range(3):
        before = given(app)
        with web.scheduler(data / "log") as child:
            wait_until(lambda before=before: given(app) > before or given(app) == MANY, 60)
            child.kill()
    with web.scheduler(data / "log"), web.scheduler(data / "log"):
        wait_until(lambda: given(app) == MANY, 60)
    bells, mails = told(app, make)
    assert mails == once
    assert bells == once


def test_workers_that_are_killed(app: Flask, make: Maker, data: Path, smtp: Mailbox, owed: None) -> None:
    """RELIABILITY, fault 2: the mails of reminders go out once, whoever dies; one in doubt is not sent again."""
    with web.scheduler(data / "log"):
        for _ in range(2):
            before = len(smtp.received)
            with web.worker(data / "log") as child:
                wait_until(lambda before=before: len(smtp.received) > before, 60)
                child.kill()
        with web.worker(data / "log"):
            wait_until(lambda: not waiting(app), 90)
    subjects = Counter(str(mail.message["Subject"]) for mail in smtp.received)
    assert max(subjects.values()) == 1
    assert len(subjects) + in_doubt(app) >= MANY
    assert in_doubt(app) <= 8


def count(app: Flask, *states: MailState) -> int:
    with app.app_context(), access.acting_as(access.SYSTEM):
        return db.session.scalar(select(func.count(OutgoingMail.id)).where(OutgoingMail.state.in_(states))) or 0


def waiting(app: Flask) -> int:
    """Mails that are still to go."""
    return count(app, MailState.WAITING)


def in_doubt(app: Flask) -> int:
    """Mails that a killed worker held."""
    return count(app, MailState.SENDING, MailState.DOUBT)

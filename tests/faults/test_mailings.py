"""Workers that die while a mailing goes: nobody gets it twice, nobody is lost, doubts are told (fault 2)."""

import datetime as dt
from pathlib import Path
from typing import Any

from flask import Flask
from redis import Redis
from sqlalchemy import func, select, update

from app.campaigns import service as campaigns
from app.campaigns.models import Mailing, MailingRecipient, MailingState
from app.core import access, clock
from app.core.db import db
from app.core.jobs import nudge
from app.mailing import service
from app.mailing.models import OutgoingMail
from tests.campaigns.helpers import started, state
from tests.factories import Maker, acting
from tests.harness.mail import Mailbox
from tests.harness.web import wait_until, worker

MANY, KILLS = 150, (20, 45, 70, 95, 120)
PATIENCE = 60


def people(make: Maker) -> list[int]:
    """Contacts p0@example.com and so on; their ids."""
    from app.contacts import service as contacts

    with make.app.app_context(), acting(make["marta"]):
        made = [
            contacts.save({"kind": "person", "first_name": "P", "last_name": str(n), "emails": [f"p{n}@example.com"]})
            for n in range(MANY)
        ]
        db.session.commit()
        ids = [contact.id for contact in made]
        db.session.remove()
    return ids


def sweep(app: Flask) -> None:
    """What the clock does again and again, for a worker that has lost its messages."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        db.session.execute(update(Mailing).values(claimed_at=None))
        db.session.commit()
        for pk in campaigns.unfinished():
            nudge("campaigns.run", pk)
        nudge("mailing.deliver", 0)
        db.session.remove()


def give_up_the_dead(app: Flask) -> None:
    """Twenty minutes pass: who holds a mail still, is dead."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        long_ago = clock.now() - dt.timedelta(minutes=25)
        db.session.execute(update(OutgoingMail).where(OutgoingMail.state == "sending").values(claimed_at=long_ago))
        service.doubt_the_abandoned()
        db.session.commit()
        db.session.remove()


def counts(app: Flask) -> dict[str, int]:
    """Recipients by state."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        by_state = select(MailingRecipient.state, func.count()).group_by(MailingRecipient.state)
        found = {str(key): number for key, number in db.session.execute(by_state)}
        db.session.remove()
    return found


def in_doubt(app: Flask) -> set[str]:
    with app.app_context(), access.acting_as(access.SYSTEM):
        found = set(db.session.scalars(select(MailingRecipient.email).where(MailingRecipient.state == "doubt")))
        db.session.remove()
    return found


def test_workers_killed_and_the_queue_wiped(make: Maker, smtp: Mailbox, data: Path, environment: Any) -> None:
    """MAIL-03, fault 2: five workers killed at any moment, the queue wiped, the server hanging up after the last byte
    now and then: none received twice, none lost, states that add up, each doubt listed."""
    app = make.app
    smtp.drops = lambda number: number % 29 == 0
    mailing = started(make, {"ids": people(make)}, in_history=False)
    for number, stop in enumerate(KILLS):
        with worker(data / "log") as child:
            sweep(app)
            wait_until(lambda stop=stop: len(smtp.received) >= stop, PATIENCE)
            child.kill()
        if number == 2:
            with Redis.from_url(environment["REDIS_URL"]) as queue:
                queue.flushdb()
    give_up_the_dead(app)
    with worker(data / "log"):
        sweep(app)
        wait_until(lambda: state(make, mailing) == MailingState.DONE, PATIENCE)
    came = [m.recipients[0] for m in smtp.received]
    everyone, doubted, found = {f"p{n}@example.com" for n in range(MANY)}, in_doubt(app), counts(app)
    assert len(came) == len(set(came)), "somebody got it twice"
    assert set(came) | doubted == everyone, "somebody was lost"
    assert sum(found.values()) == MANY
    assert set(found) <= {"sent", "doubt"}
    assert found["sent"] == len(everyone - doubted)
    assert len(doubted) <= MANY // 29 + 2 * len(KILLS)

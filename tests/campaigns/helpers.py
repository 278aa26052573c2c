"""Shortcuts of these tests: mailings through the room's service, taken on by the worker's jobs without a queue."""

from typing import Any

from sqlalchemy import select

from app.campaigns import running, service
from app.campaigns.models import Mailing, MailingRecipient
from app.core import access
from app.core.db import db
from app.mailing import sending
from app.notices import service as notices
from app.notices.models import Kind
from tests.factories import Maker, acting

TEXTS = {"subject": "Ciao {{first_name|amico}}", "html": "<p>Per {{name}}</p>", "language": "it", "in_history": True}


def started(make: Maker, audience: dict[str, Any], **texts: Any) -> int:
    """A mailing of Marta's that may go; its id."""
    with make.app.test_request_context(base_url="https://crm.example.com"), acting(make["marta"]):
        no_mail_at_the_end()
        mailing = service.draft(audience)
        service.save(TEXTS | texts, mailing)
        service.start(mailing)
        db.session.commit()
        made = mailing.id
        db.session.remove()
    return made


def no_mail_at_the_end() -> None:
    """Marta has the bell alone for mailings that have ended: these tests count mails."""
    notices.wish(Kind.MAILING, app=True, mail=False)


def go_on(make: Maker, mailing_id: int, send: bool = True) -> None:
    """Let workers do what they would do for a while: make mails, send them, and look again."""
    from workers import application

    with application.app_context(), access.acting_as(access.SYSTEM):
        for _ in range(4):
            running.work(mailing_id)
            if send:
                sending.work(0)
        db.session.remove()


def do(make: Maker, verb: Any, mailing_id: int) -> None:
    """A verb of the service, as Marta."""
    with make.app.app_context(), acting(make["marta"]):
        verb(db.session.get_one(Mailing, mailing_id))
        db.session.commit()
        db.session.remove()


def rows(make: Maker, mailing_id: int) -> dict[str, str]:
    """Each recipient's address (or number) with its state, and the reason of one that is passed over."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        mine = select(MailingRecipient).where(MailingRecipient.mailing_id == mailing_id)
        found = {r.email or str(r.contact_id): r.reason or r.state for r in db.session.scalars(mine)}
        db.session.remove()
    return found


def state(make: Maker, mailing_id: int) -> str:
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.remove()
        return db.session.get_one(Mailing, mailing_id).state

"""The verbs of outgoing mail: queue, settle what the server said, send again. Workers do the sending."""

import datetime as dt
from collections.abc import Mapping, Sequence
from email.utils import make_msgid
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.jobs import later
from app.mailing import message, servers
from app.mailing.models import MailState, OutgoingMail
from app.mailing.smtp import Result

PAUSES = [dt.timedelta(minutes=m) for m in (1, 5, 15, 30, 60)]  # the last one again and again
MOST_ATTEMPTS = 100  # with these pauses four days
LOST = dt.timedelta(seconds=20)  # the message of a due mail should have reached a worker by then
STALE = dt.timedelta(minutes=20)  # longer than the longest conversation: who holds a mail still, is dead
AT_ONCE = 500  # mails told to workers by one sweep
AGAIN = (MailState.REFUSED, MailState.DOUBT)


class Writer(NamedTuple):
    """The person who writes: the mail comes under that name, and answers go to that address."""

    name: str
    email: str


def queue(to: str, subject: str, text: str, html: str | None = None, **more: Any) -> OutgoingMail:
    """Write a mail, to be sent after the commit of this session; `more` as `written` takes it.

    Raises RuleBroken where `to` can't be an address. Flushes, does not commit.
    """
    mail = written(to, subject, text, html, **more)
    db.session.add(mail)
    db.session.flush()
    later("mailing.deliver", mail)
    return mail


def written(
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    *,
    language: str = "en",
    writer: Writer | None = None,
    attachments: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> OutgoingMail:
    """A mail that is not in the queue yet. `language` is that of its words (it, en); `attachments` as the model has
    them, kept by the caller until the mail is gone. Without a `writer` it is the product's own, which no machine
    answers (RFC 3834). Raises RuleBroken where `to` can't be an address.
    """
    own = {"Reply-To": writer.email} if writer and writer.email else {}
    own |= {} if writer else {"Auto-Submitted": "auto-generated"}
    return OutgoingMail(
        recipient=_recipient(to),
        subject=message.one_line(subject),
        text=message.body(text),
        html=message.body(html) if html else None,
        headers={"Content-Language": language} | own | dict(headers or {}),
        sender_name=message.one_line(writer.name) if writer else None,
        attachments=[{key: a[key] for key in ("name", "key", "type")} for a in attachments],
        message_id=make_msgid(domain=_domain()),
    )


def _recipient(to: str) -> str:
    try:
        return message.address(to)
    except ValueError:
        raise RuleBroken({"to": _("“%(text)s” is not an email address.", text=to[:60])}) from None


def _domain() -> str:
    found = servers.present()
    return found.sender.rpartition("@")[2] if found else "clientela.invalid"


def is_due(mail_id: int) -> bool:
    """Whether the mail waits and its pause is over."""
    waiting = select(OutgoingMail.id).where(OutgoingMail.id == mail_id, OutgoingMail.state == MailState.WAITING)
    return db.session.scalar(waiting.where(OutgoingMail.next_try_at <= clock.now())) is not None


def settle(mail_id: int, token: dt.datetime, attempts: int, result: Result) -> None:
    """Write down what came of an attempt, unless another one has begun since (`token` is its `claimed_at`)."""
    state, words = result
    if state == MailState.WAITING and attempts >= MOST_ATTEMPTS:
        state = MailState.REFUSED
    held = update(OutgoingMail).where(OutgoingMail.id == mail_id, OutgoingMail.claimed_at == token)
    held = held.where(OutgoingMail.state.in_([MailState.SENDING, MailState.DOUBT]))
    now = clock.now()
    values = {"state": state, "error": words, "changed_at": now}
    values |= {"sent_at": now} if state == MailState.SENT else {"next_try_at": now + pause(attempts)}
    db.session.execute(held.values(values).execution_options(synchronize_session=False))


def pause(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts."""
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]


def due() -> list[int]:
    """Mails whose time has come and whose message may be lost, to be told to a worker again; none without a server."""
    if servers.present() is None:
        return []
    waiting = select(OutgoingMail.id).where(OutgoingMail.state == MailState.WAITING)
    ready = waiting.where(OutgoingMail.next_try_at < clock.now() - LOST)
    return list(db.session.scalars(ready.order_by(OutgoingMail.next_try_at).limit(AT_ONCE)))


def doubt_the_abandoned() -> int:
    """Mails that a killed worker left: it can't be known whether they went, and a person decides. How many."""
    left = update(OutgoingMail).where(
        OutgoingMail.state == MailState.SENDING, OutgoingMail.claimed_at < clock.now() - STALE
    )
    words = "The worker was stopped while it was sending."
    done = db.session.execute(left.values(state=MailState.DOUBT, error=words, changed_at=clock.now()))
    return int(done.rowcount)  # type: ignore[attr-defined]


def send_again(mail: OutgoingMail) -> None:
    """Put a refused or doubtful mail back into the queue, by a person's decision. Raises Conflict for any other."""
    back = update(OutgoingMail).where(OutgoingMail.id == mail.id, OutgoingMail.state.in_(AGAIN))
    fresh = {"state": MailState.WAITING, "attempts": 0, "next_try_at": clock.now(), "claimed_at": None}
    if not db.session.execute(back.values(**fresh)).rowcount:  # type: ignore[attr-defined]
        raise Conflict
    later("mailing.deliver", mail.id)


def mails(state: str, limit: int, offset: int = 0) -> list[OutgoingMail]:
    """The mails that the actor may see, the latest first; of one state where it is not ""."""
    latest = select(OutgoingMail).order_by(OutgoingMail.id.desc())
    if state:
        latest = latest.where(OutgoingMail.state == state)
    return list(db.session.scalars(latest.limit(limit).offset(offset)))

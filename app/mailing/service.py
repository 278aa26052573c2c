"""The verbs of outgoing mail: queue, send again, forget. Workers do the sending (`sending`)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from email.utils import make_msgid
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, delete, literal, select, update

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.jobs import later
from app.mailing import message, servers
from app.mailing.models import MailState, OutgoingMail

PAUSES = [dt.timedelta(minutes=m) for m in (1, 5, 15, 30, 60)]  # the last one again and again
MOST_ATTEMPTS = 100  # with these pauses four days
LOST = dt.timedelta(seconds=20)  # the message of a due mail should have reached a worker by then
STALE = dt.timedelta(minutes=20)  # longer than the longest conversation: who holds a mail still, is dead
AT_ONCE = 2000  # mails deleted by one sweep
KEEP_DAYS = 365
WAITING = literal(MailState.WAITING.value, literal_execute=True)  # as the index says it
AGAIN = (MailState.REFUSED, MailState.DOUBT)
ATTACHED = ("name", "type", "key", "text", "method")  # of which `text` is the content itself, instead of a `key`


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
    bulk: Mapping[str, str] | None = None,
) -> OutgoingMail:
    """A mail that is not in the queue yet. `language` is that of its words (it, en); `attachments` as the model has
    them, kept by the caller until the mail is gone; `bulk` are the headers of mass mail. With neither `writer` nor
    `bulk` it is the product's own, which no machine answers (RFC 3834). Raises RuleBroken where `to` is no address.
    """
    own = {"Reply-To": writer.email} if writer and writer.email else {}
    own |= {} if writer or bulk else {"Auto-Submitted": "auto-generated"}
    return OutgoingMail(
        recipient=_recipient(to),
        subject=message.one_line(subject),
        text=message.body(text),
        html=message.body(html) if html else None,
        headers={"Content-Language": language} | own | dict(bulk or {}),
        bulk=bulk is not None,
        sender_name=message.one_line(writer.name) if writer else None,
        attachments=[{key: a[key] for key in ATTACHED if key in a} for a in attachments],
        message_id=make_msgid(domain=domain()),
    )


def _recipient(to: str) -> str:
    try:
        return message.address(to)
    except ValueError:
        raise RuleBroken({"to": _("“%(text)s” is not an email address.", text=to[:60])}) from None


def domain() -> str:
    found = servers.present()
    return found.sender.rpartition("@")[2] if found else "clientela.invalid"


def pause(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts."""
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]


def anything_due() -> bool:
    """Whether a mail waits whose time has come."""
    return db.session.scalar(select(due(1).exists())) or False


def due(limit: int) -> Select[int]:
    """Ids of the mails whose time has come, others before mass mail, who waits longest first."""
    waiting = select(OutgoingMail.id).where(OutgoingMail.state == WAITING, OutgoingMail.next_try_at <= clock.now())
    return waiting.order_by(OutgoingMail.bulk, OutgoingMail.next_try_at, OutgoingMail.id).limit(limit)


def lost() -> bool:
    """Whether mails wait whose message may be lost, so that a worker must be told again; not without a server."""
    old = due(1).where(OutgoingMail.next_try_at < clock.now() - LOST)
    return servers.present() is not None and bool(db.session.scalar(select(old.exists())))


def forget() -> int:
    """Delete sent mails that were kept as long as the settings say; how many, at most AT_ONCE."""
    found = servers.row()
    before = clock.now() - dt.timedelta(days=found.keep_days if found else KEEP_DAYS)
    old = select(OutgoingMail.id).where(OutgoingMail.state == MailState.SENT, OutgoingMail.sent_at < before)
    gone = delete(OutgoingMail).where(OutgoingMail.id.in_(old.limit(AT_ONCE)))
    return int(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]


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


def arrived(mail: OutgoingMail) -> None:
    """A person knows that a doubtful mail has arrived. Raises Conflict for any other."""
    known = update(OutgoingMail).where(OutgoingMail.id == mail.id, OutgoingMail.state == MailState.DOUBT)
    if not db.session.execute(known.values(state=MailState.SENT, sent_at=clock.now())).rowcount:  # type: ignore[attr-defined]
        raise Conflict


def mails(state: str, limit: int, offset: int = 0) -> list[OutgoingMail]:
    """The mails that the actor may see, the latest first; of one state where it is not ""."""
    latest = select(OutgoingMail).order_by(OutgoingMail.id.desc())
    if state:
        latest = latest.where(OutgoingMail.state == state)
    return list(db.session.scalars(latest.limit(limit).offset(offset)))

"""Takes due mails to the server, many over one connection, each marked before it goes.

The mark of a mail and what came of the one before it are written in one transaction, so a mail costs one commit, and
whoever is killed leaves at most one in doubt. At most SENDERS senders of all workers talk to the server at a time; one
stops after BURST seconds and asks to go on, so that a worker told to end does so between two mails.
"""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import case, func, or_, select, update

from app.core import clock, entrance, storage
from app.core.db import db
from app.core.jobs import nudge
from app.mailing import domain, message, servers, service, smtp
from app.mailing.models import MailServer, MailState, OutgoingMail
from app.mailing.service import WAITING

SENDERS = 2
PLACES = 0x4D41494C  # the advisory locks of the senders
BURST = 2.0  # seconds
AHEAD = 50  # mails looked up at once
MOST_CACHED = 20_000_000  # bytes of attachments kept by a sender
M = OutgoingMail
CONTENT = (
    M.id, M.recipient, M.subject, M.text, M.html, M.headers, M.sender_name, M.attachments, M.message_id, M.created_at,
    M.attempts, M.claimed_at,
)  # fmt: skip


class Outcome(NamedTuple):
    """What came of an attempt, to be written down with `service.settle`."""

    mail_id: int
    token: dt.datetime
    attempts: int
    result: smtp.Result


def work(mail_id: int) -> None:
    """Send this mail (0: none in particular) and the others that are due. Does nothing when enough senders are at it:
    they find it. The caller acts as SYSTEM. Commits."""
    server = servers.present()
    if server is None:
        return
    with place() as number:
        if number is None:
            return
        goes_on = _burst(server, number, mail_id)
    if goes_on and service.anything_due():
        nudge("mailing.deliver", 0)


@contextmanager
def place() -> Iterator[int | None]:
    """One of the SENDERS places, or None. The lock ends with its connection, however its holder ends."""
    with db.engine.connect() as connection:
        lock = connection.execution_options(isolation_level="AUTOCOMMIT")
        free = (n for n in range(SENDERS) if lock.scalar(select(func.pg_try_advisory_lock(PLACES, n))))
        number = next(free, None)
        try:
            yield number
        finally:
            if number is not None:
                lock.scalar(select(func.pg_advisory_unlock(PLACES, number)))


def _burst(server: smtp.Server, number: int, first: int) -> bool:
    """Send for BURST seconds; False when the server or its limit lets nothing more go just now."""
    line, files, until = smtp.Line(server), Files(), time.monotonic() + BURST
    settings = servers.row()
    limited = settings is not None and settings.per_minute is not None
    done: Outcome | None = None
    try:
        for mail_id in _waiting(number, first):
            if line.away or time.monotonic() > until:
                break
            _write(done, commit=limited)
            done = None
            if not entrance.is_on():
                return False
            mail = _taken(mail_id)
            if mail is not None and limited and _limit_reached():
                db.session.rollback()
                return False
            db.session.commit()
            done = Outcome(mail.id, mail.claimed_at, mail.attempts, _sent(mail, line, files)) if mail else None
    finally:
        line.close()
        _write(done, commit=True)
    return not line.away


def _write(done: Outcome | None, commit: bool) -> None:
    """Write down what came of the last mail, in the transaction that marks the next one if there is one."""
    if done is not None:
        service.settle(*done)
    if commit:
        db.session.commit()


def _waiting(number: int, first: int) -> Iterator[int]:
    """Ids of due mails until there are none: `first`, then all but mass mail and the sender's own share of that, then
    any. What another sender takes meanwhile is found taken."""
    yield from [first] if first else []
    seen: set[int] = set()
    while True:
        due = service.due(AHEAD)
        mine = or_(~M.bulk, M.id % SENDERS == number)
        ids = list(db.session.scalars(due.where(mine))) or list(db.session.scalars(due))
        if not set(ids) - seen:
            return
        seen = set(ids)
        yield from ids


def _limit_reached() -> bool:
    """Count one more mail of this minute, for all workers in one place; True when it would be too many."""
    minute = clock.now().replace(second=0, microsecond=0)
    free = or_(MailServer.minute.is_distinct_from(minute), MailServer.minute_sent < MailServer.per_minute)
    one_more = case((MailServer.minute == minute, MailServer.minute_sent + 1), else_=1)
    counted = update(MailServer).where(MailServer.id == 1, free).values(minute=minute, minute_sent=one_more)
    return not db.session.execute(counted.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]


def _taken(mail_id: int) -> Any | None:
    """Mark this mail as being sent; its content, or None when it waits no more."""
    now = clock.now()
    free = update(M).where(M.id == mail_id, M.state == WAITING, M.next_try_at <= now)
    mark = {"state": MailState.SENDING, "claimed_at": now, "attempts": M.attempts + 1}
    marked = free.values(mark).returning(*CONTENT).execution_options(synchronize_session=False)
    return db.session.execute(marked).one_or_none()


def _sent(mail: Any, line: smtp.Line, files: "Files") -> smtp.Result:
    try:
        content = message.build(mail, line.server.sender, line.server.sender_name, files.read)
        content = domain.signed(content, line.server.signer)
        recipient = message.address(mail.recipient)
    except ValueError as error:
        return smtp.Result(MailState.REFUSED, str(error))
    return line.send(recipient, content)


class Files:
    """Attachments, read once for all the mails of a burst that have them, as far as they are small."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def read(self, key: str) -> bytes:
        """The content. Raises ValueError when it is gone."""
        if key not in self._kept:
            try:
                with storage.open_stored(key) as file:
                    content = file.read()
            except FileNotFoundError:
                raise ValueError(f"the attachment {key} is gone") from None
            if sum(map(len, self._kept.values())) + len(content) > MOST_CACHED:
                self._kept.clear()
            self._kept[key] = content
        return self._kept[key]

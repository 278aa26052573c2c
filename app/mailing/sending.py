"""Takes due mails to the server, many over one connection, each marked before it goes.

The mark of a mail and what came of the one before it are written in one transaction (`claiming`), so whoever is killed
leaves at most one in doubt. At most SENDERS senders of all workers talk to the server at a time; one stops after BURST
seconds and asks to go on, so that a worker told to end does so between two mails.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, func, or_, select

from app.core import storage
from app.core.db import db
from app.core.jobs import nudge
from app.mailing import domain, message, servers, service, smtp
from app.mailing.claiming import Halt, Outcome, claim, settle
from app.mailing.models import MailState, OutgoingMail

SENDERS = 2
PLACES = 0x4D41494C  # the advisory locks of the senders
BURST = 2.0  # seconds
AHEAD = 50  # mails looked up at once
MOST_CACHED = 20_000_000  # bytes of attachments kept by a sender
M = OutgoingMail


def work(mail_id: int) -> None:
    """Send this mail (0: none in particular) and the others that are due. Does nothing when enough senders are at it:
    they find it. The caller acts as SYSTEM. Commits."""
    server = servers.present()
    if server is None:
        return
    settings = servers.row()
    limited = settings is not None and settings.per_minute is not None
    db.session.commit()  # nothing is held while a slow server is talked to
    with place() as mine:
        if mine is None:
            return
        number, connection = mine
        goes_on = _burst(server, limited, connection, _waiting(connection, number, mail_id))
    if goes_on and service.anything_due():
        nudge("mailing.deliver", 0)


@contextmanager
def place() -> Iterator[tuple[int, Connection] | None]:
    """One of the SENDERS places, and a connection on which each statement is a transaction; None when all are taken.
    The lock ends with its connection, however its holder ends."""
    with db.engine.connect() as connection:
        own = connection.execution_options(isolation_level="AUTOCOMMIT")
        free = (n for n in range(SENDERS) if own.scalar(select(func.pg_try_advisory_lock(PLACES, n))))
        number = next(free, None)
        try:
            yield None if number is None else (number, own)
        finally:
            if number is not None:
                own.scalar(select(func.pg_advisory_unlock(PLACES, number)))


def _burst(server: smtp.Server, limited: bool, connection: Connection, ids: Iterator[int]) -> bool:
    """Send for BURST seconds; False when the server or its limit lets nothing more go just now."""
    line, files, until = smtp.Line(server), Files(), time.monotonic() + BURST
    done: Outcome | None = None
    try:
        for mail_id in ids:
            if line.away or time.monotonic() > until:
                break
            last, done = done, None
            if mail := claim(connection, mail_id, last, limited):
                done = Outcome(mail.id, mail.claimed_at, mail.attempts, _sent(mail, line, files))
    except Halt:
        return False
    finally:
        line.close()
        if done is not None:
            settle(connection, done)
    return not line.away


def _waiting(connection: Connection, number: int, first: int) -> Iterator[int]:
    """Ids of due mails until there are none: `first`, then all but mass mail and the sender's own share of that, then
    any. What another sender takes meanwhile is found taken."""
    yield from [first] if first else []
    seen: set[int] = set()
    while True:
        due = service.due(AHEAD)
        mine = or_(~M.bulk, M.id % SENDERS == number)
        ids = list(connection.scalars(due.where(mine))) or list(connection.scalars(due))
        if not set(ids) - seen:
            return
        seen = set(ids)
        yield from ids


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

"""The one statement between two mails: what came of the last one is written down, and the next one marked as being
sent. One statement is one transaction and one way to the database and back, so a mail costs no more than that.

Written once and for all: the session would ask for the visibility of a hundred tables each time, and whoever sends
shows no row to anybody.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, case, exists, func, or_, select, update

from app.core import clock
from app.core.clock import UTCDateTime
from app.core.entrance import Entrance
from app.mailing import service
from app.mailing.models import MailServer, MailState, OutgoingMail
from app.mailing.smtp import Result

M = OutgoingMail
CONTENT = (
    M.id, M.recipient, M.subject, M.text, M.html, M.headers, M.sender_name, M.attachments, M.message_id, M.created_at,
    M.attempts, M.claimed_at,
)  # fmt: skip
NOW, NEXT = bindparam("now", type_=UTCDateTime()), bindparam("next", type_=BigInteger())
IS_FREE = (M.id == NEXT, M.state == MailState.WAITING, M.next_try_at <= NOW)

# Unless another attempt has begun since: the token is its `claimed_at`.
SETTLE = (
    update(M)
    .where(M.id == bindparam("done"), M.claimed_at == bindparam("token", type_=UTCDateTime()))
    .where(or_(M.state == MailState.SENDING, M.state == MailState.DOUBT))
    .values(
        state=bindparam("result"),
        error=bindparam("words"),
        changed_at=NOW,
        sent_at=bindparam("sent", type_=UTCDateTime()),
        next_try_at=func.coalesce(bindparam("again", type_=UTCDateTime()), M.next_try_at),
    )
)
MARK = {"state": MailState.SENDING, "claimed_at": NOW, "attempts": M.attempts + 1}
MAY_GO = exists(select(Entrance.id).where(Entrance.is_on))
CLAIM = update(M).where(*IS_FREE, MAY_GO).values(MARK).returning(*CONTENT)

# Within a limit one more mail of this minute is counted, for all workers in one place, by whoever has the mail.
FREE = select(M.id).where(*IS_FREE, MAY_GO).with_for_update(skip_locked=True).cte("free")
MINUTE = bindparam("minute", type_=UTCDateTime())
ROOM = (
    update(MailServer)
    .where(MailServer.id == 1, exists(select(FREE.c.id)))
    .where(or_(MailServer.minute.is_distinct_from(MINUTE), MailServer.minute_sent < MailServer.per_minute))
    .values(minute=MINUTE, minute_sent=case((MailServer.minute == MINUTE, MailServer.minute_sent + 1), else_=1))
    .returning(MailServer.id)
    .cte("room")
)
LIMITED = CLAIM.where(M.id == FREE.c.id, exists(select(ROOM.c.id)))

# (within a limit, after another one): made once, as SQLAlchemy remembers how each is written.
STATEMENTS = {
    (limited, after): statement.add_cte(SETTLE.cte("settled")) if after else statement
    for limited, statement in ((False, CLAIM), (True, LIMITED))
    for after in (False, True)
}
STILL_FREE = select(exists(select(M.id).where(*IS_FREE)))


class Outcome(NamedTuple):
    """What came of an attempt."""

    mail_id: int
    token: dt.datetime
    attempts: int
    result: Result


class Halt(Exception):
    """No mail may go: as many as allowed have gone in this minute, or the CRM is off."""


def settle(connection: Connection, done: Outcome) -> None:
    """Write down what came of an attempt."""
    connection.execute(SETTLE, _settled(done))


def claim(connection: Connection, mail_id: int, done: Outcome | None, limited: bool) -> Any | None:
    """Write down what came of the last mail, and mark this one as being sent. Gives its content, None when it waits no
    more. Raises Halt where it may not go just now."""
    now = clock.now()
    values: dict[str, Any] = {"next": mail_id, "now": now}
    values |= {"minute": now.replace(second=0, microsecond=0)} if limited else {}
    values |= _settled(done) if done else {}
    mail = connection.execute(STATEMENTS[limited, done is not None], values).one_or_none()
    if mail is None and connection.scalar(STILL_FREE, values):
        raise Halt
    return mail


def _settled(done: Outcome) -> Mapping[str, Any]:
    state, words = done.result
    if state == MailState.WAITING and done.attempts >= service.MOST_ATTEMPTS:
        state = MailState.REFUSED
    now, sent = clock.now(), state == MailState.SENT
    when = {"sent": now if sent else None, "again": None if sent else now + service.pause(done.attempts), "now": now}
    return {"done": done.mail_id, "token": done.token, "result": state, "words": words, **when}

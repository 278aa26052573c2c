"""A mail on its way out, and the server it goes through. The row is the truth: what is not in this table was never to
be sent."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Identity,
    Index,
    Integer,
    String,
    Text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.access import Actor, Guarded, me
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Stamped
from app.core.setting import Setting


class MailState(StrEnum):
    """Where a mail stands. `doubt`: its worker died, or the line broke, after the server may have taken it."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    DOUBT = "doubt"


class OutgoingMail(Guarded, Stamped, Model):
    """One mail to one recipient. `message_id` stays through all attempts, so that a double can be recognised;
    `claimed_at` is the fencing token of the worker that has it; `error` is in the mail server's own words.

    `bulk` mails let all others pass. `attachments` is [{"name", "type", "key"}]: stored files of whoever queued it; or
    with "text" the content itself, and the "method" of a calendar entry (RFC 6047).
    A trigger tells each change of `state` to the recipient of the mailing that the mail belongs to.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        Index("ix_outgoing_mail_due", "bulk", "next_try_at", "id", postgresql_where="state = 'waiting'"),
        Index("ix_outgoing_mail_sending", "claimed_at", postgresql_where="state = 'sending'"),
        Index("ix_outgoing_mail_sent", "sent_at", postgresql_where="state = 'sent'"),
        Index("ix_outgoing_mail_state", "state", "id"),
        Index("ix_outgoing_mail_created_by", "created_by"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    sender_name: Mapped[str | None] = mapped_column(String(255))
    attachments: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list, server_default="[]")
    bulk: Mapped[bool] = mapped_column(default=False, server_default="false")
    message_id: Mapped[str] = mapped_column(String(300), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def visible(cls, actor: Actor) -> ColumnElement[bool]:
        """Whose doing it was, and administrators: a mail may tell of a private record."""
        return true() if actor.is_admin else cls.created_by == me()

    def __repr__(self) -> str:
        return self.subject


class MailServer(Setting, Stamped, Model):
    """How mail goes out (MAIL-01): one row, made when an administrator first saves it. `secret` is the password and
    `dkim_key` the private key, both sealed (`core.sealing`); `per_minute` None knows no limit, and
    `minute_sent` mails have gone in `minute`. The columns of bounces are those of the mailbox that returned mails come
    to (MAIL-04, `returns`): how far it was read, when, and what its server said when it could not be."""

    __tablename__ = "mail_server"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, default=1)
    host: Mapped[str] = mapped_column(String(255), default="")
    port: Mapped[int] = mapped_column(Integer, default=587)
    security: Mapped[str] = mapped_column(String(10), default="starttls")
    user: Mapped[str] = mapped_column(String(255), default="")
    secret: Mapped[str | None] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(String(254), default="")
    sender_name: Mapped[str] = mapped_column(String(255), default="")
    per_minute: Mapped[int | None] = mapped_column(Integer)
    minute: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    minute_sent: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    keep_days: Mapped[int] = mapped_column(Integer, default=365)
    dkim_selector: Mapped[str] = mapped_column(String(63), default="")
    dkim_key: Mapped[str | None] = mapped_column(Text)
    bounce_host: Mapped[str] = mapped_column(String(255), default="")
    bounce_port: Mapped[int] = mapped_column(Integer, default=993)
    bounce_security: Mapped[str] = mapped_column(String(10), default="tls")
    bounce_user: Mapped[str] = mapped_column(String(255), default="")
    bounce_secret: Mapped[str | None] = mapped_column(Text)
    bounce_folder: Mapped[str] = mapped_column(String(255), default="INBOX", server_default="INBOX")
    bounce_address: Mapped[str] = mapped_column(String(254), default="", server_default="")
    bounce_validity: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    bounce_uid: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    bounce_read_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    bounce_error: Mapped[str | None] = mapped_column(Text)

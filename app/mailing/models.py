"""A mail on its way out. The row is the truth: what is not in this table was never to be sent."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Identity, Index, Integer, String, Text, bindparam, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.access import Actor, Guarded, current
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Stamped


class MailState(StrEnum):
    """Where a mail stands. `doubt`: its worker died, or the line broke, after the server may have taken it."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    DOUBT = "doubt"


class OutgoingMail(Guarded, Stamped, Model):
    """One mail to one recipient. `message_id` stays through all attempts, so that a double can be recognised;
    `claimed_at` is the fencing token of the worker that has it; `error` is in the mail server's own words."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        Index("ix_outgoing_mail_open", "state", "next_try_at", postgresql_where="state IN ('waiting', 'sending')"),
        Index("ix_outgoing_mail_state", "state", "id"),
        Index("ix_outgoing_mail_created_by", "created_by"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
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
        maker = bindparam("maker", callable_=lambda: current().user_id, type_=Integer)
        return true() if actor.is_admin else cls.created_by == maker

    def __repr__(self) -> str:
        return self.subject

"""Templates, mass mailings with a row for each recipient, and the addresses that get none any more."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    column,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.access import ForAdministrators
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.jobs import RunState
from app.core.mixins import Stamped
from app.core.setting import Setting


class MailingState(StrEnum):
    """States of a mailing: those of a run, with a draft before and a rest in between."""

    DRAFT = "draft"
    QUEUED = RunState.QUEUED.value
    RUNNING = RunState.RUNNING.value
    PAUSED = "paused"
    DONE = RunState.DONE.value
    FAILED = RunState.FAILED.value
    CANCELLED = RunState.CANCELLED.value


class RecipientState(StrEnum):
    """Where a recipient stands (MAIL-03): as its mail does, or passed over for the `reason` that is told."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    DOUBT = "doubt"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why a recipient gets no mail."""

    NO_EMAIL = "no_email"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    UNSUBSCRIBED = "unsubscribed"
    GONE = "gone"
    CANCELLED = "cancelled"


class MailTemplate(Setting, Stamped, Model):
    """A subject and a body with merge fields (MAIL-05). Everybody writes by them, so nobody is kept out."""

    __tablename__ = "mail_template"
    __table_args__ = (Index("uq_mail_template_lower_name", func.lower(column("name")), unique=True),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(255))
    html: Mapped[str] = mapped_column(Text)

    def __repr__(self) -> str:
        return self.name


class Mailing(ForAdministrators, Stamped, Model):
    """One mass mailing (MAIL-02). `audience` is {"ids": […]}, {"query": "…"} (the address of a list of contacts) or
    {"tags": […]}; `filled_to` is the last contact that was looked at, None when all were. `base_url` is where the
    links of its mails lead; `attachments` as those of a mail, with "size"."""

    __tablename__ = "mailing"
    __table_args__ = (Index("ix_mailing_open", "state", postgresql_where="state IN ('queued', 'running')"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    audience: Mapped[dict[str, Any]] = mapped_column(JSONB)
    subject: Mapped[str] = mapped_column(String(255), default="")
    html: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(5), default="en")
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    in_history: Mapped[bool] = mapped_column(Boolean, default=True)
    base_url: Mapped[str] = mapped_column(String(255), default="")
    state: Mapped[str] = mapped_column(String(10), default=MailingState.DRAFT)
    start_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    filled_to: Mapped[int | None] = mapped_column(BigInteger, default=0)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    started_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str | None] = mapped_column(Text)

    owner: Mapped[Any] = relationship("User", foreign_keys=[owner_id], lazy="joined")

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.state in (MailingState.DONE, MailingState.FAILED, MailingState.CANCELLED)

    def __repr__(self) -> str:
        return self.subject


class MailingRecipient(ForAdministrators, Model):
    """A contact that a mailing is for. `state` follows its mail by a trigger; waiting without a mail is still to be
    written. `email` stays when the contact and the mail are gone, so that its link to unsubscribe works for ever."""

    __tablename__ = "mailing_recipient"
    __table_args__ = (
        Index("uq_mailing_recipient_contact", "mailing_id", "contact_id", unique=True),
        # No address gets a mailing twice, whatever was thought before.
        Index("uq_mailing_recipient_email", "mailing_id", "email", unique=True, postgresql_where="state <> 'skipped'"),
        Index("uq_mailing_recipient_mail", "mail_id", unique=True, postgresql_where="mail_id IS NOT NULL"),
        Index("ix_mailing_recipient_state", "mailing_id", "state", "id"),
        Index("ix_mailing_recipient_to_note", "mailing_id", "id", postgresql_where="state = 'sent' AND NOT noted"),
        Index("ix_mailing_recipient_contact_id", "contact_id"),
        Index("ix_mailing_recipient_email", "email"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mail.id", ondelete="SET NULL"))
    email: Mapped[str] = mapped_column(String(320), default="")
    state: Mapped[str] = mapped_column(String(10), default=RecipientState.WAITING)
    reason: Mapped[str | None] = mapped_column(String(12))
    noted: Mapped[bool] = mapped_column(Boolean, default=False)


class Suppressed(Model):
    """An address that gets no mass mail any more (MAIL-04): unsubscribed, bounced, or put there by hand. Not guarded:
    whoever sends asks for it, and it says nothing of any record."""

    __tablename__ = "suppressed"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    reason: Mapped[str] = mapped_column(String(12))
    words: Mapped[str | None] = mapped_column(Text)
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id", ondelete="SET NULL"))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


class Bounce(Model):
    """A mail that came back: told by the bounces' mailbox, or by a program. `message_id` is the report's, `about` that
    of our mail, which counts once however often it is reported. As many lasting ones as administrators say suppress
    the address. Not guarded: as Suppressed, it says nothing of any record."""

    __tablename__ = "mail_bounce"
    __table_args__ = (Index("ix_mail_bounce_email", "email"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(500), unique=True)
    about: Mapped[str | None] = mapped_column(String(300), unique=True)
    email: Mapped[str] = mapped_column(String(320))
    lasting: Mapped[bool] = mapped_column(Boolean)
    words: Mapped[str] = mapped_column(Text)
    came_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)

"""Reports that go out by mail at their hour, and what went to whom."""

import datetime as dt
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    any_,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.access import Actor, ChildOf, Guarded, me
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Stamped


class Every(StrEnum):
    """How often."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class ReportSchedule(Guarded, Stamped, Model):
    """A report that goes to some users, to each with his own numbers (REP-03). `args` are those of its address;
    `weekday` counts from Monday = 0, `monthday` beyond a month's end is its last day; `hour` is that of `zone`.

    Without recipients it is over, and goes when its mails are forgotten.
    `next_at` is moved on in the transaction that queues the mails: what was missed is made up for once.
    """

    __tablename__ = "report_schedule"
    __table_args__ = (Index("ix_report_schedule_next_at", "next_at", postgresql_where="active"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    report: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    every: Mapped[str] = mapped_column(String(5))
    weekday: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    monthday: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    hour: Mapped[int] = mapped_column(SmallInteger)
    zone: Mapped[str] = mapped_column(String(64))
    formats: Mapped[list[str]] = mapped_column(ARRAY(String(6)))
    recipients: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    next_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    @classmethod
    def visible(cls, actor: Actor) -> ColumnElement[bool]:
        """Who made it, who gets it, and administrators."""
        return true() if actor.is_admin else or_(cls.owner_id == me(), me() == any_(cls.recipients))


class ReportMail(ChildOf, Model):
    """What one run meant to one recipient: the mail that was queued, or why there is none."""

    __tablename__ = "report_mail"
    __table_args__ = (Index("ix_report_mail_schedule_id", "schedule_id", "id"),)
    parent_key, parent = "schedule_id", "schedule"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedule.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now, index=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mail.id", ondelete="SET NULL"))
    files: Mapped[list[str]] = mapped_column(ARRAY(String(200)), default=list, server_default="{}")
    error: Mapped[str | None] = mapped_column(Text)

    schedule: Mapped[ReportSchedule] = relationship()
    user: Mapped[Any] = relationship("User", foreign_keys=[user_id], lazy="joined")

    @property
    def outcome(self) -> str:
        """In words."""
        return self.error or _("Sent off")

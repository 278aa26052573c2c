"""A notice for one person, and what that person wants to be told of."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Identity, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.access import Actor, Guarded, me
from app.core.clock import UTCDateTime
from app.core.db import Model


class Kind(StrEnum):
    """What somebody may be told of (NOT-01)."""

    RESPONSIBLE = "responsible"
    SHARED = "shared"
    IMPORT = "import"
    EXPORT = "export"
    FORM = "form"
    TASK = "task"
    REMINDER = "reminder"
    BULK = "bulk"
    EVENT = "event"
    MAILING = "mailing"
    WEBHOOK = "webhook"
    AUTOMATION = "automation"


class Notice(Guarded, Model):
    """Something that its receiver alone is told. `words` fill the sentence of its kind, in any language; `link` is a
    path of ours. One that its receiver does not want in the app is not written."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_user", "user_id", "id"),
        Index("ix_notice_unread", "user_id", postgresql_where="read_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    link: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    read_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    @classmethod
    def visible(cls, actor: Actor) -> ColumnElement[bool]:
        """Its receiver, and not even administrators: it is written to one person."""
        return cls.user_id == me()


class NoticeWish(Model):
    """Whether a user wants notices of a kind in the app and by mail; without a row, both. Not guarded: whoever tells
    somebody asks for it, and it says nothing of any record."""

    __tablename__ = "notice_wish"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    app: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[bool] = mapped_column(default=True)

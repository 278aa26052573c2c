"""Webhooks, and each telling with what was answered."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Identity, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.access import ForAdministrators
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.jobs import RunState
from app.core.mixins import Stamped
from app.core.setting import Setting


class Webhook(Setting, Stamped, Model):
    """An address that is told of `events` (`contact.created`…), as `owner` sees the records. `secret` is sealed.

    `failing_since` is set while every telling fails; after days of that it is turned off, for `problem`.
    """

    __tablename__ = "webhook"
    untold = frozenset({"failing_since", "problem"})

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(2000))
    secret: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(JSONB, default=list)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    is_on: Mapped[bool] = mapped_column(Boolean, default=True)
    failing_since: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    problem: Mapped[str | None] = mapped_column(Text)

    owner: Mapped[Any] = relationship("User", foreign_keys=[owner_id])

    def keep_for_now(self, secret: str) -> None:
        """Keep the secret of one that was just made, in no column, for whoever made it."""
        self._told_once = secret

    @property
    def told_once(self) -> str | None:
        """The secret of one that was just made."""
        return getattr(self, "_told_once", None)

    def __repr__(self) -> str:
        return self.name


class Delivery(ForAdministrators, Model):
    """One telling. `body` is made at the first try and stays, so that each try says the same; `key` keeps one thing
    that happened from being told twice. `code` and `answer` (its first bytes) are those of the last try."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("uq_webhook_delivery_key", "webhook_id", "key", unique=True),
        Index("ix_webhook_delivery_log", "webhook_id", "id"),
        Index("ix_webhook_delivery_due", "next_try_at", postgresql_where="state IN ('queued', 'running')"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(120))
    event: Mapped[str] = mapped_column(String(60))
    entity: Mapped[str] = mapped_column(String(20), default="", server_default="")
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    fields: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    body: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default=RunState.QUEUED, server_default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    next_try_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    code: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)

    webhook: Mapped[Webhook] = relationship()

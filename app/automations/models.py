"""Automations, and each time one was started with what came of it."""

import datetime as dt
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, ForeignKey, Identity, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.access import ForAdministrators
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.jobs import RunState
from app.core.mixins import Stamped
from app.core.setting import Setting


class Automation(Setting, Stamped, Model):
    """`trigger` is one of TRIGGERS, `detail` what it asks for; `conditions` and `actions` as their modules have them.

    It acts as `owner`, the administrator who saved it last, with the rights which that person has at the moment.
    `scanned_to` is the last day whose dates were looked at.
    """

    __tablename__ = "automation"
    __table_args__ = (Index("ix_automation_trigger", "trigger", postgresql_where="is_on"),)
    untold = frozenset({"scanned_to"})

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    is_on: Mapped[bool] = mapped_column(Boolean, default=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    trigger: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    conditions: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    actions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    scanned_to: Mapped[dt.date | None] = mapped_column(Date)

    owner: Mapped[Any] = relationship("User", foreign_keys=[owner_id])

    def __repr__(self) -> str:
        return self.name


class AutomationRun(ForAdministrators, Model):
    """It was started once by one thing that happened (`key`). `chain` are the automations whose acts led here, so that
    none starts itself again. `outcome` is a sentence for each act."""

    __tablename__ = "automation_run"
    __table_args__ = (
        Index("uq_automation_run_key", "automation_id", "key", unique=True),
        Index("ix_automation_run_log", "automation_id", "id"),
        Index("ix_automation_run_open", "id", postgresql_where="state IN ('queued', 'running')"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    automation_id: Mapped[int] = mapped_column(ForeignKey("automation.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(120))
    entity: Mapped[str] = mapped_column(String(20))
    record_id: Mapped[int] = mapped_column(BigInteger)
    chain: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")
    state: Mapped[str] = mapped_column(String(12), default=RunState.QUEUED, server_default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    error: Mapped[str | None] = mapped_column(Text)

    automation: Mapped[Automation] = relationship()

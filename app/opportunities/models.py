"""Opportunities, the stages they move through, and when they moved."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    column,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.core import clock
from app.core.access import ChildOf, Private
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Binned, Imported, Stamped, Titled, usual_indexes
from app.core.setting import Setting
from app.settings.models import PickValue, Tag, custom_indexes, range_table, tag_table


class StageKind(StrEnum):
    """What it means to be in a stage."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class BudgetType(StrEnum):
    """What the amount is for (OPP-02): the whole, or one of `periods` hours, days, weeks, months or years."""

    FIXED = "fixed"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Stage(Setting, Stamped, Model):
    """A step on the way to a sale (OPP-03). `probability` is in percent. The names we ship are shown translated."""

    __tablename__ = "stage"
    __table_args__ = (Index("uq_stage_lower_name", func.lower(column("name")), unique=True),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    color: Mapped[str] = mapped_column(String(20), default="gray")
    probability: Mapped[int] = mapped_column(SmallInteger, default=0)
    kind: Mapped[str] = mapped_column(String(4), default=StageKind.OPEN)
    position: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return gettext(self.name)

    def called(self) -> str:
        return f"stage: {self.name}"

    @property
    def is_open(self) -> bool:
        """Whether what stands in it is neither won nor lost."""
        return self.kind == StageKind.OPEN

    def __repr__(self) -> str:
        return self.label


opportunity_tag = tag_table("opportunity")
opportunity_range = range_table("opportunity")
opportunity_participant = Table(
    "opportunity_participant",
    Model.metadata,
    Column("opportunity_id", ForeignKey("opportunity.id", ondelete="CASCADE"), primary_key=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Opportunity(Titled, Private, Stamped, Binned, Imported, Model):
    """A possible sale (OPP-01, OPP-02, OPP-05): open to all unless its access is limited.

    `total` is computed by the database; days are those of the person who typed them.
    """

    __tablename__ = "opportunity"
    __table_args__ = (
        *usual_indexes("opportunity", "contact_id", "lost_reason_id", "import_run_id", "deleted_at", "closed_on"),
        *custom_indexes("opportunity"),
        Index("ix_opportunity_stage", "stage_id", "stage_changed_at", "id"),  # a column of the board, latest first
        Index("ix_opportunity_expected", "expected_close", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    private: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    stage_changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    probability: Mapped[int] = mapped_column(SmallInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    budget_type: Mapped[str] = mapped_column(String(5), default=BudgetType.FIXED, server_default="fixed")
    periods: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    total: Mapped[Decimal | None] = mapped_column(
        Numeric(24, 4), Computed("amount * CASE budget_type WHEN 'fixed' THEN 1 ELSE periods END", persisted=True)
    )
    expected_close: Mapped[dt.date | None] = mapped_column(Date)
    closed_on: Mapped[dt.date | None] = mapped_column(Date)
    lost_reason_id: Mapped[int | None] = mapped_column(ForeignKey("pick_value.id"))
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")

    contact: Mapped[Contact | None] = relationship(foreign_keys=[contact_id])
    stage: Mapped[Stage] = relationship(foreign_keys=[stage_id])
    lost_reason: Mapped[PickValue | None] = relationship(foreign_keys=[lost_reason_id])
    tags: Mapped[list[Tag]] = relationship(secondary=opportunity_tag, order_by="Tag.name", lazy="selectin")
    participants: Mapped[list[Contact]] = relationship(secondary=opportunity_participant, order_by=Contact.sort_name)

    @property
    def worth(self) -> "Opportunity":
        """The opportunity itself, for a list column that shows its total with its currency."""
        return self


class StageChange(ChildOf, Model):
    """An opportunity came into a stage (OPP-04), with what it was worth then: reports read conversion and days from
    it. `before` is empty for a new opportunity."""

    __tablename__ = "stage_change"
    __table_args__ = (
        Index("ix_stage_change_opportunity", "opportunity_id", "at", "id"),
        Index("ix_stage_change_at", "at", "id"),
    )
    parent_key, parent = "opportunity_id", "opportunity"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"))
    before_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    probability: Mapped[int] = mapped_column(SmallInteger)
    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[Decimal | None] = mapped_column(Numeric(24, 4))

    opportunity: Mapped[Opportunity] = relationship()
    before: Mapped[Stage | None] = relationship(foreign_keys=[before_id])
    stage: Mapped[Stage] = relationship(foreign_keys=[stage_id])

"""Pick-lists (short lists of words with a colour and an order, one table for all of them), tags, custom fields."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    cast,
    column,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model
from app.core.mixins import Stamped
from app.core.setting import CHANGED, REMOVED, Setting
from app.settings.values import FieldKind

# The colours that chips and dots are drawn in (macros.html); a word always stands beside.
COLORS = ("gray", "red", "orange", "amber", "green", "teal", "blue", "indigo", "violet", "pink")
BOTH = "both"


class PickList(StrEnum):
    """The lists there are."""

    CONTACT_TYPE = "contact_type"
    TEMPERATURE = "temperature"
    HISTORY_CATEGORY = "history_category"
    TASK_CATEGORY = "task_category"
    LOST_REASON = "lost_reason"


class PickValue(Setting, Stamped, Model):
    """One word of a list. The names we ship are English and shown translated; a renamed one is shown as written."""

    __tablename__ = "pick_value"
    __table_args__ = (Index("uq_pick_value_list_lower_name", "list", func.lower(column("name")), unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(80))
    color: Mapped[str] = mapped_column(String(20), default="gray")
    icon: Mapped[str] = mapped_column(String(40), default="", server_default="")
    position: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return gettext(self.name)

    def called(self) -> str:
        return f"{self.list}: {self.name}"

    def __repr__(self) -> str:
        return self.label


class Tag(Setting, Model):
    """A free label (TAG-01); `Fiera` and `fiera` are one."""

    __tablename__ = "tag"
    told_when = (CHANGED, REMOVED)
    __table_args__ = (Index("uq_tag_lower_name", func.lower(column("name")), unique=True),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))

    def __repr__(self) -> str:
        return self.name


class CustomField(Setting, Stamped, Model):
    """A field that an administrator made (SET-08). Values stand in the entity's `custom` column under `key`, which
    never changes; a removed field keeps its values until they are erased."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("entity", "key"), Index("ix_custom_field_entity", "entity", "position"))

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    entity: Mapped[str] = mapped_column(String(20))  # the name of its table
    applies_to: Mapped[str] = mapped_column(String(10), default=BOTH)
    key: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    options: Mapped[list[str]] = mapped_column(JSONB, default=list)
    required: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int] = mapped_column(Integer, default=0)
    in_list: Mapped[bool] = mapped_column(Boolean, default=False)
    in_filter: Mapped[bool] = mapped_column(Boolean, default=True)
    in_import: Mapped[bool] = mapped_column(Boolean, default=True)
    in_export: Mapped[bool] = mapped_column(Boolean, default=True)
    in_api: Mapped[bool] = mapped_column(Boolean, default=True)
    removed: Mapped[bool] = mapped_column(Boolean, default=False)

    @property
    def name(self) -> str:
        """As forms, refusals, filters and the history call it."""
        return f"custom.{self.key}"

    @property
    def holds(self) -> bool:
        """Whether it has values; headings have none."""
        return self.kind != FieldKind.HEADING

    def fits(self, kind: str) -> bool:
        """Whether a record of this kind (person, company, or "" where there are no kinds) has the field."""
        return not kind or self.applies_to in (BOTH, kind)

    def __repr__(self) -> str:
        return self.label


class Preference(Setting, Stamped, Model):
    """One choice of the administrators for the whole installation; without a row its default holds."""

    __tablename__ = "preference"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)

    def called(self) -> str:
        return self.key


class CurrencyRate(Setting, Model):
    """One unit of `currency` was worth `rate` in `base` from `day` on (SET-03); typed by hand or fetched (`source`)."""

    __tablename__ = "currency_rate"
    __table_args__ = (
        UniqueConstraint("currency", "base", "day"),
        Index("ix_currency_rate_day", "day", "currency"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3))
    base: Mapped[str] = mapped_column(String(3))
    day: Mapped[dt.date] = mapped_column(Date)
    rate: Mapped[Decimal] = mapped_column(Numeric(24, 10))
    source: Mapped[str] = mapped_column(String(5))

    def called(self) -> str:
        return f"currency_rate: {self.currency}/{self.base} {self.day}"


def tag_table(entity: str) -> Table:
    """The table that hangs tags on the rows of `entity`."""
    return Table(
        f"{entity}_tag",
        Model.metadata,
        Column(f"{entity}_id", ForeignKey(f"{entity}.id", ondelete="CASCADE"), primary_key=True),
        Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
    )


def range_table(entity: str) -> Table:
    """Days, numbers and amounts of custom fields, to be found by range: written by triggers, read by `filters`."""
    return Table(
        f"{entity}_range",
        Model.metadata,
        Column("record_id", ForeignKey(f"{entity}.id", ondelete="CASCADE"), primary_key=True),
        Column("field_id", ForeignKey("custom_field.id", ondelete="CASCADE"), primary_key=True),
        Column("place", Numeric, nullable=False),
        Index(f"ix_{entity}_range_place", "place", "record_id"),
    )


def custom_indexes(entity: str) -> list[Index]:
    """Who has a value of a custom field, and which words stand in them; rows without any cost nothing."""
    some = "custom <> '{}'"
    values, words = {"custom": "jsonb_path_ops"}, {"words": "gin_trgm_ops"}
    text = cast(column("custom"), Text).label("words")
    return [
        Index(f"ix_{entity}_custom", "custom", postgresql_using="gin", postgresql_ops=values, postgresql_where=some),
        Index(f"ix_{entity}_custom_words", text, postgresql_using="gin", postgresql_ops=words, postgresql_where=some),
    ]

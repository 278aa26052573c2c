"""One table for all that happened: typed by people under a category, or recorded by the product under a verb."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.access import HangsOn
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Stamped
from app.settings.models import PickValue


class Verb(StrEnum):
    """What the product records by itself (HIS-02). Imported rows have no event: the contact's own columns tell."""

    CREATED = "created"
    IMPORTED = "imported"
    CHANGED = "changed"
    SHARED = "shared"
    DELETED = "deleted"
    RESTORED = "restored"
    MERGED = "merged"
    MOVED = "moved"
    TASK_DONE = "task_done"
    FILE = "file"
    BILLED = "billed"


PARENTS = ("contact", "opportunity", "case", "project")


class HistoryEvent(HangsOn, Stamped, Model):
    """Something that happened (HIS-01, HIS-02), as private as the one record it hangs on. The parents are called as
    their tables are.

    `told` are users who were told of it.

    `category` and `text` are a person's, `verb` and `changes` the product's: a row has one or the other.
    `changes` is [{"field", "old", "new"}]; what its values may be is said in `words.py`.
    """

    __tablename__ = "history_event"
    __table_args__ = (
        CheckConstraint("(category_id IS NULL) <> (verb IS NULL)", name="category_or_verb"),
        CheckConstraint("num_nonnulls(contact_id, opportunity_id, case_id, project_id) = 1", name="one_parent"),
        *(
            Index(
                f"ix_history_event_{name}", f"{name}_id", "happened_at", "id", postgresql_where=f"{name}_id IS NOT NULL"
            )
            for name in PARENTS
        ),
        Index("ix_history_event_happened", "happened_at", "id"),
        Index("ix_history_event_category_id", "category_id", postgresql_where="category_id IS NOT NULL"),
    )
    parents = PARENTS

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    happened_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("pick_value.id"))
    verb: Mapped[str | None] = mapped_column(String(12))
    text: Mapped[str | None] = mapped_column(Text)
    told: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")

    contact: Mapped[Any] = relationship("Contact")
    opportunity: Mapped[Any] = relationship("Opportunity")
    case: Mapped[Any] = relationship("Case")
    project: Mapped[Any] = relationship("Project")
    category: Mapped[PickValue | None] = relationship(foreign_keys=[category_id])
    author: Mapped[Any] = relationship("User", foreign_keys="HistoryEvent.created_by", viewonly=True)

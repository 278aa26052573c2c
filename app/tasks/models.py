"""Tasks: what somebody has to do by a day or an hour, with a reminder, linked to the records it is about."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    Time,
    and_,
    column,
    func,
    or_,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.cases.models import Case
from app.contacts.models import Contact
from app.core import clock
from app.core.access import Actor, HangsOn, me
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Binned, Imported, Stamped
from app.core.setting import Setting
from app.opportunities.models import Opportunity
from app.projects.models import Project
from app.settings.models import PickValue

# What a task may be about, by the name of its relationship, which is its table's too.
LINKS: dict[str, type[Any]] = {"contact": Contact, "opportunity": Opportunity, "case": Case, "project": Project}
OPEN = "closed_at IS NULL AND deleted_at IS NULL"


class Task(HangsOn, Stamped, Binned, Imported, Model):
    """Something to do (TSK-01). `due_on` and `due_time` are as the clock of `zone` shows them, where the responsible
    person was when they were set; `due_at` is the instant made of them (see due.py), by which lists are sorted.

    `reminder` counts minutes before; `remind_at` is set while a reminder is owed, `reminded_at` once it was given.
    A recurring task has its `rule` (RFC 5545) counted from `rule_start`; `previous_id` is the one it followed.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_due", "due_at", "id"),  # for programs, which read closed ones too
        Index("ix_task_changed", "changed_at", "id"),
        Index("ix_task_open", "due_at", "id", postgresql_where=OPEN),
        Index("ix_task_mine", "owner_id", "due_at", "id", postgresql_where=OPEN),
        Index("ix_task_closed", "closed_at", "id", postgresql_where="closed_at IS NOT NULL"),
        Index("ix_task_mine_closed", "owner_id", "closed_at", "id", postgresql_where="closed_at IS NOT NULL"),
        Index("ix_task_remind", "remind_at", postgresql_where=f"{OPEN} AND reminded_at IS NULL"),
        Index("ix_task_category", "category_id", postgresql_where="category_id IS NOT NULL"),
        *(Index(f"ix_task_{n}", f"{n}_id", "due_at", postgresql_where=f"{n}_id IS NOT NULL") for n in LINKS),
        Index("ix_task_title", func.lower(column("title"))),
        Index("ix_task_import_run_id", "import_run_id", postgresql_where="import_run_id IS NOT NULL"),
        Index("ix_task_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
    )
    parents = tuple(LINKS)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    title: Mapped[str] = mapped_column(String(255))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("pick_value.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    due_time: Mapped[dt.time | None] = mapped_column(Time)
    zone: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    reminder: Mapped[int | None] = mapped_column(Integer)
    remind_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    description: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    rule: Mapped[str | None] = mapped_column(String(300))
    rule_start: Mapped[dt.date | None] = mapped_column(Date)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="SET NULL"), unique=True)
    search: Mapped[str] = deferred(mapped_column(Text, default="", server_default="", nullable=False))

    category: Mapped[PickValue | None] = relationship(foreign_keys=[category_id])
    contact: Mapped[Contact | None] = relationship()
    opportunity: Mapped[Opportunity | None] = relationship()
    case: Mapped[Case | None] = relationship()
    project: Mapped[Project | None] = relationship()
    owner: Mapped[Any] = relationship("User", foreign_keys=[owner_id])

    @classmethod
    def visible(cls, actor: Actor) -> ColumnElement[bool]:
        """Its responsible person, its creator, and those who see all that it is linked to (ACC-06)."""
        own = or_(cls.owner_id == me(), cls.created_by == me())
        return and_(cls.deleted_at.is_(None), or_(own, cls.parents_seen(actor)))

    @property
    def is_closed(self) -> bool:
        """Whether it is done."""
        return self.closed_at is not None

    def __repr__(self) -> str:
        return self.title


class CalendarFeed(Model):
    """The secret address under which a user's calendar program fetches the tasks (TSK-07): its hash alone is kept, so
    that who reads the database can't fetch them. Not guarded: it says nothing of any record."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)


class TaskTemplate(Setting, Stamped, Model):
    """A set of tasks that is applied to a record (TSK-07), such as what has to be done for each new client."""

    __tablename__ = "task_template"
    __table_args__ = (Index("uq_task_template_lower_name", func.lower(column("name")), unique=True),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))

    steps: Mapped[list["TaskTemplateStep"]] = relationship(
        cascade="all, delete-orphan", order_by="TaskTemplateStep.position", lazy="selectin"
    )

    def __repr__(self) -> str:
        return self.name


class TaskTemplateStep(Model):
    """One task of a set, due `days` after the day on which the set is applied."""

    __tablename__ = "task_template_step"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("task_template.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(255))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("pick_value.id"), index=True)
    days: Mapped[int] = mapped_column(Integer)
    due_time: Mapped[dt.time | None] = mapped_column(Time)
    reminder: Mapped[int | None] = mapped_column(Integer)

"""Projects: the work that follows a sale, or stands by itself."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, ForeignKey, Identity, Index, String, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.core.access import Actor, HangsOn, Private
from app.core.db import Model
from app.core.mixins import Binned, Stamped, Titled, usual_indexes
from app.opportunities.models import Opportunity


class Status(StrEnum):
    """How a project goes."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Project(Titled, Private, HangsOn, Stamped, Binned, Model):
    """A project (OPP-07): its owner is responsible, its co-owners are the team. Seen by those who see it for itself,
    and its opportunity and contact too."""

    __tablename__ = "project"
    __table_args__ = (
        *usual_indexes("project", "opportunity_id", "contact_id", "deleted_at"),
        Index("ix_project_end", "end_on", "id"),
    )
    parents = ("opportunity", "contact")

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    private: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    status: Mapped[str] = mapped_column(String(6), default=Status.OPEN, server_default="open")
    start_on: Mapped[dt.date | None] = mapped_column(Date)
    end_on: Mapped[dt.date | None] = mapped_column(Date)
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id", ondelete="SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))

    opportunity: Mapped[Opportunity | None] = relationship()
    contact: Mapped[Contact | None] = relationship()

    @classmethod
    def visible(cls, actor: Actor) -> ColumnElement[bool]:
        return and_(cls.in_audience(actor), cls.parents_seen(actor))

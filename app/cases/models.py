"""Cases: open questions, gatherings and other work around several contacts, and who takes part in them."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Computed, ForeignKey, Identity, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.core.access import HangsOn, Private
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Binned, Imported, Stamped, Titled, usual_indexes
from app.settings.models import Tag, custom_indexes, range_table, tag_table

case_tag = tag_table("case")
case_range = range_table("case")
case_participant = Table(
    "case_participant",
    Model.metadata,
    Column("case_id", ForeignKey("case.id", ondelete="CASCADE"), primary_key=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("invited_at", UTCDateTime),
    Column("answer", String(10)),
    Column("answered_at", UTCDateTime),
)


class Answer(StrEnum):
    """What an invited participant says, as iCalendar's PARTSTAT has it (RFC 5545, 3.2.12)."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class Case(Titled, Private, Stamped, Binned, Imported, Model):
    """A case (CAS-01): open to all unless its access is limited; closed when `closed_at` is set.

    `meets_at`, `ends_at` and `place` are what its participants were last invited to; `sequence` counts invitations, so
    that calendars know the newest (RFC 5545, 3.8.7.4).
    """

    __tablename__ = "case"
    __table_args__ = (
        *usual_indexes("case", "import_run_id", "deleted_at"),
        *custom_indexes("case"),
        Index("ix_case_open", "changed_at", "id", postgresql_where="NOT closed"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    private: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    closed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    closed: Mapped[bool] = mapped_column(Boolean, Computed("closed_at IS NOT NULL", persisted=True))
    meets_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    place: Mapped[str | None] = mapped_column(String(255))
    sequence: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")

    tags: Mapped[list[Tag]] = relationship(secondary=case_tag, order_by="Tag.name", lazy="selectin")
    participants: Mapped[list[Contact]] = relationship(secondary=case_participant, order_by=Contact.sort_name)


class Participant(HangsOn, Model):
    """A contact who takes part in a case, and what came of the invitation; seen by who sees both."""

    __table__ = case_participant
    parents = ("case", "contact")

    case_id: Mapped[int]
    contact_id: Mapped[int]
    invited_at: Mapped[dt.datetime | None]
    answer: Mapped[str | None]
    answered_at: Mapped[dt.datetime | None]
    case: Mapped[Case] = relationship(viewonly=True)
    contact: Mapped[Contact] = relationship(viewonly=True)

"""Cases: open questions, gatherings and other work around several contacts."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Integer, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.core.access import Private
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Binned, Stamped, Titled, usual_indexes
from app.settings.models import Tag, custom_indexes, range_table, tag_table

case_tag = tag_table("case")
case_range = range_table("case")
case_participant = Table(
    "case_participant",
    Model.metadata,
    Column("case_id", ForeignKey("case.id", ondelete="CASCADE"), primary_key=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Case(Titled, Private, Stamped, Binned, Model):
    """A case (CAS-01): open to all unless its access is limited; closed when `closed_at` is set."""

    __tablename__ = "case"
    __table_args__ = (*usual_indexes("case", "import_run_id", "deleted_at"), *custom_indexes("case"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    private: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    closed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    import_run_id: Mapped[int | None] = mapped_column(Integer)

    tags: Mapped[list[Tag]] = relationship(secondary=case_tag, order_by="Tag.name", lazy="selectin")
    participants: Mapped[list[Contact]] = relationship(secondary=case_participant, order_by=Contact.sort_name)

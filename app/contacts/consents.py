"""What a person has agreed to, or has taken back (CON-15)."""

import datetime as dt

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.core.access import ChildOf
from app.core.db import Model
from app.core.mixins import Stamped


class Consent(ChildOf, Stamped, Model):
    """One word of theirs for one purpose, with its day and source; the latest counts, and none is written over."""

    __tablename__ = "contact_consent"
    __table_args__ = (Index("ix_contact_consent_contact_id", "contact_id", "day"),)
    parent_key, parent = "contact_id", "contact"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(80))
    given: Mapped[bool] = mapped_column(Boolean)
    day: Mapped[dt.date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(255))

    contact: Mapped[Contact] = relationship(foreign_keys=[contact_id])

"""Two contacts that may be one, and the search that found them (CON-13)."""

import datetime as dt

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.core.access import HangsOn
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Stamped
from app.core.runs import Run


class Pair(HangsOn, Model):
    """Seen by who sees both. `score` is 0…99, `reasons` are words of `duplicates.REASONS`; one that a person has said
    to be two is not found again."""

    __tablename__ = "contact_pair"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        Index("ix_contact_pair_score", "score", "id", postgresql_where="dismissed_at IS NULL"),
    )
    parents = ("low", "high")

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    low_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    high_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String(12)))
    dismissed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    dismissed_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    low: Mapped[Contact] = relationship(foreign_keys=[low_id])
    high: Mapped[Contact] = relationship(foreign_keys=[high_id])


class DuplicateSearch(Run, Stamped, Model):
    """One search through all contacts; it says how far it is, and nothing of what it found. `total` counts steps."""

    __tablename__ = "duplicate_search"
    __table_args__ = (Index("ix_duplicate_search_open", "state", postgresql_where="state IN ('queued', 'running')"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)

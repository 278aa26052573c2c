"""Columns that most tables share: who made and changed a row and when, its version, and the bin."""

import datetime as dt

from sqlalchemy import ForeignKey, Integer, event, func
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.access import current
from app.core.clock import UTCDateTime


class Stamped:
    """Created and changed: instants in UTC, and the user's id (None = the product itself)."""

    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now, server_default=func.now())
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now, server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), default=lambda: current().user_id)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), default=lambda: current().user_id)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class Binned:
    """Deleted rows stay in the bin for 30 days (GEN-07); the access hook hides them from everyone."""

    deleted_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    deleted_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


@event.listens_for(Session, "before_flush")
def _stamp_changed_rows(session: Session, *_: object) -> None:
    """A version that grows with each change lets a form see that somebody else was faster (GEN-08)."""
    for row in session.dirty:
        if isinstance(row, Stamped) and session.is_modified(row):
            row.changed_at, row.changed_by, row.version = clock.now(), current().user_id, row.version + 1

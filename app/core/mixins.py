"""Columns that most tables share: who made and changed a row and when, its version, and the bin."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self

from flask_appbuilder.models.decorators import renders
from sqlalchemy import ForeignKey, Index, Integer, String, Text, event, func
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.access import current
from app.core.clock import UTCDateTime
from app.core.text import fold


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


_bringing: ContextVar[int | None] = ContextVar("import_run", default=None)


@contextmanager
def brought_in_by(run_id: int) -> Iterator[None]:
    """What the block makes, came with this import."""
    token = _bringing.set(run_id)
    try:
        yield
    finally:
        _bringing.reset(token)


def is_importing() -> bool:
    """Whether what happens now is an import's doing."""
    return _bringing.get() is not None


class Imported:
    """Records know the import that brought them, so that it can be shown and taken back (IMP-05)."""

    import_run_id: Mapped[int | None] = mapped_column(Integer, default=lambda: _bringing.get())


class Titled:
    """Called, sorted and found by a title. The search knows these words alone, never those of linked rows, which may
    be hidden from those who see this one."""

    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    sort_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    search: Mapped[str] = mapped_column(Text, default="", server_default="", deferred=True)

    @property
    def name(self) -> str:
        """What pages and notices call it."""
        return self.title

    @renders("sort_name")
    def card(self) -> Self:
        """The row itself, for a list column that shows several of its fields and sorts by title."""
        return self

    def index_words(self) -> None:
        """Write what lists sort by and what the search looks through."""
        self.sort_name = fold(self.title)
        if self.search != self.sort_name:  # it is deferred: writing it unread would make a change of none
            self.search = self.sort_name

    def __repr__(self) -> str:
        return self.title


def usual_indexes(table: str, *optional: str) -> list[Index]:
    """The indexes of a private, stamped and titled table, and of those of its columns that are mostly empty."""
    return [
        Index(f"ix_{table}_sort", "sort_name", "id"),
        Index(f"ix_{table}_changed", "changed_at", "id"),
        Index(f"ix_{table}_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
        # "The private ones that I see", when I see few or none (deploy/decisions/access-forms.md).
        Index(f"ix_{table}_audience", "audience", postgresql_using="gin", postgresql_where="private"),
        *(Index(f"ix_{table}_{name}", name, postgresql_where=f"{name} IS NOT NULL") for name in optional),
    ]


@event.listens_for(Session, "before_flush")
def _stamp_changed_rows(session: Session, *_: object) -> None:
    """A version that grows with each change lets a form see that somebody else was faster (GEN-08)."""
    for row in session.dirty:
        if isinstance(row, Stamped) and session.is_modified(row):
            row.changed_at, row.changed_by, row.version = clock.now(), current().user_id, row.version + 1

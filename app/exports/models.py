"""An export on its way, and the file it leaves for a while."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Identity, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.access import Actor, Guarded, me
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Stamped
from app.core.runs import Run


class Format(StrEnum):
    """What the file is."""

    CSV = "csv"
    XLSX = "xlsx"
    ZIP = "zip"


class ExportRun(Guarded, Run, Stamped, Model):
    """One list going out (IMP-07). `entity` names a source, or is "all"; `filters` are those of the list's
    address, `columns` pairs of name and label of what the list shows; without them there are all fields."""

    __tablename__ = "export_run"
    __table_args__ = (
        Index("ix_export_run_open", "state", postgresql_where="state IN ('queued', 'running')"),
        Index("ix_export_run_owner_id", "owner_id", "id"),
        Index("ix_export_run_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    entity: Mapped[str] = mapped_column(String(40))
    format: Mapped[str] = mapped_column(String(4))
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    columns: Mapped[list[list[str]] | None] = mapped_column(JSONB)
    file_key: Mapped[str | None] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(255))
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    @classmethod
    def visible(cls, actor: Actor) -> ColumnElement[bool]:
        """Whoever asked, and not even administrators: the file holds what that person may see."""
        return cls.owner_id == me()

    def __repr__(self) -> str:
        return self.file_name

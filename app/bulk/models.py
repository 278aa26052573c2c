"""A group operation on its way: which records, what is done to them, how far it is."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Identity, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.core.access import Own
from app.core.db import Model
from app.core.mixins import Stamped
from app.core.runs import Run


class BulkRun(Own, Run, Stamped, Model):
    """One operation on many records. changed + refused + missing + failed = done_rows, the place where it stands in
    `ids`. `told` gathers whom to tell of what, once, at the end."""

    __tablename__ = "bulk_run"
    __table_args__ = (Index("ix_bulk_run_open", "state", postgresql_where="state IN ('queued', 'running')"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    operation: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    ids: Mapped[list[int]] = deferred(mapped_column(ARRAY(BigInteger), nullable=False))
    changed: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[int] = mapped_column(Integer, default=0)
    missing: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    told: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    @property
    def left_alone(self) -> int:
        """How many were not changed, for whatever reason."""
        return self.done_rows - self.changed

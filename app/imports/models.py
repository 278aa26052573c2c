"""An import run, the rows it refused, and the column choices it leaves behind for the next file of that shape."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.access import ChildOf, Own
from app.core.db import Model
from app.core.mixins import Stamped
from app.core.runs import Run

DRAFT = "draft"  # uploaded, the person is still choosing; never seen by API users, who start at once


class Step(StrEnum):
    """Where the person stands with an upload."""

    READING = "reading"
    COLUMNS = "columns"
    OPTIONS = "options"
    RUN = "run"


class ImportRun(Own, Run, Stamped, Model):
    """One file on its way in. Counts are rows of the file: created + updated + skipped + failed = done_rows."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_open", "state", postgresql_where="state IN ('queued', 'running')"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    file_key: Mapped[str | None] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(255))
    file_size: Mapped[int] = mapped_column(BigInteger)
    dialect: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    step: Mapped[str] = mapped_column(String(12), default=Step.READING)
    dry_run: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default=DRAFT)
    created: Mapped[int] = mapped_column(Integer, default=0)
    updated: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    last_line: Mapped[int] = mapped_column(Integer, default=0)
    # Who became responsible for what came in, to be told once at the end (see notices.gathering).
    told: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")

    problems: Mapped[list["ImportProblem"]] = relationship(back_populates="run", viewonly=True)
    owner: Mapped[Any] = relationship("User", foreign_keys="ImportRun.owner_id")

    def __repr__(self) -> str:
        return self.file_name


class ImportProblem(ChildOf, Model):
    """A refused row: its line in the file (from 1), the heading of the bad cell or "", the reason, its cells."""

    __tablename__ = "import_problem"
    __table_args__ = (Index("ix_import_problem_run_line", "run_id", "line"),)
    parent_key, parent = "run_id", "run"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"))
    line: Mapped[int] = mapped_column(Integer)
    heading: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    raw: Mapped[list[str]] = mapped_column(JSONB)

    run: Mapped[ImportRun] = relationship(back_populates="problems")


class RememberedMapping(Own, Model):
    """What a person chose for files with these headings (IMP-02)."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("owner_id", "kind", "signature"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    signature: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ImportUndo(Own, Run, Stamped, Model):
    """A run being taken back (IMP-05). Counts are records: restored + removed + kept = done_rows."""

    __tablename__ = "import_undo"
    __table_args__ = (Index("ix_import_undo_open", "state", postgresql_where="state IN ('queued', 'running')"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), unique=True)
    restored: Mapped[int] = mapped_column(Integer, default=0)
    removed: Mapped[int] = mapped_column(Integer, default=0)
    kept: Mapped[int] = mapped_column(Integer, default=0)


class ImportKept(ChildOf, Model):
    """A record that an undo left as it is: it was changed, used or deleted since."""

    __tablename__ = "import_kept"
    parent_key, parent = "undo_id", "undo"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    undo_id: Mapped[int] = mapped_column(ForeignKey("import_undo.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(10))

    @property
    def record(self) -> Any:
        """Whichever it is."""
        return self.contact or self.opportunity or self.task or self.case

    undo: Mapped[ImportUndo] = relationship()
    contact: Mapped[Any] = relationship("Contact")
    opportunity: Mapped[Any] = relationship("Opportunity")
    task: Mapped[Any] = relationship("Task")
    case: Mapped[Any] = relationship("Case")


# Contacts as they were before a run changed them, and the highest numbers of their children then.
import_change = Table(
    "import_change",
    Model.metadata,
    Column("run_id", ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("before", JSONB, nullable=False),
    Column("last_channel", BigInteger, nullable=False),
    Column("last_address", BigInteger, nullable=False),
    Column("last_event", BigInteger, nullable=False),
    Column("tags", ARRAY(Integer), nullable=False),
)

# Records of the other kinds as they were before a run changed them, with what hung on them and the last of their events
# and moves then.
import_former = Table(
    "import_former",
    Model.metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("run_id", ForeignKey("import_run.id", ondelete="CASCADE"), nullable=False),
    *(
        Column(f"{name}_id", ForeignKey(f"{name}.id", ondelete="CASCADE"), index=True)
        for name in ("opportunity", "task", "case")
    ),
    Column("before", JSONB, nullable=False),
    Column("last_event", BigInteger, nullable=False),
    Column("last_move", BigInteger, nullable=False),
    Column("tags", ARRAY(Integer), nullable=False),
    Column("participants", ARRAY(BigInteger), nullable=False),
    *(UniqueConstraint("run_id", f"{name}_id") for name in ("opportunity", "task", "case")),
)

# Companies that a run made because a person's row named them. A later row of the company's own takes its one over.
import_company = Table(
    "import_company",
    Model.metadata,
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("run_id", ForeignKey("import_run.id", ondelete="CASCADE"), nullable=False, index=True),
)

"""Documents of a record and their versions. The bytes stand in the storage; here is what is known of them."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, String, UniqueConstraint, func
from sqlalchemy import column as named
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.access import ChildOf, HangsOn
from app.core.db import Model
from app.core.mixins import Binned, Stamped
from app.history.models import PARENTS

_ONE_PARENT = f"num_nonnulls({', '.join(f'{name}_id' for name in PARENTS)}) = 1"


class Document(HangsOn, Stamped, Binned, Model):
    """A file on a record (DOC-01), as private as the record. `latest` is its newest version; `event_id` names what
    it was attached to in the history (HIS-01). A record has each name once, whatever its case."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(_ONE_PARENT, name="one_parent"),
        *(
            Index(
                f"uq_document_{name}_lower_name",
                f"{name}_id",
                func.lower(named("name")),
                unique=True,
                postgresql_where=f"{name}_id IS NOT NULL AND deleted_at IS NULL",
            )
            for name in PARENTS
        ),
        *(
            Index(f"ix_document_{name}", name, postgresql_where=f"{name} IS NOT NULL")
            for name in (*(f"{parent}_id" for parent in PARENTS), "event_id", "deleted_at")
        ),
    )
    parents = PARENTS

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("history_event.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(255))
    latest_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id", use_alter=True))

    contact: Mapped[Any] = relationship("Contact")
    opportunity: Mapped[Any] = relationship("Opportunity")
    case: Mapped[Any] = relationship("Case")
    project: Mapped[Any] = relationship("Project")
    author: Mapped[Any] = relationship("User", foreign_keys="Document.created_by", viewonly=True)
    latest: Mapped["StoredFile"] = relationship(foreign_keys=[latest_id], post_update=True)

    @property
    def parent_kind(self) -> str:
        """The name of the record's kind."""
        return next(name for name in PARENTS if getattr(self, f"{name}_id") is not None)

    @property
    def parent_id(self) -> int:
        """The id of the record."""
        return int(getattr(self, f"{self.parent_kind}_id"))

    def __repr__(self) -> str:
        return self.name


class StoredFile(ChildOf, Stamped, Model):
    """One version of a document. `media_type` was found in the content, whatever the sender called it."""

    __tablename__ = "stored_file"
    __table_args__ = (UniqueConstraint("document_id", "number"),)
    parent_key, parent = "document_id", "document"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(100))

    document: Mapped[Document] = relationship(foreign_keys=[document_id])
    author: Mapped[Any] = relationship("User", foreign_keys="StoredFile.created_by", viewonly=True)

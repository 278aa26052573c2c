"""Views of lists that are kept under a name, and what each person has chosen for a list."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    and_,
    column,
    func,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.access import Actor, Guarded, me
from app.core.db import Model
from app.core.mixins import Stamped


class SavedView(Guarded, Stamped, Model):
    """Filters, search, order and columns of one list under a name (GEN-09). It is a question and holds no answer: who
    opens it sees what he would see by typing it.

    `list_name` is that of its page ("contact"), `filters` [{"col", "opr", "value"}] as REST writes them, `args` the
    list's own arguments ("q" and others), `columns` empty where each reader has his own.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("uq_saved_view_name", "owner_id", "list_name", func.lower(column("name")), unique=True),
        Index("ix_saved_view_shared", "list_name", postgresql_where="shared"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    list_name: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    shared: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    filters: Mapped[Any] = mapped_column(JSONB, default=list, server_default="[]")
    args: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    order_column: Mapped[str | None] = mapped_column(String(80))
    order_direction: Mapped[str | None] = mapped_column(String(4))
    columns: Mapped[Any] = mapped_column(ARRAY(String(80)), nullable=True)

    owner: Mapped[Any] = relationship("User", foreign_keys=[owner_id])

    @classmethod
    def visible(cls, actor: Actor) -> ColumnElement[bool]:
        """One's own, and what is shared; an administrator sees no more."""
        return or_(and_(cls.shared, me().is_not(None)), cls.owner_id == me())

    def __repr__(self) -> str:
        return self.name


class ListChoice(Model):
    """What one person has chosen for one list: columns in their order, and the view that it opens with. Each reads
    and writes his own row alone."""

    __tablename__ = "list_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    list_name: Mapped[str] = mapped_column(String(20), primary_key=True)
    columns: Mapped[Any] = mapped_column(ARRAY(String(80)), nullable=True)
    view_id: Mapped[int | None] = mapped_column(ForeignKey("saved_view.id", ondelete="SET NULL"), index=True)

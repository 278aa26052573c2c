"""How each user has arranged the first page."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model


class Dashboard(Model):
    """The tiles of a user's first page, in their order: [{"key", "size"}] (REP-04). It says nothing of any record, and
    is read and written for the one who is signed in alone."""

    __tablename__ = "dashboard"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    tiles: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

"""Pick-lists: short lists of words with a colour and an order, one table for all of them (SET-04, SET-05, SET-07)."""

from enum import StrEnum

from flask_babel import gettext
from sqlalchemy import Identity, Index, Integer, String, column, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model
from app.core.mixins import Stamped

# The colours that chips and dots are drawn in (macros.html); a word always stands beside.
COLORS = ("gray", "red", "orange", "amber", "green", "teal", "blue", "indigo", "violet", "pink")


class PickList(StrEnum):
    """The lists there are."""

    CONTACT_TYPE = "contact_type"
    TEMPERATURE = "temperature"
    HISTORY_CATEGORY = "history_category"


class PickValue(Stamped, Model):
    """One word of a list. The names we ship are English and shown translated; a renamed one is shown as written."""

    __tablename__ = "pick_value"
    __table_args__ = (Index("uq_pick_value_list_lower_name", "list", func.lower(column("name")), unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(80))
    color: Mapped[str] = mapped_column(String(20), default="gray")
    icon: Mapped[str] = mapped_column(String(40), default="", server_default="")
    position: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return gettext(self.name)

    def __repr__(self) -> str:
        return self.label


class Tag(Model):
    """A free label (TAG-01); `Fiera` and `fiera` are one."""

    __tablename__ = "tag"
    __table_args__ = (Index("uq_tag_lower_name", func.lower(column("name")), unique=True),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))

    def __repr__(self) -> str:
        return self.name

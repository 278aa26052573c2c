"""A form that stands on a website, and what waits for its sender to confirm the address."""

import datetime as dt
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Identity, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.mixins import Stamped
from app.core.setting import Setting
from app.imports.models import Own


class WebForm(Setting, Stamped, Model):
    """One form. `key` is its public name; `fields` is [{"name", "label", "required"}] in the order of `fields.py`;
    `origins` are the sites that may send it, none meaning any. Its contacts are `owner`'s, private or open."""

    __tablename__ = "web_form"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    button: Mapped[str] = mapped_column(String(60), default="")
    tags: Mapped[list[str]] = mapped_column(JSONB, default=list)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    private: Mapped[bool] = mapped_column(Boolean, default=True)
    return_url: Mapped[str] = mapped_column(String(2000), default="")
    notify: Mapped[bool] = mapped_column(Boolean, default=True)
    origins: Mapped[list[str]] = mapped_column(JSONB, default=list)
    double_opt_in: Mapped[bool] = mapped_column(Boolean, default=False)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    shown: Mapped[int] = mapped_column(Integer, default=0)
    sent: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[int] = mapped_column(Integer, default=0)

    owner: Mapped[Any] = relationship("User", foreign_keys=[owner_id])

    def __repr__(self) -> str:
        return self.title


class WebFormEntry(Own, Model):
    """What somebody sent, until the address in it is confirmed (double opt-in); then it is gone."""

    __tablename__ = "web_form_entry"
    __table_args__ = (Index("ix_web_form_entry_email", "form_id", "email"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("web_form.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(320))
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now, index=True)

    form: Mapped[WebForm] = relationship()

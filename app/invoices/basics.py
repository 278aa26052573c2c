"""The tables of what invoices are made with: taxes, items, the organization's profile, the format of numbers."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Identity, Index, Integer, Numeric, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model
from app.core.mixins import Stamped
from app.core.setting import Setting


class Tax(Setting, Stamped, Model):
    """A tax that lines may carry (INV-09). A removed one stays for those that have it, and is offered no more."""

    __tablename__ = "tax"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    rate: Mapped[Decimal] = mapped_column(Numeric(7, 4))
    description: Mapped[str | None] = mapped_column(Text)
    # Why nothing is charged, where the rate is zero: N1 to N7 of FatturaPA (Natura).
    exemption: Mapped[str | None] = mapped_column(String(4))
    removed: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")

    def __repr__(self) -> str:
        return self.name


class Item(Setting, Stamped, Model):
    """A product or service with its price (INV-09)."""

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
        Index("ix_item_name", "name", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Decimal] = mapped_column(Numeric(16, 6))
    sku: Mapped[str | None] = mapped_column(String(80))
    tax1_id: Mapped[int | None] = mapped_column(ForeignKey("tax.id"))
    tax2_id: Mapped[int | None] = mapped_column(ForeignKey("tax.id"))
    stock_tracked: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    stock: Mapped[Decimal] = mapped_column(Numeric(14, 4), default=Decimal(0), server_default="0")
    search: Mapped[str] = mapped_column(Text, default="", server_default="")
    removed: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")

    tax1: Mapped[Tax | None] = relationship(foreign_keys=[tax1_id], lazy="joined")
    tax2: Mapped[Tax | None] = relationship(foreign_keys=[tax2_id], lazy="joined")

    @property
    def taxes(self) -> list[int]:
        """Ids of the taxes that its lines get."""
        return [tax for tax in (self.tax1_id, self.tax2_id) if tax]

    def __repr__(self) -> str:
        return self.name


class Profile(Setting, Stamped, Model):
    """The organization as invoices show it, and what they start with; one row (INV-08, SET-06)."""

    __tablename__ = "organization_profile"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # What a billed invoice keeps a copy of: name, street, city, state, zip, country, vat_number, tax_code, email,
    # phone, website, iban, bic, footer, tax_regime, and the logo's key.
    card: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    terms: Mapped[str | None] = mapped_column(Text)
    reminder_days: Mapped[list[int]] = mapped_column(JSONB, default=list, server_default="[]")


class NumberFormat(Setting, Stamped, Model):
    """How invoices are numbered; one row (INV-01). Prefix and suffix may hold {year}, {yy} and {month}."""

    __tablename__ = "invoice_number_format"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    automatic: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    prefix: Mapped[str] = mapped_column(String(20), default="INV", server_default="INV")
    suffix: Mapped[str] = mapped_column(String(20), default="", server_default="")
    digits: Mapped[int] = mapped_column(Integer, default=7, server_default="7")
    start: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    yearly: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")


class Counter(Model):
    """The last number given in a period ("" or a year). Its row lock is what makes numbers gapless."""

    __tablename__ = "invoice_counter"

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)

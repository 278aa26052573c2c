"""Invoices and their lines and payments. What was billed is kept as copies: texts, rates and amounts of its day."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_appbuilder.models.decorators import renders
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.core import clock
from app.core.access import Actor, ChildOf, HangsOn, current
from app.core.clock import UTCDateTime
from app.core.db import Model
from app.core.jobs import RunState
from app.core.mixins import Binned, Stamped
from app.core.text import fold
from app.invoices import basics  # noqa: F401  (its tables are named by foreign keys here)
from app.opportunities.models import Opportunity

AMOUNT = Numeric(18, 4)


class Status(StrEnum):
    """Where an invoice stands (INV-06)."""

    DRAFT = "draft"
    BILLED = "billed"
    PAID = "paid"
    REJECTED = "rejected"


class Kind(StrEnum):
    """What the document is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Invoice(HangsOn, Stamped, Binned, Model):
    """An invoice or credit note, seen by those who see its client, its consignee and its opportunity (ACC-06).

    `billing` and `delivery` are names and addresses as written; `profile` is the organization's card, copied when it
    is billed; amounts and `taxes` ([{"percent", "name", "base", "amount"}]) are stored by `totals` alone.
    """

    __tablename__ = "invoice"
    parents = ("client", "consignee", "opportunity")
    __table_args__ = (
        Index("uq_invoice_number", "number", unique=True, postgresql_where="number IS NOT NULL"),
        Index("ix_invoice_date", "date", "id"),
        Index("ix_invoice_client_id", "client_id", "date"),
        Index("ix_invoice_status", "status", "due_date"),
        Index("ix_invoice_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
        *(
            Index(f"ix_invoice_{name}", name, postgresql_where=f"{name} IS NOT NULL")
            for name in ("consignee_id", "opportunity_id", "credits_id", "deleted_at")
        ),
        Index("uq_invoice_link", "link", unique=True, postgresql_where="link IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), default=Kind.INVOICE, server_default="invoice")
    number: Mapped[str | None] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(10), default=Status.DRAFT, server_default="draft")
    client_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    consignee_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id", ondelete="SET NULL"))
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    date: Mapped[dt.date] = mapped_column(Date)
    due_date: Mapped[dt.date] = mapped_column(Date)
    language: Mapped[str] = mapped_column(String(5))
    currency: Mapped[str] = mapped_column(String(3))
    order_number: Mapped[str | None] = mapped_column(String(80))
    terms: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    billing: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    delivery: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    profile: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    taxes: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list, server_default="[]")
    net: Mapped[Decimal] = mapped_column(AMOUNT, default=Decimal(0), server_default="0")
    tax: Mapped[Decimal] = mapped_column(AMOUNT, default=Decimal(0), server_default="0")
    total: Mapped[Decimal] = mapped_column(AMOUNT, default=Decimal(0), server_default="0")
    paid: Mapped[Decimal] = mapped_column(AMOUNT, default=Decimal(0), server_default="0")
    billed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    link: Mapped[str | None] = mapped_column(String(64))
    reminders: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    search: Mapped[str] = mapped_column(Text, default="", server_default="")

    client: Mapped[Contact | None] = relationship(foreign_keys=[client_id])
    consignee: Mapped[Contact | None] = relationship(foreign_keys=[consignee_id])
    opportunity: Mapped[Opportunity | None] = relationship(foreign_keys=[opportunity_id])
    credits: Mapped["Invoice | None"] = relationship(remote_side="Invoice.id", foreign_keys=[credits_id])
    lines: Mapped[list["InvoiceLine"]] = relationship(
        back_populates="invoice", cascade="all, delete-orphan", order_by="InvoiceLine.position"
    )
    payments: Mapped[list["Payment"]] = relationship(
        back_populates="invoice", cascade="all, delete-orphan", order_by="Payment.date, Payment.id"
    )

    @classmethod
    def visible(cls, actor: Actor) -> ColumnElement[bool]:
        """An administrator sees it also while its client is in the bin: what was billed has to be kept."""
        return cls.deleted_at.is_(None) if actor.is_admin else cls.parents_seen(actor)

    @property
    def title(self) -> str:
        """Its number; a draft that has none is told by its id."""
        return self.number or f"#{self.id}"

    @renders("number")
    def card(self) -> "Invoice":
        """The invoice itself, for a list column that shows several of its fields."""
        return self

    @renders("status")
    def state(self) -> "Invoice":
        """As `card`, for the column of its status."""
        return self

    @renders("total")
    def amount(self) -> "Invoice":
        """As `card`, for the column of its total."""
        return self

    @property
    def rest(self) -> "Invoice":
        """As `card`, for the column of what is open."""
        return self

    @property
    def client_name(self) -> str:
        """The client as the invoice names it."""
        return str(self.billing.get("name") or "")

    @property
    def open_amount(self) -> Decimal:
        """What is still to be paid."""
        return self.total - self.paid

    @property
    def is_overdue(self) -> bool:
        """Billed, and its last day has passed (INV-06)."""
        return self.status == Status.BILLED and self.due_date < clock.today(current().timezone)

    def index_words(self) -> None:
        """Write what the list's search looks through."""
        self.search = fold(" ".join(filter(None, (self.number, self.billing.get("name"), self.order_number))))

    def __repr__(self) -> str:
        return self.title


class InvoiceLine(ChildOf, Model):
    """One line: texts, price and taxes as they were when it was written (INV-04)."""

    __tablename__ = "invoice_line"
    parent_key, parent = "invoice_id", "invoice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    price: Mapped[Decimal] = mapped_column(Numeric(16, 6))
    discount: Mapped[Decimal] = mapped_column(Numeric(7, 4), default=Decimal(0), server_default="0")
    # At most two of {"id", "name", "rate", "exemption"}, the rate as exact text.
    taxes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    net: Mapped[Decimal] = mapped_column(AMOUNT)

    invoice: Mapped[Invoice] = relationship(back_populates="lines")


class Payment(ChildOf, Stamped, Model):
    """Money that came in (INV-06)."""

    __tablename__ = "invoice_payment"
    parent_key, parent = "invoice_id", "invoice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"), index=True)
    date: Mapped[dt.date] = mapped_column(Date)
    amount: Mapped[Decimal] = mapped_column(AMOUNT)
    method: Mapped[str] = mapped_column(String(12))
    note: Mapped[str | None] = mapped_column(String(255))
    # Made by the status "paid", and taken back with it.
    by_status: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")

    invoice: Mapped[Invoice] = relationship(back_populates="payments")


class Recurrence(ChildOf, Stamped, Model):
    """An invoice that is made again every so many months (INV-10). `next_date` is moved on by who makes it."""

    __tablename__ = "invoice_recurrence"
    parent_key, parent = "invoice_id", "invoice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"), unique=True)
    months: Mapped[int] = mapped_column(Integer)
    day: Mapped[int] = mapped_column(Integer)  # of the month: the 31st is kept through the shorter ones
    next_date: Mapped[dt.date] = mapped_column(Date, index=True)
    last_date: Mapped[dt.date | None] = mapped_column(Date)
    bill: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")

    invoice: Mapped[Invoice] = relationship()


class GivenNumber(Model):
    """Each number that an invoice ever had. It keeps the number taken, and the invoice from being purged."""

    __tablename__ = "invoice_number"

    number: Mapped[str] = mapped_column(String(60), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)


class Sending(ChildOf, Stamped, Model):
    """An invoice, or a reminder of it, on its way to the mail queue: a worker makes the PDF and queues the mail."""

    __tablename__ = "invoice_sending"
    __table_args__ = (Index("ix_invoice_sending_queued", "id", postgresql_where="state = 'queued'"),)
    parent_key, parent = "invoice_id", "invoice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"), index=True)
    is_reminder: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=RunState.QUEUED, server_default="queued")
    error: Mapped[str | None] = mapped_column(Text)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mail.id", ondelete="SET NULL"))

    invoice: Mapped[Invoice] = relationship()

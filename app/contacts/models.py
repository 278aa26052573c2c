"""Contacts and what hangs on them. A contact is a person or a company; a person may belong to one company."""

from enum import StrEnum
from typing import Any

from flask_appbuilder.models.decorators import renders
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    cast,
    column,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.contacts import rules
from app.contacts.rules import web_href
from app.core.access import ChildOf, Private
from app.core.db import Model
from app.core.mixins import Binned, Imported, Stamped
from app.core.text import fold
from app.settings.models import PickValue, Tag


class Kind(StrEnum):
    """What a contact is."""

    PERSON = "person"
    COMPANY = "company"


class Medium(StrEnum):
    """By what a channel reaches the contact."""

    EMAIL = "email"
    PHONE = "phone"
    WEB = "web"


# The kinds a channel or address may be of (CON-03).
CHANNEL_KINDS: dict[Medium, tuple[str, ...]] = {
    Medium.EMAIL: ("work", "home", "other"),
    Medium.PHONE: ("work", "mobile", "home", "fax", "other"),
    Medium.WEB: ("website", "linkedin", "facebook", "x", "instagram", "github", "skype", "other"),
}
ADDRESS_KINDS = ("work", "billing", "postal", "home", "other")
ADDRESS_PARTS = ("street", "city", "state", "zip", "country")
# What an invoice to the contact says for the tax office, and where an Italian e-invoice goes; with their longest texts.
FISCAL = {key: limit for key, (_rule, limit) in rules.FISCAL.items()}

contact_tag = Table(
    "contact_tag",
    Model.metadata,
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# Days, numbers and amounts of custom fields, to be found by range: written by triggers, read by settings.filters.
contact_range = Table(
    "contact_range",
    Model.metadata,
    Column("record_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("field_id", ForeignKey("custom_field.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Numeric, nullable=False),
    Index("ix_contact_range_place", "place", "record_id"),
)


class Contact(Private, Stamped, Binned, Imported, Model):
    """A person or a company (CON-01). `search` holds the folded words that a search looks through."""

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_sort", "sort_name", "id"),
        # With the audience in it a count of companies reads the index alone.
        Index(
            "ix_contact_companies",
            "sort_name",
            "id",
            postgresql_where="kind = 'company'",
            postgresql_include=["audience"],
        ),
        Index("ix_contact_changed", "changed_at", "id"),
        # New ones are found where the table ends; an index of every row would slow imports.
        Index("ix_contact_created", "created_at", postgresql_using="brin"),
        *(
            Index(f"ix_contact_{name}", name, postgresql_where=f"{name} IS NOT NULL")
            for name in ("company_id", "type_id", "temperature_id", "import_run_id", "deleted_at", "vat_number")
        ),
        # "The private ones that I see", when I see few or none: 0.2 ms instead of seconds.
        Index("ix_contact_audience", "audience", postgresql_using="gin", postgresql_where="private"),
        # Who has a value of a custom field; rows without any cost nothing.
        Index(
            "ix_contact_custom",
            "custom",
            postgresql_using="gin",
            postgresql_ops={"custom": "jsonb_path_ops"},
            postgresql_where="custom <> '{}'",
        ),
        Index(
            "ix_contact_custom_words",
            cast(column("custom"), Text).label("words"),
            postgresql_using="gin",
            postgresql_ops={"words": "gin_trgm_ops"},
            postgresql_where="custom <> '{}'",
        ),
        Index("ix_contact_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    first_name: Mapped[str | None] = mapped_column(String(255))
    last_name: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str | None] = mapped_column(String(255))
    title: Mapped[str | None] = mapped_column(String(255))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    type_id: Mapped[int | None] = mapped_column(ForeignKey("pick_value.id"))
    temperature_id: Mapped[int | None] = mapped_column(ForeignKey("pick_value.id"))
    description: Mapped[str | None] = mapped_column(Text)
    vat_number: Mapped[str | None] = mapped_column(String(FISCAL["vat_number"]))
    tax_code: Mapped[str | None] = mapped_column(String(FISCAL["tax_code"]))
    recipient_code: Mapped[str | None] = mapped_column(String(FISCAL["recipient_code"]))
    pec: Mapped[str | None] = mapped_column(String(FISCAL["pec"]))
    photo: Mapped[str | None] = mapped_column(String(80))  # its key in the storage
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    sort_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    search: Mapped[str] = deferred(mapped_column(Text, default="", server_default=""))

    company: Mapped["Contact | None"] = relationship(remote_side="Contact.id", foreign_keys=[company_id])
    type: Mapped[PickValue | None] = relationship(foreign_keys=[type_id])
    temperature: Mapped[PickValue | None] = relationship(foreign_keys=[temperature_id])
    channels: Mapped[list["Channel"]] = relationship(
        back_populates="contact", cascade="all, delete-orphan", order_by="Channel.id", lazy="selectin"
    )
    addresses: Mapped[list["Address"]] = relationship(
        back_populates="contact", cascade="all, delete-orphan", order_by="Address.id", lazy="selectin"
    )
    tags: Mapped[list[Tag]] = relationship(secondary=contact_tag, order_by="Tag.name", lazy="selectin")

    @property
    def full_name(self) -> str:
        """As people say it: `Maria Rossi`, or the company's name."""
        if self.kind == Kind.COMPANY:
            return self.name or ""
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    def of(self, medium: Medium) -> list["Channel"]:
        """The channels of one medium, the primary one first."""
        return sorted((c for c in self.channels if c.medium == medium), key=lambda c: not c.is_primary)

    def primary(self, medium: Medium) -> "Channel | None":
        """The one to use by default."""
        return next(iter(self.of(medium)), None)

    @renders("sort_name")
    def card(self) -> "Contact":
        """The contact itself, for a list column that shows several of its fields and sorts by name."""
        return self

    @property
    def email(self) -> "Channel | None":
        """The primary email."""
        return self.primary(Medium.EMAIL)

    @property
    def phone(self) -> "Channel | None":
        """The primary phone."""
        return self.primary(Medium.PHONE)

    @property
    def website(self) -> "Channel | None":
        """The primary web address."""
        return self.primary(Medium.WEB)

    @property
    def city(self) -> str | None:
        """Where its primary address is."""
        return next((a.city for a in sorted(self.addresses, key=lambda a: not a.is_primary)), None)

    @property
    def country(self) -> str | None:
        """The country of its primary address."""
        return next((a.country for a in sorted(self.addresses, key=lambda a: not a.is_primary)), None)

    def index_words(self) -> None:
        """Write what lists sort by and what the search looks through: names, emails, web addresses, phone digits,
        VAT number and tax code."""
        names = [self.name] if self.kind == Kind.COMPANY else [self.last_name, self.first_name]
        self.sort_name = fold(" ".join(n for n in names if n))
        own = (self.first_name, self.last_name, self.name, self.vat_number, self.tax_code)
        found_by = fold(" ".join(w for w in (*own, *(c.normal for c in self.channels)) if w))
        if self.search != found_by:  # it is deferred: writing it unread would make a change of none
            self.search = found_by

    def __repr__(self) -> str:
        return self.full_name


class Channel(ChildOf, Model):
    """An email, a phone or a web address. `normal` is what is compared: lower case, E.164 digits (SPEC CON-03)."""

    __tablename__ = "contact_channel"
    __table_args__ = (Index("ix_contact_channel_normal", "medium", "normal"),)
    parent_key, parent = "contact_id", "contact"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    medium: Mapped[str] = mapped_column(String(5))
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[str] = mapped_column(String(2000))
    normal: Mapped[str] = mapped_column(String(2000))
    is_primary: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")

    contact: Mapped[Contact] = relationship(back_populates="channels")

    @property
    def href(self) -> str:
        """The link that a page may show for a web address; empty for a mere profile name."""
        return web_href(self.value)


class Address(ChildOf, Model):
    """A postal address."""

    __tablename__ = "contact_address"
    parent_key, parent = "contact_id", "contact"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    street: Mapped[str | None] = mapped_column(String(1000))
    city: Mapped[str | None] = mapped_column(String(255))
    state: Mapped[str | None] = mapped_column(String(255))
    zip: Mapped[str | None] = mapped_column(String(40))
    country: Mapped[str | None] = mapped_column(String(255))
    is_primary: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")

    contact: Mapped[Contact] = relationship(back_populates="addresses")

    @property
    def lines(self) -> list[str]:
        """As it stands on an envelope."""
        place = " ".join(p for p in (self.zip, self.city, self.state) if p)
        return [line for line in (self.street, place, self.country) if line]


class Merge(ChildOf, Stamped, Model):
    """Two contacts made one (CON-12): `gone` lies in the bin as an alias of `kept`. `taken` is {field: [before, after]}
    of the kept one, `moved` {"table.column": [primary keys]} of what hung on the other: enough to undo it."""

    __tablename__ = "contact_merge"
    parent_key, parent = "kept_id", "kept"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), unique=True)
    taken: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    moved: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    kept: Mapped[Contact] = relationship(foreign_keys=[kept_id])

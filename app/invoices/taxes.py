"""Taxes (INV-09). Anybody makes one where a line needs it; administrators change and remove."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import access
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.invoices.basics import Tax
from app.invoices.reading import Errors, Reader

# Why nothing is charged: the codes of FatturaPA 1.2 (element Natura) that an invoice may have since 2021.
EXEMPTIONS = (
    "N1",
    "N2.1",
    "N2.2",
    "N3.1",
    "N3.2",
    "N3.3",
    "N3.4",
    "N3.5",
    "N3.6",
    "N4",
    "N5",
    "N6.1",
    "N6.2",
    "N6.3",
    "N6.4",
    "N6.5",
    "N6.6",
    "N6.7",
    "N6.8",
    "N6.9",
    "N7",
)


def save(data: dict[str, Any], tax: Tax | None = None) -> Tax:
    """Make a tax, or change the given one by the keys present: name, rate (percent), description, exemption.

    Raises RuleBroken, Conflict; NotAllowed for others than administrators who change one. Flushes.
    """
    if tax is not None and not access.current().is_admin:
        raise NotAllowed
    if tax is not None and data.get("version") not in (None, tax.version):
        raise Conflict
    clean = check(data, tax)
    if tax is None:
        tax = Tax()
        db.session.add(tax)
    for key, value in clean.items():
        setattr(tax, key, value)
    db.session.flush()
    return tax


def check(data: dict[str, Any], tax: Tax | None = None) -> dict[str, Any]:
    """Clean values for the columns. Raises RuleBroken."""
    errors: Errors = {}
    clean: dict[str, Any] = {}
    read, new = Reader(data, errors), tax is None
    if new or "name" in data:
        clean["name"] = read.text("name", 80, required=True)
        if clean["name"] and _named(clean["name"], tax):
            read.refuse("name", _("“%(name)s” is in the list already.", name=clean["name"]))
    if new or "rate" in data:
        clean["rate"] = read.number("rate", "0", "100", 4)
    if "description" in data:
        clean["description"] = read.text("description", 2000)
    if "exemption" in data:
        clean["exemption"] = read.choice("exemption", ("", *EXEMPTIONS), "") or None
    if clean.get("exemption") and clean.get("rate", tax.rate if tax else 0):
        read.refuse("exemption", _("Only a rate of zero needs a reason."))
    if errors:
        raise RuleBroken(errors)
    return clean


def _named(name: str, tax: Tax | None) -> bool:
    other = select(Tax.id).where(func.lower(Tax.name) == name.lower(), ~Tax.removed)
    return db.session.scalar(other.where(Tax.id != (tax.id if tax else 0)).limit(1)) is not None


def delete(tax: Tax) -> None:
    """Offer it no more; lines that have it keep it. Raises NotAllowed."""
    if not access.current().is_admin:
        raise NotAllowed
    tax.removed = True
    db.session.flush()


def offered(limit: int = 300) -> list[Tax]:
    """The taxes a line may get, by name."""
    return list(db.session.scalars(select(Tax).where(~Tax.removed).order_by(Tax.name, Tax.id).limit(limit)))

"""The lines of an invoice: read and refused together, two statements for all of them (INV-04)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.db import db
from app.invoices import totals
from app.invoices.basics import Item, Tax
from app.invoices.models import InvoiceLine
from app.invoices.reading import Errors, Reader, identity

MOST = 500
TEXTS = ("name", "description")


def check(wanted: Any, errors: Errors) -> list[dict[str, Any]]:
    """Columns of each line; a line without a name and an item is no line. Reasons stand in errors["lines"]."""
    given = [row for row in wanted if isinstance(row, dict)] if isinstance(wanted, list) else []
    given = [row for row in given if not is_blank(row)]
    if len(given) > MOST:
        errors["lines"] = [_("At most %(limit)s.", limit=MOST)]
        return []
    items, taxes = _named(Item, (row.get("item") for row in given)), _named(Tax, _tax_words(given))
    return [_line(row, n, items, taxes, errors) for n, row in enumerate(given, 1)]


def is_blank(row: dict[str, Any]) -> bool:
    """Whether nothing was written in the row."""
    return not any(row.get(key) for key in ("item", "price", *TEXTS))


def _tax_words(given: list[dict[str, Any]]) -> Iterable[Any]:
    return (word for row in given for word in _listed(row.get("taxes")))


def _listed(value: Any) -> list[Any]:
    return [v for v in value if v not in (None, "")] if isinstance(value, list) else []


def _named(model: type[Any], wanted: Iterable[Any]) -> dict[int | None, Any]:
    ids = {found for w in wanted if (found := identity(w))}
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(ids)))} if ids else {}


def _line(row: dict[str, Any], n: int, items: Any, taxes: Any, errors: Errors) -> dict[str, Any]:
    read = Reader(row, errors, "lines", _("Line %(n)s: ", n=n).replace("%", "%%") + "%s")
    item = items.get(identity(row.get("item")))
    if row.get("item") and item is None:
        read.refuse("item", _("There is no such item."))
    shown = Reader({**(_of(item) if item else {}), **{k: v for k, v in row.items() if v not in (None, "")}}, errors)
    shown.place, shown.words = read.place, read.words
    return {
        "item_id": item.id if item else None,
        "name": shown.text("name", 255, required=True),
        "description": shown.text("description", 2000),
        "quantity": read.number("quantity", "-999999999", "999999999", 4, default="1"),
        "price": shown.number("price", "-999999999", "999999999", 6, default="0"),
        "discount": read.number("discount", "0", "100", 4, default="0"),
        "taxes": _taxes(row, item, taxes, read),
    }


def _of(item: Item) -> dict[str, Any]:
    return {"name": item.name, "description": item.description, "price": item.price}


def _taxes(row: dict[str, Any], item: Item | None, known: Any, read: Reader) -> list[dict[str, Any]]:
    """What the line keeps of its taxes; those of the item where nothing is said."""
    if "taxes" not in row and item is not None:
        return [kept(tax) for tax in (item.tax1, item.tax2) if tax]
    wanted = _listed(row.get("taxes"))
    found = [known.get(identity(w)) for w in wanted]
    if len(found) > 2:
        read.refuse("taxes", _("At most two taxes."))
    elif None in found:
        read.refuse("taxes", _("There is no such tax."))
    elif len(set(found)) < len(found):
        read.refuse("taxes", _("The two taxes are the same."))
    return [kept(tax) for tax in found if tax]


def kept(tax: Tax) -> dict[str, Any]:
    """A tax as a line keeps it, so that a later change of the tax changes no invoice."""
    return {"id": tax.id, "name": tax.name, "rate": f"{tax.rate.normalize():f}", "exemption": tax.exemption}


def amounts(rows: Iterable[dict[str, Any]], currency: str) -> totals.Totals:
    """The totals of clean lines."""
    return totals.totals((_amount(**row) for row in rows), currency)


def _amount(quantity: Decimal, price: Decimal, discount: Decimal, taxes: list[Any], **_others: Any) -> totals.Line:
    rates = [totals.Rate(Decimal(t["rate"]), t["name"]) for t in taxes]
    return totals.Line(quantity, price, discount, rates)


def row_of(line: InvoiceLine) -> dict[str, Any]:
    """The columns of a stored line, as `check` gives them."""
    keys = ("item_id", *TEXTS, "quantity", "price", "discount", "taxes")
    return {key: getattr(line, key) for key in keys}


def tax_rows(sums: Iterable[totals.TaxSum]) -> list[dict[str, str]]:
    """Sums of taxes as an invoice stores them."""
    return [
        {"percent": f"{t.percent:f}", "name": t.name, "base": f"{t.base:f}", "amount": f"{t.amount:f}"} for t in sums
    ]

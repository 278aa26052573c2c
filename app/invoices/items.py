"""Items (INV-09): what is sold, at which price. Anybody makes one; administrators change and remove."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import access
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.text import fold, like_fragment
from app.invoices.basics import Item, Tax
from app.invoices.reading import Errors, Reader, identity


def save(data: dict[str, Any], item: Item | None = None) -> Item:
    """Make an item, or change the given one by the keys present.

    Keys: name, description, price, sku, taxes (at most two ids), stock_tracked, stock, version. Raises RuleBroken,
    Conflict; NotAllowed for others than administrators who change one. Flushes.
    """
    if item is not None and not access.current().is_admin:
        raise NotAllowed
    if item is not None and data.get("version") not in (None, item.version):
        raise Conflict
    clean = check(data, item)
    if item is None:
        item = Item()
        db.session.add(item)
    for key, value in clean.items():
        setattr(item, key, value)
    item.search = fold(" ".join(filter(None, (item.name, item.sku))))
    db.session.flush()
    return item


def check(data: dict[str, Any], item: Item | None = None) -> dict[str, Any]:
    """Clean values for the columns. Raises RuleBroken."""
    errors: Errors = {}
    clean: dict[str, Any] = {}
    read, new = Reader(data, errors), item is None
    if new or "name" in data:
        clean["name"] = read.text("name", 255, required=True)
    for key, limit in (("description", 2000), ("sku", 80)):
        if key in data:
            clean[key] = read.text(key, limit)
    if new or "price" in data:
        clean["price"] = read.number("price", "0", "999999999", 6, default="0")
    if "stock_tracked" in data:
        clean["stock_tracked"] = bool(data["stock_tracked"])
    if "stock" in data:
        clean["stock"] = read.number("stock", "-999999999", "999999999", 4, default="0")
    if "taxes" in data:
        clean["tax1_id"], clean["tax2_id"] = _taxes(data["taxes"], read)
    if errors:
        raise RuleBroken(errors)
    return clean


def _taxes(wanted: Any, read: Reader) -> tuple[int | None, int | None]:
    ids = [identity(w) for w in wanted if w] if isinstance(wanted, list) else [None]
    found = set(db.session.scalars(select(Tax.id).where(Tax.id.in_([i for i in ids if i]))))
    if len(ids) > 2:
        read.refuse("taxes", _("At most two taxes."))
    elif set(ids) - found:
        read.refuse("taxes", _("There is no such tax."))
    return (*ids, None, None)[:2]  # type: ignore[return-value]


def delete(item: Item) -> None:
    """Offer it no more; lines that have it keep it. Raises NotAllowed."""
    if not access.current().is_admin:
        raise NotAllowed
    item.removed = True
    db.session.flush()


def find(typed: str, limit: int) -> list[Item]:
    """Items by a fragment of name or SKU."""
    found = select(Item).where(~Item.removed, Item.search.like(like_fragment(fold(typed))))
    return list(db.session.scalars(found.order_by(Item.name, Item.id).limit(limit)))

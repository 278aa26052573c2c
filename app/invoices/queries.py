"""How lists of invoices are searched and loaded."""

from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_
from sqlalchemy.orm import joinedload, lazyload, selectinload

from app.core import access, clock
from app.core.finding import FilterKey
from app.core.interface import CrmInterface
from app.core.text import fold, like_fragment
from app.invoices.basics import Item, Tax
from app.invoices.models import Invoice, Status


class FilterInvoiceSearch(BaseFilter):
    """Number, client's name, purchase order: each typed word is found in one of them."""

    name = _l("Contains")
    arg_name = "search"

    def apply(self, query: Any, value: Any) -> Any:
        words = fold(str(value[0] if isinstance(value, list) else value)).split()[:8]
        return query.filter(and_(*(Invoice.search.like(like_fragment(word)) for word in words)))


class FilterStatus(BaseFilter):
    """A status, or `overdue`, which is one that shows by itself (INV-06)."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        wanted = str(value[0] if isinstance(value, list) else value)
        if wanted != "overdue":
            return query.filter(Invoice.status == wanted)
        today = clock.today(access.current().timezone)
        return query.filter(Invoice.status == Status.BILLED, Invoice.due_date < today)


class FilterItemSearch(BaseFilter):
    """Items by a fragment of name or SKU."""

    name = _l("Contains")
    arg_name = "search"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(Item.search.like(like_fragment(fold(str(value[0] if isinstance(value, list) else value)))))


def interface() -> CrmInterface:
    """For pages: what a list shows stands in the invoice's own columns."""
    return CrmInterface(Invoice, equal={"status": FilterStatus, "client": FilterKey, "opportunity": FilterKey})


def whole() -> CrmInterface:
    """For REST: with all that hangs on an invoice, in a few statements for the page."""
    people = [joinedload(getattr(Invoice, name)).options(lazyload("*")) for name in Invoice.parents]
    parts = [selectinload(Invoice.lines), selectinload(Invoice.payments)]
    return CrmInterface(Invoice, loads=[*people, *parts], equal={"status": FilterStatus})


def items() -> CrmInterface:
    """Items that are offered."""
    return CrmInterface(Item)


def taxes() -> CrmInterface:
    """Taxes that are offered."""
    return CrmInterface(Tax)

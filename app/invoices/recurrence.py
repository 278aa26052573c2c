"""Invoices that are made again every so many months (INV-10)."""

import calendar
import datetime as dt
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.invoices import service, status
from app.invoices.models import Invoice, Recurrence, Status
from app.invoices.reading import Errors, Reader

PERIODS = (1, 2, 3, 6, 12)


def of(invoice: Invoice) -> Recurrence | None:
    """How the invoice is made again; None when it isn't."""
    return db.session.scalar(select(Recurrence).where(Recurrence.invoice_id == invoice.id))


def start(invoice: Invoice, data: dict[str, Any]) -> Recurrence:
    """Make the invoice again every `months` from `next_date` (by default that long after its date) to `last_date`;
    with `bill` the new ones are billed at once. Raises RuleBroken; flushes."""
    errors: Errors = {}
    read = Reader(data, errors)
    months = int(read.choice("months", [str(n) for n in PERIODS], "1")) if not errors else 1
    first = read.day("next_date", after(invoice.date, months, invoice.date.day)) or invoice.date
    last = read.day("last_date")
    if last is not None and last < first:
        read.refuse("last_date", _("The last day comes before the first."))
    if errors:
        raise RuleBroken(errors)
    row = of(invoice) or Recurrence(invoice_id=invoice.id)
    row.months, row.next_date, row.last_date, row.bill = months, first, last, bool(data.get("bill"))
    row.day = first.day if data.get("next_date") else invoice.date.day
    db.session.add(row)
    db.session.flush()
    return row


def stop(invoice: Invoice) -> None:
    """Make it no more. Flushes."""
    row = of(invoice)
    if row is not None:
        db.session.delete(row)
        db.session.flush()


def after(day: dt.date, months: int, wanted: int) -> dt.date:
    """The day `months` later that is the `wanted`th of its month, or the month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))


def make_next(today: dt.date) -> Invoice | None:
    """Make one invoice that is due, and move its recurrence on in the same transaction; None when none is due."""
    due = select(Recurrence).where(Recurrence.next_date <= today).order_by(Recurrence.next_date, Recurrence.id)
    row = db.session.scalar(due.limit(1).with_for_update(skip_locked=True, of=Recurrence))
    if row is None:
        return None
    made = service.duplicate(row.invoice, row.next_date)
    made.created_by = row.created_by
    if row.bill:
        _billed(made)
    following = after(row.next_date, row.months, row.day)
    if row.last_date is not None and following > row.last_date:
        db.session.delete(row)
    else:
        row.next_date, row.changed_at = following, clock.now()
    db.session.flush()
    return made


def _billed(invoice: Invoice) -> None:
    """What can't be billed stays a draft for a person to look at."""
    try:
        with db.session.begin_nested():
            status.move(invoice, Status.BILLED)
    except RuleBroken:
        db.session.refresh(invoice)

"""Numbers of invoices (INV-01): given when one is billed, in the same transaction, under the lock of one row.

A rollback takes the number back with it, so there is no gap; the lock is held until the commit, so there is no double.
"""

import datetime as dt
import re

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.db import db
from app.core.errors import AlreadyTaken, RuleBroken
from app.invoices.basics import Counter, NumberFormat
from app.invoices.models import GivenNumber, Invoice

TOKEN = re.compile(r"\{(\w*)\}")
LOCK = ""  # the counter of the endless period; its row is also what everybody who needs a number waits for


def number_format() -> NumberFormat:
    """The format in force; the default one (INV0000001) while nobody has chosen."""
    found = db.session.get(NumberFormat, 1)
    return found or NumberFormat(automatic=True, prefix="INV", suffix="", digits=7, start=1, yearly=False, version=0)


def written(how: NumberFormat, count: int, day: dt.date) -> str:
    """`count` as a number of this format, for an invoice of `day`."""
    values = {"year": f"{day:%Y}", "yy": f"{day:%y}", "month": f"{day:%m}"}
    prefix, suffix = (TOKEN.sub(lambda m: values.get(m[1], m[0]), part) for part in (how.prefix, how.suffix))
    return f"{prefix}{count:0{how.digits}d}{suffix}"


def give(invoice: Invoice) -> None:
    """Give the invoice its number, unless it has one. Raises RuleBroken where numbers are typed by hand."""
    if invoice.number:
        return
    how = number_format()
    if not how.automatic:
        raise RuleBroken({"number": _("Write the invoice's number first.")})
    _lock(how)
    number = _next(how, invoice.date)
    while _taken(number, invoice):
        number = _next(how, invoice.date)
    invoice.number = number
    db.session.flush()
    keep(invoice)


def claim(number: str, invoice: Invoice | None) -> None:
    """Make sure that nobody else has, or is about to get, this typed number. Raises AlreadyTaken."""
    _lock(number_format())
    if _taken(number, invoice):
        raise AlreadyTaken({"number": _("Another invoice has the number “%(number)s”.", number=number)})


def _lock(how: NumberFormat) -> None:
    first = insert(Counter).values(period=LOCK, last=how.start - 1)
    db.session.execute(first.on_conflict_do_nothing())
    db.session.execute(select(Counter.last).where(Counter.period == LOCK).with_for_update())


def period_of(how: NumberFormat, day: dt.date) -> str:
    """The period in which numbers go on without starting anew."""
    return str(day.year) if how.yearly else LOCK


def _next(how: NumberFormat, day: dt.date) -> str:
    period = period_of(how, day)
    db.session.execute(insert(Counter).values(period=period, last=0).on_conflict_do_nothing())
    counted = update(Counter).where(Counter.period == period).values(last=Counter.last + 1).returning(Counter.last)
    return written(how, db.session.scalar(counted) or 0, day)


def _taken(number: str, invoice: Invoice | None) -> bool:
    """By whichever invoice, also one that the actor does not see, that is in the bin, or that was purged."""
    mine = invoice.id if invoice is not None else 0
    other = select(GivenNumber.number).where(GivenNumber.number == number, GivenNumber.invoice_id != mine)
    return db.session.scalar(other) is not None


def keep(invoice: Invoice) -> None:
    """Note the number that the flushed invoice has; one that it had while it was typed goes free again."""
    db.session.execute(delete(GivenNumber).where(GivenNumber.invoice_id == invoice.id))
    if invoice.number:
        db.session.execute(insert(GivenNumber).values(number=invoice.number, invoice_id=invoice.id))


def coming(day: dt.date) -> str:
    """The number that the next invoice would get, as a hint; "" where numbers are typed by hand."""
    how = number_format()
    if not how.automatic:
        return ""
    period = period_of(how, day)
    last = db.session.scalar(select(Counter.last).where(Counter.period == period))
    return written(how, (how.start if period == LOCK else 1) if last is None else last + 1, day)


def begin_at(how: NumberFormat, day: dt.date) -> None:
    """Let the present period go on at the format's start. Flushes."""
    period, last = period_of(how, day), how.start - 1
    begun = insert(Counter).values(period=period, last=last)
    db.session.execute(begun.on_conflict_do_update(index_elements=[Counter.period], set_={"last": last}))

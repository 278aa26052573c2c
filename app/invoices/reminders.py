"""Clients are reminded of what is overdue (INV-10): one mail for each of the profile's days, however often we look."""

import datetime as dt

from sqlalchemy import select, update

from app.core.db import db
from app.invoices import sending
from app.invoices.models import Invoice, Kind, Sending, Status
from app.invoices.profile import profile

AT_ONCE = 100


def give(today: dt.date) -> int:
    """Put a reminder for each invoice whose day has come; how many. To be called again until it gives 0.

    Only what was sent through us is reminded of, to where it was sent. Days that passed together make one mail.
    """
    days = profile().reminder_days or []
    given = 0
    for count in range(len(days), 0, -1):
        for invoice in _due(count, today - dt.timedelta(days=days[count - 1])):
            given += _remind(invoice, count)
    db.session.flush()
    return given


def _due(count: int, last_day: dt.date) -> list[Invoice]:
    overdue = select(Invoice).where(
        Invoice.status == Status.BILLED,
        Invoice.kind == Kind.INVOICE,
        Invoice.sent_at.is_not(None),
        Invoice.due_date <= last_day,
        Invoice.reminders < count,
    )
    return list(db.session.scalars(overdue.order_by(Invoice.due_date, Invoice.id).limit(AT_ONCE)))


def _remind(invoice: Invoice, count: int) -> bool:
    """One mail, unless another process was faster."""
    mine = update(Invoice).where(Invoice.id == invoice.id, Invoice.reminders < count)
    if not db.session.execute(mine.values(reminders=count)).rowcount:  # type: ignore[attr-defined]
        return False
    latest = select(Sending).where(Sending.invoice_id == invoice.id).order_by(Sending.id.desc()).limit(1)
    first = db.session.scalar(latest)
    if first is None:
        return False
    subject, text = sending.letter(invoice, "remind")
    sending.put(invoice, first.recipient, subject, text, is_reminder=True).created_by = first.created_by
    return True

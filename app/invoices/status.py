"""Where an invoice may go from where it stands (INV-06), and what is kept of the day it was billed (INV-08)."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core import access, clock
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.money import format_money
from app.history import service as history
from app.history import words
from app.history.models import Verb
from app.invoices import numbering, payments
from app.invoices.models import Invoice, Kind, Status
from app.invoices.profile import profile

words.EVERYWHERE["invoice"] = _l("Invoice")
ALLOWED = {
    Status.DRAFT: (Status.BILLED, Status.REJECTED),
    Status.BILLED: (Status.PAID, Status.REJECTED, Status.DRAFT),
    Status.REJECTED: (Status.DRAFT,),
    Status.PAID: (Status.BILLED,),
}


def move(invoice: Invoice, to: str) -> None:
    """Move a locked invoice to another status; nothing happens where it is there already.

    Raises RuleBroken for a way that does not exist, NotAllowed for taking a payment back without being an
    administrator. Flushes.
    """
    if to not in list(Status):
        raise RuleBroken({"status": _("“%(name)s” is not in the list.", name=to[:60])})
    if to == invoice.status:
        return
    if to not in ways(invoice):
        raise RuleBroken({"status": _("%(title)s can't get this status from where it stands.", title=invoice.title)})
    if invoice.status == Status.PAID and not access.current().is_admin:
        raise NotAllowed
    _leave(invoice)
    if to == Status.BILLED and invoice.status == Status.DRAFT:
        _bill(invoice)
    elif to == Status.PAID:
        payments.settle(invoice)
    elif to == Status.DRAFT:
        invoice.profile, invoice.billed_at = None, None
    invoice.status = Status(to)
    db.session.flush()


def ways(invoice: Invoice) -> tuple[Status, ...]:
    """Where it may go. A billed credit note has changed what its invoice owes: it stays."""
    allowed = ALLOWED[Status(invoice.status)]
    if invoice.kind == Kind.CREDIT_NOTE and invoice.status == Status.BILLED:
        return tuple(way for way in allowed if way == Status.PAID)
    return allowed


def _leave(invoice: Invoice) -> None:
    """What made it paid by a mere change of status goes; money that came in stays, and keeps the invoice billed."""
    if invoice.status == Status.PAID:
        payments.unsettle(invoice)


def _bill(invoice: Invoice) -> None:
    """Number it and freeze it (INV-01, INV-08). Raises RuleBroken."""
    if not invoice.lines:
        raise RuleBroken({"lines": _("An invoice needs a line.")})
    if invoice.total < 0:
        raise RuleBroken({"lines": _("The total can't be below zero: write a credit note instead.")})
    if invoice.kind == Kind.CREDIT_NOTE:
        _credit(invoice)
    numbering.give(invoice)
    invoice.profile, invoice.billed_at = dict(profile().card), clock.now()
    invoice.index_words()
    _record(invoice)


def _record(invoice: Invoice) -> None:
    """Tell it in the history (HIS-02) of the record whose readers all see the invoice, where there is such a one."""
    hides = invoice.consignee is not None and invoice.consignee.private
    row = invoice.opportunity if invoice.opportunity_id else invoice.client
    if row is not None and not hides and not (invoice.opportunity_id and invoice.client and invoice.client.private):
        said = f"{invoice.title}, {format_money(invoice.total, invoice.currency)}"
        history.record(row, Verb.BILLED, [{"field": "invoice", "old": None, "new": said}])


def _credit(note: Invoice) -> None:
    """A credit note takes back no more than was billed, and settles what is still open of it."""
    credited = note.credits
    if credited is None:
        raise RuleBroken({"": _("The credited invoice is gone.")})
    db.session.refresh(credited, with_for_update={"of": Invoice})
    others = select(func.coalesce(func.sum(Invoice.total), 0)).where(
        Invoice.credits_id == credited.id, Invoice.status.in_([Status.BILLED, Status.PAID]), Invoice.id != note.id
    )
    left = credited.total - (db.session.scalar(others) or 0)
    if note.total > left or note.currency != credited.currency:
        most = format_money(left, credited.currency)
        raise RuleBroken({"lines": _("Of this invoice at most %(most)s can be credited.", most=most)})
    payments.by_credit(credited, note)

"""Money that came in, in parts if need be (INV-06). What is paid in full is paid; what is taken back is open again."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.core import access, clock
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.money import format_money, round_money
from app.invoices.models import Invoice, Payment, Status
from app.invoices.reading import Errors, Reader

METHODS = ("bank", "cash", "card", "cheque", "debit", "other")
CREDIT = "credit"


def add(invoice: Invoice, data: dict[str, Any]) -> Payment:
    """Write down a payment of a billed, locked invoice: date (today), amount (all that is open), method, note.

    Raises RuleBroken. Flushes.
    """
    if invoice.status != Status.BILLED:
        raise RuleBroken({"": _("Only a billed invoice can be paid.")})
    errors: Errors = {}
    read = Reader(data, errors)
    day = read.day("date", clock.today(access.current().timezone))
    amount = read.number("amount", "0", "9999999999999", 4, default=str(invoice.open_amount))
    method, note = read.choice("method", METHODS, METHODS[0]), read.text("note", 255)
    if not errors and (amount != round_money(amount, invoice.currency) or not 0 < amount <= invoice.open_amount):
        most = format_money(invoice.open_amount, invoice.currency)
        read.refuse("amount", _("More than nothing, and at most %(most)s.", most=most))
    if errors:
        raise RuleBroken(errors)
    payment = Payment(date=day, amount=amount, method=method, note=note)
    _put(invoice, payment)
    return payment


def remove(invoice: Invoice, payment: Payment) -> None:
    """Take a payment back; a paid invoice is billed again, by an administrator alone. Raises NotAllowed. Flushes."""
    if payment.method == CREDIT or (invoice.status == Status.PAID and not access.current().is_admin):
        raise NotAllowed
    invoice.payments.remove(payment)
    _sum(invoice)
    if invoice.status == Status.PAID:
        invoice.status = Status.BILLED
    db.session.flush()


def settle(invoice: Invoice) -> None:
    """Whatever is open has been paid today: the status said so."""
    if invoice.open_amount > 0:
        day = clock.today(access.current().timezone)
        invoice.payments.append(Payment(date=day, amount=invoice.open_amount, method=METHODS[-1], by_status=True))
        _sum(invoice)


def unsettle(invoice: Invoice) -> None:
    """Take back what `settle` has written."""
    invoice.payments = [payment for payment in invoice.payments if not payment.by_status]
    _sum(invoice)


def by_credit(invoice: Invoice, note: Invoice) -> None:
    """A credit note settles what is open of its invoice."""
    amount = min(invoice.open_amount, note.total)
    if invoice.status == Status.BILLED and amount > 0:
        _put(invoice, Payment(date=note.date, amount=amount, method=CREDIT))


def _put(invoice: Invoice, payment: Payment) -> None:
    invoice.payments.append(payment)
    _sum(invoice)
    if invoice.open_amount == 0:
        invoice.status = Status.PAID
    db.session.flush()


def _sum(invoice: Invoice) -> None:
    invoice.paid = sum((payment.amount for payment in invoice.payments), Decimal(0))

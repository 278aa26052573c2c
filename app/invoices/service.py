"""The verbs of invoices. Every door (page, REST, worker) comes through `save`, and so `check`."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from app.contacts.models import FISCAL
from app.core import access, clock
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.invoices import addresses, checks, lines, numbering, status
from app.invoices.models import Invoice, InvoiceLine, Kind, Status

LINKS = ("client_id", "consignee_id", "opportunity_id")
PLAIN = (*LINKS, "kind", "number", "date", "due_date", "language", "currency", "order_number")
TEXTS = ("terms", "notes", "billing", "delivery")
MOST = 10**13  # what the columns of amounts hold


def save(data: dict[str, Any], invoice: Invoice | None = None) -> Invoice:
    """Make a draft, or change one by the keys present in `data`; a `status` there is moved to afterwards (INV-02…06).

    Keys: number (where numbers are typed), client, consignee, opportunity, billing, delivery, date, due_date or
    due_days, language, currency, order_number, terms, notes, lines (each item, name, description, quantity, price,
    discount, taxes), status, version. Raises RuleBroken, AlreadyTaken, Conflict, NotAllowed. Flushes, does not commit.
    """
    data, to = dict(data), data.get("status")
    data.pop("status", None)
    if invoice is not None:
        lock(invoice, data.pop("version", None))
        if data and invoice.status != Status.DRAFT:
            raise RuleBroken({"": _("Only a draft can be changed. Take the invoice back to draft first.")})
    if data or invoice is None:
        invoice = _written(data, invoice)
    if to:
        status.move(invoice, str(to))
    return invoice


def lock(invoice: Invoice, version: int | None = None) -> None:
    """Nobody else changes the invoice until the end of the transaction. Raises Conflict when somebody has already."""
    db.session.refresh(invoice, with_for_update={"of": Invoice})
    if version not in (None, invoice.version):
        raise Conflict


def _written(data: dict[str, Any], invoice: Invoice | None) -> Invoice:
    clean = checks.check(data, invoice)
    typed = _typed_number(clean, invoice)
    if invoice is None:
        invoice = Invoice()
        db.session.add(invoice)
    for key in (*PLAIN, *TEXTS):
        if key in clean:
            setattr(invoice, key, clean[key])
    _count(invoice, clean.get("lines"))
    invoice.index_words()
    db.session.flush()
    if typed:
        numbering.keep(invoice)
    return invoice


def _typed_number(clean: dict[str, Any], invoice: Invoice | None) -> bool:
    """Whether a number was typed by hand. It is nobody else's; where numbers come by themselves none is typed
    (INV-01)."""
    present = invoice.number if invoice is not None else None
    typed = clean.get("number", present)
    if typed == present:
        return False
    if numbering.number_format().automatic:
        raise RuleBroken({"number": _("Numbers are given by themselves, when an invoice is billed.")})
    if typed:
        numbering.claim(typed, invoice)
    return True


def _count(invoice: Invoice, rows: list[dict[str, Any]] | None) -> None:
    """Write lines and all amounts; without new lines the present ones are counted again (the currency may differ)."""
    rows = [lines.row_of(line) for line in invoice.lines] if rows is None else rows
    sums = lines.amounts(rows, invoice.currency)
    if abs(sums.total) >= MOST or any(abs(net) >= MOST for net in sums.nets):
        raise RuleBroken({"lines": _("These amounts are too large.")})
    numbered = enumerate(zip(rows, sums.nets, strict=True))
    fresh = [InvoiceLine(position=n, net=net, **row) for n, (row, net) in numbered]
    if [_kept(line) for line in fresh] != [_kept(line) for line in invoice.lines]:
        invoice.lines = fresh
    invoice.net, invoice.tax, invoice.total = sums.net, sums.tax, sums.total
    invoice.taxes = lines.tax_rows(sums.taxes)


def _kept(line: InvoiceLine) -> tuple[Any, ...]:
    return (line.position, line.net, *lines.row_of(line).values())


def may_delete(invoice: Invoice) -> bool:
    """Drafts without a number: who made it and administrators; what has a number: administrators (INV-07)."""
    actor = access.current()
    fresh = invoice.status == Status.DRAFT and not invoice.number
    return actor.is_admin or (fresh and invoice.created_by == actor.user_id)


def delete(invoice: Invoice) -> None:
    """Move to the bin; its number stays taken. Raises NotAllowed."""
    lock(invoice)
    if not may_delete(invoice):
        raise NotAllowed
    invoice.deleted_at, invoice.deleted_by = clock.now(), access.current().user_id
    db.session.flush()


def duplicate(invoice: Invoice, day: dt.date | None = None) -> Invoice:
    """A new draft with the same lines, of today (or of `day`), due after as many days (INV-07). Flushes."""
    day = day or clock.today(access.current().timezone)
    return _copy(invoice, kind=invoice.kind, date=day, due_date=day + (invoice.due_date - invoice.date))


def credit(invoice: Invoice) -> Invoice:
    """A draft of the credit note that takes a billed or paid invoice back, all of it or what one leaves in it
    (INV-10). Raises RuleBroken."""
    if invoice.kind != Kind.INVOICE or invoice.status not in (Status.BILLED, Status.PAID):
        raise RuleBroken({"": _("Only a billed invoice can be credited.")})
    day = clock.today(access.current().timezone)
    note = _copy(invoice, kind=Kind.CREDIT_NOTE, date=day, due_date=day)
    note.credits_id = invoice.id
    db.session.flush()
    return note


def _copy(invoice: Invoice, **values: Any) -> Invoice:
    keys = (*LINKS, "language", "currency", "order_number", *TEXTS)
    other = Invoice(**{key: getattr(invoice, key) for key in keys}, **values)
    db.session.add(other)
    _count(other, [lines.row_of(line) for line in invoice.lines])
    other.index_words()
    db.session.flush()
    return other


def latest(where: ColumnElement[bool], limit: int) -> list[Invoice]:
    """The invoices that the actor sees, of one client or opportunity, the latest first."""
    mine = select(Invoice).where(where).order_by(Invoice.date.desc(), Invoice.id.desc())
    return list(db.session.scalars(mine.limit(limit)))


def last_billing(client_id: int) -> addresses.Words:
    """What the client's last invoice said for the tax office, to start the next one with."""
    found = latest(Invoice.client_id == client_id, 1)
    billing = found[0].billing if found else {}
    return {key: billing[key] for key in FISCAL if billing.get(key)}

"""Sending an invoice by mail with its PDF (INV-07). What is to be sent is a row; a worker makes the PDF and the mail.

The status moves once, with the row; the PDF, the mail and the row's end are one transaction, so a killed worker leaves
nothing behind and the sweep begins anew.
"""

import io
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.core import clock, storage
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.jobs import RunState, later
from app.core.links import absolute
from app.core.people import User
from app.invoices import addresses, document, status
from app.invoices.models import Invoice, Kind, Sending, Status
from app.invoices.reading import Errors, Reader
from app.mailing import message
from app.mailing import service as mailing

AT_ONCE = 100
NUMBER = "{number}"  # stands in a draft's letter for the number that it gets when it is sent
LONGEST_TEXT = 20_000


def letter(invoice: Invoice, which: str = "") -> tuple[str, str]:
    """Subject and text of the mail, by the template in the invoice's language; `which` is "remind" for a reminder."""
    write, words = document.writer(invoice), document.words_of(invoice)
    kind = words[invoice.kind]
    values = {
        "kind": kind,
        "kind_low": kind[:1].lower() + kind[1:],
        "number": invoice.number or NUMBER,
        "firm": document.card_of(invoice).get("name") or "",
        "date": write.day(invoice.date),
        "due": write.day(invoice.due_date),
        "total": write.money(invoice.total),
        "open": write.money(invoice.open_amount),
        "notes": f"{invoice.notes}\n\n" if invoice.notes else "",
    }
    text = words[which or ("letter" if invoice.kind == Kind.INVOICE else "credit_letter")].format_map(values)
    link = absolute(f"/i/{invoice.link}") if invoice.link else ""
    text += f"\n\n{words['see'].format(link=link)}" if link else ""
    return words["remind_subject" if which else "subject"].format_map(values), text


def send(invoice: Invoice, data: dict[str, Any]) -> Sending:
    """Send a locked invoice: to (by default the client's address), subject, text (by default the template's).

    A draft is billed by it. Raises RuleBroken; flushes.
    """
    if invoice.status == Status.REJECTED:
        raise RuleBroken({"": _("A rejected invoice is not sent.")})
    errors: Errors = {}
    read = Reader({"to": addresses.email_of(invoice.client), **{k: v for k, v in data.items() if v}}, errors)
    to = _address(read)
    subject, text = read.text("subject", message.LONGEST_SUBJECT), read.text("text", LONGEST_TEXT)
    if errors:
        raise RuleBroken(errors)
    if invoice.status == Status.DRAFT:
        status.move(invoice, Status.BILLED)
    own_subject, own_text = letter(invoice)
    number = invoice.number or ""
    return put(
        invoice, to, (subject or own_subject).replace(NUMBER, number), (text or own_text).replace(NUMBER, number)
    )


def _address(read: Reader) -> str:
    typed = read.text("to", message.LONGEST_ADDRESS, required=True) or ""
    try:
        return message.address(typed) if typed else ""
    except ValueError:
        read.refuse("to", _("“%(text)s” is not an email address.", text=typed[:60]))
        return ""


def put(invoice: Invoice, to: str, subject: str, text: str, is_reminder: bool = False) -> Sending:
    """Write what is to be sent, and tell a worker after the commit."""
    row = Sending(invoice_id=invoice.id, recipient=to, subject=subject, text=text, is_reminder=is_reminder)
    db.session.add(row)
    db.session.flush()
    later("invoices.send", row)
    return row


def deliver(sending_id: int, pdf: Callable[[Invoice], bytes]) -> bool:
    """Make the PDF and queue the mail; False when that was done already. The caller commits."""
    mine = update(Sending).where(Sending.id == sending_id, Sending.state == RunState.QUEUED)
    if not db.session.execute(mine.values(state=RunState.DONE)).rowcount:  # type: ignore[attr-defined]
        return False
    row = db.session.get_one(Sending, sending_id)
    invoice = row.invoice
    mail = mailing.queue(
        row.recipient,
        row.subject,
        row.text,
        language=invoice.language,
        writer=_writer(row, invoice),
        attachments=[_attached(invoice, pdf(invoice))],
    )
    mail.created_by, row.mail_id = row.created_by, mail.id
    invoice.sent_at = clock.now()
    db.session.flush()
    return True


def _attached(invoice: Invoice, content: bytes) -> dict[str, str]:
    key, _size = storage.put(io.BytesIO(content), "invoices")
    return {"name": document.file_name(invoice), "key": key, "type": "application/pdf"}


def _writer(row: Sending, invoice: Invoice) -> mailing.Writer | None:
    """The mail comes from the firm; answers go to who sent it, else to the firm."""
    card, user = document.card_of(invoice), db.session.get(User, row.created_by) if row.created_by else None
    email = user.email if user else card.get("email")
    return mailing.Writer(card.get("name") or (user.get_full_name() if user else ""), email) if email else None


def waiting() -> list[int]:
    """What was put to be sent and whose message may be lost."""
    queued = select(Sending.id).where(Sending.state == RunState.QUEUED).order_by(Sending.id)
    return list(db.session.scalars(queued.limit(AT_ONCE)))


def sent(invoice: Invoice) -> list[Sending]:
    """What was sent of an invoice, the latest first."""
    mine = select(Sending).where(Sending.invoice_id == invoice.id).order_by(Sending.id.desc())
    return list(db.session.scalars(mine.limit(20)))

"""The client's link (INV-10): whoever has it sees one billed invoice, until it is taken back."""

import secrets

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.db import db
from app.core.errors import RuleBroken
from app.invoices.models import Invoice, Status

BYTES = 32
SHOWN = (Status.BILLED, Status.PAID)


def make(invoice: Invoice) -> str:
    """The secret part of the link, made where there is none. Raises RuleBroken for what isn't billed. Flushes."""
    if invoice.status not in SHOWN:
        raise RuleBroken({"": _("Only a billed invoice has a link for its client.")})
    invoice.link = invoice.link or secrets.token_urlsafe(BYTES)
    db.session.flush()
    return invoice.link


def revoke(invoice: Invoice) -> None:
    """The link that was given away shows nothing any more. Flushes."""
    invoice.link = None
    db.session.flush()


def found(token: str) -> Invoice | None:
    """The invoice of a link, for an actor who sees it; None for what is no link, and while it is no billed one."""
    if len(token) > 64:
        return None
    mine = select(Invoice).where(Invoice.link == token, Invoice.status.in_(SHOWN), Invoice.deleted_at.is_(None))
    return db.session.scalar(mine)

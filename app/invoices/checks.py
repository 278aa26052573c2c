"""The rules of an invoice: what comes from outside, made clean or refused with a sentence on its field."""

import datetime as dt
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.contacts.models import FISCAL, Contact
from app.core import access, clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.money import currency_codes
from app.invoices import addresses, lines
from app.invoices.models import Invoice, Kind
from app.invoices.profile import profile
from app.invoices.reading import Errors, Reader, identity
from app.opportunities.models import Opportunity
from app.settings.values import DEFAULT_CURRENCY

LANGUAGES = ("it", "en", "fr", "de", "es")
LIMITS = {"number": 60, "order_number": 80, "terms": 5000, "notes": 5000}
LATEST_DUE = 3650


def check(data: dict[str, Any], invoice: Invoice | None = None) -> dict[str, Any]:
    """Clean values for the columns, for the keys in `data` alone (all of them when new), and `lines` as rows.

    Raises RuleBroken with every reason at once, by field.
    """
    errors: Errors = {}
    read = Reader(data, errors)
    clean: dict[str, Any] = _start(data) if invoice is None else {}
    clean |= {key: read.text(key, limit) for key, limit in LIMITS.items() if key in data}
    _people(data, clean, invoice, read)
    _days(data, clean, invoice, read)
    if "language" in data:
        clean["language"] = read.choice("language", LANGUAGES, LANGUAGES[0])
    if "currency" in data:
        clean["currency"] = read.choice("currency", currency_codes(), DEFAULT_CURRENCY)
    if "lines" in data:
        clean["lines"] = lines.check(data["lines"], errors)
    if errors:
        raise RuleBroken(errors)
    return clean


def _start(data: dict[str, Any]) -> dict[str, Any]:
    """What a new invoice has before anything is said."""
    return {
        "kind": Kind.INVOICE,
        "language": readers_language(),
        "currency": DEFAULT_CURRENCY,
        "terms": profile().terms,
        "lines": [],
    }


def readers_language() -> str:
    """The reader's language, where invoices may be written in it."""
    language = str(get_locale() or "")[:2]
    return language if language in LANGUAGES else LANGUAGES[0]


def _people(data: dict[str, Any], clean: dict[str, Any], invoice: Invoice | None, read: Reader) -> None:
    client = None
    if invoice is None or "client" in data:
        client = contact_seen(data.get("client"))
        if client is None:
            read.refuse("client", _("Choose a client.") if not data.get("client") else _("There is no such contact."))
        else:
            clean["client_id"] = client.id
    if "consignee" in data:
        clean["consignee_id"] = _consignee(data["consignee"], read)
    if "opportunity" in data:
        clean["opportunity_id"] = _opportunity(data["opportunity"], read)
    moved = client is not None and (invoice is None or client.id != invoice.client_id)
    if data.get("billing"):
        clean["billing"] = addresses.read(data["billing"], _in(read, "billing"), FISCAL)
    elif client is not None and moved:
        clean["billing"] = {key: text for key, text in addresses.of(client).items() if text}
    if "billing" in clean and not clean["billing"].get("name"):
        read.refuse("billing", _("The billing address needs a name."))
    if "delivery" in data:
        clean["delivery"] = addresses.read(data["delivery"], _in(read, "delivery"))


def _in(read: Reader, place: str) -> Reader:
    return Reader(read.data, read.errors, place)


def _consignee(wanted: Any, read: Reader) -> int | None:
    if wanted in (None, "", 0):
        return None
    found = contact_seen(wanted)
    if found is None:
        read.refuse("consignee", _("There is no such contact."))
    return found.id if found is not None else None


def _opportunity(wanted: Any, read: Reader) -> int | None:
    if wanted in (None, "", 0):
        return None
    found = db.session.scalar(select(Opportunity.id).where(Opportunity.id == (identity(wanted) or 0)))
    if found is None:
        read.refuse("opportunity", _("There is no such opportunity."))
    return found


def contact_seen(wanted: Any) -> Contact | None:
    """The contact with this id; None for a missing and for a hidden one alike (ACC-06)."""
    found = identity(wanted)
    if found is None:
        return None
    return db.session.scalar(select(Contact).where(Contact.id == found).options(lazyload(Contact.owner)))


def _days(data: dict[str, Any], clean: dict[str, Any], invoice: Invoice | None, read: Reader) -> None:
    """Date and due date (INV-03); `due_days` counts from the date, 0 is on receipt."""
    today = clock.today(access.current().timezone)
    day = invoice.date if invoice is not None else today
    if invoice is None or "date" in data:
        day = clean["date"] = read.day("date", today) or today
    due = read.day("due_date") if "due_date" in data else None
    if due is None and data.get("due_days") not in (None, ""):
        due = day + dt.timedelta(days=int(read.number("due_days", "0", str(LATEST_DUE), 0)))
    if due is None and invoice is not None:
        due = max(invoice.due_date, day)
    clean["due_date"] = due or day
    if clean["due_date"] < day:
        read.refuse("due_date", _("An invoice can't be due before its date."))

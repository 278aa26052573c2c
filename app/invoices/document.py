"""An invoice as its client reads it: every amount as stored, written in the invoice's language (INV-03, INV-08)."""

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

import segno.helpers
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from app.core import storage
from app.core.money import format_money, minor_digits
from app.invoices import addresses
from app.invoices.models import Invoice, InvoiceLine, Kind, Status
from app.invoices.profile import profile
from app.invoices.words import WORDS

# English invoices are written as in Europe: 24/11/2026.
LOCALES = {"en": "en_GB"}
LONGEST_EPC_NAME = 70
LARGEST_EPC = Decimal("999999999.99")


class Writer(NamedTuple):
    """Writes days, numbers and amounts of one invoice."""

    locale: str
    currency: str

    def day(self, day: dt.date) -> str:
        """24/11/2026, 24.11.2026: the short form with the whole year."""
        pattern = str(Locale.parse(self.locale).date_formats["short"].pattern).replace("yyyy", "y")
        return format_date(day, pattern.replace("yy", "y"), locale=self.locale)

    def number(self, number: Decimal) -> str:
        """As short as it can be said."""
        return format_decimal(number.normalize(), format="#,##0.######", locale=self.locale)

    def price(self, price: Decimal) -> str:
        """With the minor digits of the currency, and more where it has more."""
        least = "0" * minor_digits(self.currency)
        return format_decimal(price, format=f"#,##0.{least}{'#' * (6 - len(least))}", locale=self.locale)

    def money(self, amount: Decimal) -> str:
        """With its currency."""
        return format_money(amount, self.currency, self.locale)


def writer(invoice: Invoice) -> Writer:
    """The writer of an invoice's language and currency."""
    return Writer(LOCALES.get(invoice.language, invoice.language), invoice.currency)


def card_of(invoice: Invoice) -> dict[str, Any]:
    """The organization: of the day it was billed, or as it is now for what isn't billed."""
    return invoice.profile if invoice.profile is not None else dict(profile().card)


def words_of(invoice: Invoice) -> dict[str, str]:
    """The words of the invoice's language."""
    return WORDS[invoice.language]


def file_name(invoice: Invoice, ending: str = "pdf") -> str:
    """What the file is called: `Fattura-INV0000001.pdf`; nothing in it that a file system minds."""
    kind = words_of(invoice)[invoice.kind].replace(" ", "-")
    number = "".join(c if c.isalnum() or c in "-_." else "-" for c in invoice.number or f"draft-{invoice.id}")
    return f"{kind}-{number}.{ending}"


def content(invoice: Invoice) -> dict[str, Any]:
    """All that the template shows, in words."""
    write, words, card = writer(invoice), words_of(invoice), card_of(invoice)
    return {
        "invoice": invoice,
        "words": words,
        "title": words[invoice.kind],
        "is_draft": invoice.status == Status.DRAFT,
        "firm": {**card, "lines": [line for line in addresses.lines(card) if line]},
        "logo": _logo(card),
        "to": [line for line in addresses.lines(invoice.billing) if line],
        "delivery": delivery(invoice),
        "date": write.day(invoice.date),
        "due": write.day(invoice.due_date) if invoice.kind == Kind.INVOICE else "",
        "lines": [_line(line, write) for line in invoice.lines],
        "sums": sums(invoice, write),
        "credits": invoice.credits.number if invoice.credits else "",
        "qr": payment_code(invoice, card),
    }


def delivery(invoice: Invoice) -> list[str]:
    """Where the goods go, where that is not the client's billing address (INV-02)."""
    words = dict(invoice.delivery)
    if invoice.consignee is not None:
        words.setdefault("name", invoice.consignee.full_name)
    return [line for line in addresses.lines(words) if line]


def _line(line: InvoiceLine, write: Writer) -> dict[str, Any]:
    rates = [f"{tax['name']}" for tax in line.taxes]
    return {
        "name": line.name,
        "description": line.description or "",
        "quantity": write.number(line.quantity),
        "price": write.price(line.price),
        "discount": f"{write.number(line.discount)} %" if line.discount else "",
        "taxes": ", ".join(rates),
        "net": write.money(line.net),
    }


def sums(invoice: Invoice, write: Writer) -> list[tuple[str, str]]:
    """Net, each tax, total, and what is open where a part was paid; (label, amount)."""
    words = words_of(invoice)
    rows = [(words["net"], write.money(invoice.net))]
    for tax in invoice.taxes:
        rate = write.number(Decimal(tax["percent"]))
        rows.append((f"{tax['name']} {rate} %", write.money(Decimal(tax["amount"]))))
    rows.append((words["total"], write.money(invoice.total)))
    if invoice.status == Status.BILLED and invoice.paid:
        rows += [(words["paid"], write.money(invoice.paid)), (words["open"], write.money(invoice.open_amount))]
    return rows


def _logo(card: dict[str, Any]) -> str:
    """The logo as a data URI, so that nothing is fetched while the document is made; "" where there is none."""
    if not card.get("logo"):
        return ""
    from base64 import b64encode

    with storage.open_stored(card["logo"]) as file:
        return f"data:{card['logo_type']};base64,{b64encode(file.read()).decode()}"


def payment_code(invoice: Invoice, card: dict[str, Any]) -> str:
    """The EPC QR code (EPC069-12) of what is open, as a data URI; "" where it makes no sense: it is for euro, an IBAN
    and an amount to be paid."""
    payable = invoice.kind == Kind.INVOICE and invoice.status == Status.BILLED and invoice.currency == "EUR"
    if not (payable and card.get("iban") and card.get("name") and 0 < invoice.open_amount <= LARGEST_EPC):
        return ""
    code = segno.helpers.make_epc_qr(
        name=card["name"][:LONGEST_EPC_NAME],
        iban=card["iban"],
        amount=invoice.open_amount,
        text=invoice.number or "",
        bic=card.get("bic"),
    )
    return str(code.png_data_uri(scale=4, border=2))

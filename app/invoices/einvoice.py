"""The invoice for machines: EN 16931 as CII XML, alone or within the PDF (Factur-X), by the factur-x library, which
checks it against the official schema it brings along (INV-10). Amounts are those that are stored.

Not in it: lines with two taxes (the norm has one VAT rate a line), and the Schematron rules, which need a Saxon server.
"""

from decimal import Decimal
from typing import Any

import facturx
from flask_babel import gettext as _

from app.core.errors import RuleBroken
from app.core.money import plain
from app.invoices import addresses, document
from app.invoices.models import Invoice, InvoiceLine, Kind, Status
from app.invoices.reading import number

INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001
CREDIT_TRANSFER = "30"  # UNTDID 4461
PIECE = "C62"  # UN/ECE Recommendation 20: one
LEVEL = "en16931"
# Categories of UNTDID 5305 for the reasons (Natura) why nothing is charged; others are exempt.
CATEGORIES = {"N2": "O", "N3.1": "G", "N3.2": "K", "N6": "AE"}


def check(invoice: Invoice, *buyer: str) -> dict[str, Any]:
    """The organization's card, where all that every e-invoice needs is there; raises RuleBroken with what is not."""
    card = document.card_of(invoice)
    if invoice.status not in (Status.BILLED, Status.PAID):
        raise RuleBroken({"": _("Only a billed invoice becomes an e-invoice.")})
    if missing := addresses.needs(card, "name", "street", "zip", "city", "country", "vat_number"):
        raise RuleBroken({"": _("The organization profile lacks: %(what)s.", what=", ".join(missing))})
    if missing := addresses.needs(invoice.billing, "name", "country", *buyer):
        raise RuleBroken({"": _("The billing address lacks: %(what)s.", what=", ".join(missing))})
    for party in (card, invoice.billing):
        if addresses.country_code(party.get("country")) is None:
            raise RuleBroken({"": _("“%(name)s” is no country that we know.", name=party.get("country"))})
    if any(len(line.taxes) != 1 for line in invoice.lines):
        raise RuleBroken({"": _("An e-invoice has exactly one tax on each line.")})
    return card


def xml(invoice: Invoice) -> bytes:
    """The CII XML, valid by its schema. Raises RuleBroken where something that the norm needs is missing."""
    card = check(invoice)
    content = facturx.generate_xml(_data(invoice, card), level=LEVEL, check_xsd=True, check_schematron=False)
    return bytes(content)


def hybrid(invoice: Invoice, pdf: bytes) -> bytes:
    """The PDF with the XML within (Factur-X, ZUGFeRD). It says that it is PDF/A-3; its fonts are embedded, but nobody
    has certified it."""
    made = facturx.generate_from_binary(pdf, xml(invoice), flavor="factur-x", level=LEVEL, check_xsd=False,
                                        check_schematron=False, lang=invoice.language)  # fmt: skip
    return bytes(made)


def _data(invoice: Invoice, card: dict[str, Any]) -> dict[str, Any]:
    is_credit, money = invoice.kind == Kind.CREDIT_NOTE, invoice.currency
    data = {
        "BT-1": invoice.number,
        "BT-2": invoice.date,
        "BT-3": CREDIT_NOTE if is_credit else INVOICE,
        "BT-5": money,
        "BT-9": invoice.due_date,
        "BT-13": invoice.order_number,
        "BT-20": invoice.terms,
        "BT-106": plain(invoice.net, money),
        "BT-109": plain(invoice.net, money),
        "BT-110": plain(invoice.tax, money),
        "BT-112": plain(invoice.total, money),
        "BT-113": plain(invoice.paid, money),
        "BT-115": plain(invoice.open_amount, money),
        "BG-4": _party(card),
        "BG-7": _party(invoice.billing),
        "BG-13": _deliver_to(invoice),
        "BG-23": _breakdown(invoice),
        "BG-25": [_line(line, n, money) for n, line in enumerate(invoice.lines, 1)],
    }
    if invoice.notes:
        data["BG-1"] = [{"BT-22": invoice.notes}]
    if card.get("iban") and not is_credit:
        data |= {"BT-81": CREDIT_TRANSFER, "BT-83": invoice.number, "BT-84": card["iban"], "BT-85": card["name"]}
    if is_credit and invoice.credits is not None:
        data["BG-3"] = [{"BT-25": invoice.credits.number, "BT-26": invoice.credits.date}]
    return {key: value for key, value in data.items() if value not in (None, "")}


def vat_identifier(party: dict[str, Any]) -> str:
    """A VAT number with its country in front; "" where there is none."""
    typed, code = party.get("vat_number") or "", addresses.country_code(party.get("country")) or ""
    prefix = "EL" if code == "GR" else code
    return typed if not typed or typed[:2].isalpha() else f"{prefix}{typed}"


def _party(party: dict[str, Any]) -> dict[str, Any]:
    values = {
        "name": party.get("name"),
        "addr_l1": party.get("street"),
        "postcode": party.get("zip"),
        "city": party.get("city"),
        "country_subdivision": party.get("state"),
        "country_code": addresses.country_code(party.get("country")),
        "vat_identifier": vat_identifier(party),
    }
    return {key: value for key, value in values.items() if value}


def _deliver_to(invoice: Invoice) -> dict[str, Any]:
    """Where the goods go; the buyer where nothing else is said."""
    delivery = {**invoice.delivery, "country": invoice.delivery.get("country") or invoice.billing.get("country")}
    place = _party(delivery if len(delivery) > 1 else invoice.billing)
    place.pop("vat_identifier", None)
    return place


def category(tax: dict[str, Any]) -> str:
    """The VAT category of a line's tax."""
    if Decimal(tax["rate"]):
        return "S"
    reason = tax.get("exemption") or ""
    return next((c for start, c in CATEGORIES.items() if reason.startswith(start)), "E" if reason else "Z")


def _breakdown(invoice: Invoice) -> list[dict[str, Any]]:
    """Stored sums of each rate. A rate of zero is one sum here: its first line says why nothing is charged."""
    rows = []
    for tax in invoice.taxes:
        line_tax = next(
            t for line in invoice.lines for t in line.taxes if Decimal(t["rate"]) == Decimal(tax["percent"])
        )
        row = {
            "BT-116": plain(Decimal(tax["base"]), invoice.currency),
            "BT-117": plain(Decimal(tax["amount"]), invoice.currency),
            "BT-118": category(line_tax),
            "BT-119": tax["percent"],
        }
        rows.append(row | ({"BT-120": line_tax["name"]} if row["BT-118"] not in ("S", "Z") else {}))
    return rows


def _line(line: InvoiceLine, n: int, currency: str) -> dict[str, Any]:
    """The net price is what the net is of one piece; a discount is an allowance of the line."""
    (tax,) = line.taxes
    data = {
        "BT-126": str(n),
        "BT-129": number(line.quantity),
        "BT-130": PIECE,
        "BT-131": plain(line.net, currency),
        "BT-146": number(line.price),
        "BT-151": category(tax),
        "BT-152": tax["rate"],
        "BT-153": line.name,
        "BT-154": line.description,
    }
    if line.discount:
        gross = line.quantity * line.price
        amount = plain(gross - line.net, currency)
        data["BG-27"] = [{"amount": amount, "rate": number(line.discount), "reason_code": "95"}]
    return {key: value for key, value in data.items() if value not in (None, "")}

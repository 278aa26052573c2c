"""FatturaPA, the Italian e-invoice (format 1.2, FPR12 and FPA12), by the a38 library and its validation (INV-10).

Not in it: withholding tax, stamp duty, pension funds, attachments, signature; lines with two taxes; other letters than
Latin ones; currencies with other than two digits. It is not sent to the SDI: one uploads it, or has it sent.
"""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

from a38 import fattura
from a38.validation import Validation
from flask_babel import gettext as _

from app.core.errors import RuleBroken
from app.core.money import minor_digits
from app.invoices import addresses, einvoice
from app.invoices.models import Invoice, InvoiceLine, Kind

NOT_LATIN = re.compile("[^\u0000-\u00ff]")
QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "€": "EUR", "·": "-"})
ABROAD, NO_CODE = "XXXXXXX", "0000000"
LONGEST_NUMBER = 20
PIECE = "NR"
PA_CODE = 6  # letters of an office of the public administration


def xml(invoice: Invoice) -> bytes:
    """The file. Raises RuleBroken with all that is missing or that the format can't say."""
    card = einvoice.check(invoice, "street", "zip", "city")
    _refuse(invoice)
    code = _recipient(invoice)
    is_pa = len(code) == PA_CODE
    document = fattura.FatturaPA12() if is_pa else fattura.FatturaPrivati12()
    header = document.fattura_elettronica_header
    seller = _tax_id(card)
    header.dati_trasmissione.update(
        fattura.IdTrasmittente(**seller), progressivo_invio=f"{invoice.id:05d}"[-10:],
        formato_trasmissione="FPA12" if is_pa else "FPR12", codice_destinatario=code,
        pec_destinatario=invoice.billing.get("pec") if code == NO_CODE else None,
    )  # fmt: skip
    _seller(header.cedente_prestatore, card, seller)
    _buyer(header.cessionario_committente, invoice)
    _body(document.fattura_elettronica_body[0], invoice, card)
    return _written(document)


def file_name(invoice: Invoice) -> str:
    """ITnnnnnnnnnnn_00001.xml, as the SDI wants it."""
    seller = _tax_id(invoice.profile or {})
    return f"{seller['id_paese']}{seller['id_codice']}_{invoice.id:05d}.xml"


def _refuse(invoice: Invoice) -> None:
    reasons = []
    if len(invoice.number or "") > LONGEST_NUMBER:
        reasons.append(_("A FatturaPA's number has at most %(n)s characters.", n=LONGEST_NUMBER))
    if minor_digits(invoice.currency) != 2:
        reasons.append(_("A FatturaPA has amounts of two digits."))
    if not (invoice.billing.get("vat_number") or invoice.billing.get("tax_code")):
        reasons.append(_("The billing address lacks a VAT number or a tax code."))
    if any(not Decimal(tax["rate"]) and not tax.get("exemption") for line in invoice.lines for tax in line.taxes):
        reasons.append(_("A tax of zero needs its reason (Natura)."))
    if reasons:
        raise RuleBroken({"": reasons})


def _latin(text: Any, limit: int) -> str:
    """A text that the format can hold. Raises RuleBroken."""
    shown = " ".join(str(text or "").translate(QUOTES).split())[:limit]
    if bad := NOT_LATIN.search(shown):
        raise RuleBroken({"": _("A FatturaPA has Latin letters only, not “%(letter)s”.", letter=bad[0])})
    return shown


def _tax_id(party: dict[str, Any]) -> dict[str, str]:
    whole = einvoice.vat_identifier(party)
    return {"id_paese": whole[:2].replace("EL", "GR"), "id_codice": whole[2:]}


def _recipient(invoice: Invoice) -> str:
    if addresses.country_code(invoice.billing.get("country")) != "IT":
        return ABROAD
    return str(invoice.billing.get("recipient_code") or NO_CODE).upper()


def _place(party: dict[str, Any]) -> dict[str, Any]:
    code, postal, state = addresses.country_code(party.get("country")), party.get("zip") or "", party.get("state") or ""
    at_home = code == "IT"
    place = {"indirizzo": _latin(party.get("street"), 60), "comune": _latin(party.get("city"), 60), "nazione": code}
    place["cap"] = postal if at_home and re.fullmatch(r"\d{5}", postal) else "00000"
    return place | ({"provincia": state.upper()} if at_home and re.fullmatch("[A-Za-z]{2}", state) else {})


def _seller(party: Any, card: dict[str, Any], tax_id: dict[str, str]) -> None:
    party.dati_anagrafici.id_fiscale_iva.update(**tax_id)
    party.dati_anagrafici.codice_fiscale = card.get("tax_code")
    party.dati_anagrafici.anagrafica.denominazione = _latin(card["name"], 80)
    party.dati_anagrafici.regime_fiscale = card.get("tax_regime") or "RF01"
    party.sede.update(**_place(card))


def _buyer(party: Any, invoice: Invoice) -> None:
    billing = invoice.billing
    if billing.get("vat_number"):
        party.dati_anagrafici.id_fiscale_iva.update(**_tax_id(billing))
    party.dati_anagrafici.codice_fiscale = (billing.get("tax_code") or "").upper() or None
    party.dati_anagrafici.anagrafica.denominazione = _latin(billing["name"], 80)
    party.sede.update(**_place(billing))


def _body(body: Any, invoice: Invoice, card: dict[str, Any]) -> None:
    general = body.dati_generali.dati_generali_documento
    general.update(
        tipo_documento="TD04" if invoice.kind == Kind.CREDIT_NOTE else "TD01", divisa=invoice.currency,
        data=invoice.date, numero=_latin(invoice.number, LONGEST_NUMBER), importo_totale_documento=invoice.total,
    )  # fmt: skip
    if invoice.notes:
        general.causale = [_latin(invoice.notes, 200)]
    if invoice.order_number:
        body.dati_generali.dati_ordine_acquisto.append({"id_documento": _latin(invoice.order_number, LONGEST_NUMBER)})
    if invoice.credits is not None:
        credited = {"id_documento": invoice.credits.number, "data": invoice.credits.date}
        body.dati_generali.dati_fatture_collegate.append(credited)
    for n, line in enumerate(invoice.lines, 1):
        body.dati_beni_servizi.dettaglio_linee.append(_line(line, n))
    for tax in invoice.taxes:
        body.dati_beni_servizi.dati_riepilogo.append(_sum(tax, invoice))
    if card.get("iban") and invoice.kind == Kind.INVOICE:
        body.dati_pagamento.append({"condizioni_pagamento": "TP02", "dettaglio_pagamento": [_payment(invoice, card)]})


def _line(line: InvoiceLine, n: int) -> dict[str, Any]:
    """A negative quantity is written as a negative price: the format knows no other."""
    (tax,) = line.taxes
    sign = -1 if line.quantity < 0 else 1
    data = {
        "numero_linea": n,
        "descrizione": _latin(f"{line.name} {line.description or ''}", 1000),
        "quantita": abs(line.quantity),
        "unita_misura": PIECE,
        "prezzo_unitario": line.price * sign,
        "prezzo_totale": line.net,
        "aliquota_iva": Decimal(tax["rate"]),
    }
    if line.discount:
        data["sconto_maggiorazione"] = [{"tipo": "SC", "percentuale": line.discount}]
    return data | ({"natura": tax["exemption"]} if not Decimal(tax["rate"]) else {})


def _sum(tax: dict[str, str], invoice: Invoice) -> dict[str, Any]:
    rate = Decimal(tax["percent"])
    data = {"aliquota_iva": rate, "imponibile_importo": Decimal(tax["base"]), "imposta": Decimal(tax["amount"])}
    if rate:
        return data | {"esigibilita_iva": "I"}
    first = next(t for line in invoice.lines for t in line.taxes if not Decimal(t["rate"]))
    return data | {"natura": first["exemption"], "riferimento_normativo": _latin(first["name"], 100)}


def _payment(invoice: Invoice, card: dict[str, Any]) -> dict[str, Any]:
    bank = {"istituto_finanziario": _latin(card["bank"], 80)} if card.get("bank") else {}
    return {
        "modalita_pagamento": "MP05",
        "data_scadenza_pagamento": invoice.due_date,
        "importo_pagamento": invoice.total,
        "iban": card["iban"],
        **bank,
    }


def _written(document: Any) -> bytes:
    validation = Validation()
    document.validate(validation)
    # A client without a code and a certified address finds the invoice in the reserved area of the tax office.
    errors = [str(error) for error in validation.errors if error.code != "00426"]
    if errors:
        raise RuleBroken({"": errors[:10]})
    buffer = BytesIO()
    document.build_etree().write(buffer, encoding="utf-8", xml_declaration=True)
    return buffer.getvalue()

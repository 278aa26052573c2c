"""The invoice for machines: valid by the libraries' schema and rules, to the cent; where it can't be, it says why."""

import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import facturx
import pytest
from a38 import fattura
from a38.validation import Validation
from lxml import etree
from pypdf import PdfReader

from tests.factories import Maker
from tests.invoices.conftest import move, write

PROFILE = {"name": "Noi srl", "street": "Via A 1", "zip": "10121", "city": "Torino", "state": "TO"}
PROFILE |= {"country": "Italia", "vat_number": "00743110157", "iban": "IT60X0542811101000000123456"}
BUYER = {"name": "Bianchi S.p.A.", "street": "Via Po 1", "zip": "10124", "city": "Torino", "state": "TO"}
BUYER |= {"country": "Italia", "vat_number": "01234567897", "recipient_code": "ABC1234"}
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


SCHEMA = Path(__file__).parents[1] / "data" / "fatturapa" / "Schema_1.2.1.xsd"


def official() -> etree.XMLSchema:
    """The tax office's schema without the signature, whose own schema lies on the W3C's server."""
    text = re.sub(rb"<xs:import [^>]*/>|<xs:element ref=.ds:Signature.[^>]*/>", b"", SCHEMA.read_bytes())
    return etree.XMLSchema(etree.fromstring(text))


def billed(make: Maker, **keys: Any) -> int:
    """SPEC's example with an exempt line, billed."""
    make.page("marta").post("/settings/invoices/organization", PROFILE)
    rest, vat = make.rest("sergio"), make.tax("22")
    free = make.rest("marta").post("/api/v1/taxes/", {"name": "Esente art. 10", "rate": "0", "exemption": "N4"}).json
    lines = [
        {"name": "Ora", "quantity": "3", "price": "19.99", "discount": "10", "taxes": [vat]},
        {"name": "Libro", "price": "100.05", "taxes": [vat]},
        {"name": "Corso", "quantity": "2", "price": "50", "taxes": [free["id"]]},
    ]
    data = {"lines": lines, "billing": BUYER, "order_number": "PO-9", "notes": "Grazie", **keys}
    made = write(rest, make.contact(), **data)["id"]
    assert move(rest, made, "billed").status_code == 200
    return int(made)


def got(make: Maker, invoice: int, form: str, who: str = "sergio") -> Any:
    """The answer of the page."""
    return make.page(who).get(f"/invoices/einvoice/{invoice}/{form}")


def test_en16931(make: Maker) -> None:
    """INV-10: CII XML, valid by the official schema, with the stored amounts."""
    content = got(make, billed(make), "cii").data
    facturx.xml_check_xsd(content, flavor="factur-x", level="en16931")
    root = ElementTree.fromstring(content)
    for tag, amount in (("TaxTotalAmount", "33.88"), ("GrandTotalAmount", "287.90"), ("DuePayableAmount", "287.90")):
        assert root.find(f".//{RAM}{tag}").text == amount  # type: ignore[union-attr]
    assert [e.text for e in root.iter(f"{RAM}LineTotalAmount")] == ["53.97", "100.05", "100.00", "254.02"]


def test_hybrid_pdf(make: Maker) -> None:
    """INV-10: the PDF carries the XML."""
    content = got(make, billed(make), "facturx").data
    name, xml = facturx.get_xml_from_pdf(content)
    assert name == "factur-x.xml"
    facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert "INV0000001" in PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_fatturapa(make: Maker) -> None:
    """INV-10: valid by the official schema and the library's rules, with the stored amounts; a credit note is TD04."""
    invoice = billed(make)
    answer = got(make, invoice, "fatturapa")
    official().assertValid(etree.fromstring(answer.data))
    assert f"IT00743110157_{invoice:05d}.xml" in answer.headers["Content-Disposition"]
    read = fattura.auto_from_etree(ElementTree.fromstring(answer.data))
    validation = Validation()
    read.validate(validation)
    assert not validation.errors
    body = read.fattura_elettronica_body[0]
    assert str(body.dati_generali.dati_generali_documento.importo_totale_documento) == "287.90"
    sums = [(str(r.aliquota_iva), str(r.imposta), r.natura) for r in body.dati_beni_servizi.dati_riepilogo]
    assert sums == [("22.00", "33.88", None), ("0.00", "0.00", "N4")]
    note = make.rest("sergio").post(f"/api/v1/invoices/{invoice}/credit", {}).json["id"]
    move(make.rest("sergio"), note, "billed")
    content = got(make, note, "fatturapa").text
    official().assertValid(etree.fromstring(content.encode()))
    assert "<TipoDocumento>TD04</TipoDocumento>" in content
    assert "<DatiFattureCollegate><IdDocumento>INV0000001</IdDocumento>" in content


@pytest.mark.parametrize(
    ("keys", "form", "word"),
    [
        ({"billing": {"name": "Solo il nome"}}, "cii", "country"),
        ({"billing": {**BUYER, "country": "Atlantide"}}, "cii", "Atlantide"),
        ({"lines": [{"name": "x", "price": "1"}]}, "cii", "exactly one tax"),
        ({"billing": {**BUYER, "vat_number": "", "tax_code": ""}}, "fatturapa", "tax code"),
        ({"billing": {**BUYER, "name": "Παπάς"}}, "fatturapa", "Latin"),
        ({"currency": "KWD"}, "fatturapa", "two digits"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(make: Maker, keys: dict[str, Any], form: str, word: str) -> None:
    """INV-10: no half e-invoice: the page says what is missing."""
    page, invoice = make.page("sergio"), billed(make, **keys)
    answer = page.get(f"/invoices/einvoice/{invoice}/{form}")
    assert answer.status_code == 302
    assert word in page.get(answer.headers["Location"]).text


def test_not_for_drafts_nor_strangers(make: Maker) -> None:
    """INV-10, ACC-06."""
    hidden = write(make.rest("sergio"), make.contact(private=True))["id"]
    assert got(make, hidden, "cii").status_code == 302
    assert got(make, hidden, "nothing").status_code == 404
    assert got(make, hidden, "cii", "nino").status_code == 404

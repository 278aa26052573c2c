"""vCards out and in, their QR code, postal labels (CON-14)."""

import io
from typing import Any

import pytest
import vobject
from pypdf import PdfReader

from tests import factories
from tests.factories import Maker

make = factories.make
REST = "/api/v1/contacts/"


def brought(make: Maker, text: str | bytes, who: str = "nino") -> Any:
    content = text.encode() if isinstance(text, str) else text
    return make.page(who).post("/contacts/card/in", {"file": (io.BytesIO(content), "a.vcf")})


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_out_and_in_again(make: Maker, version: str) -> None:
    """CON-14: what is written is read back as it was, line breaks, commas and long names too."""
    firm = make.contact(kind="company", name="Acme; Figli, srl")
    mails = [{"value": "n@example.com", "kind": "home"}, {"value": "w@example.com", "kind": "work", "primary": True}]
    place = {"street": "Via Roma, 1", "city": "Asti", "zip": "14100", "country": "Italia", "kind": "home"}
    keys: dict[str, Any] = {"first_name": "Nicolò " + "x" * 60, "last_name": "D'Àngelo", "title": "Capo, ufficio"}
    keys |= {"description": "a\nb;c,d\\e", "emails": mails, "addresses": [place]}
    keys |= {"phones": [{"value": "+39 02 123456", "kind": "mobile"}], "websites": ["https://example.com/a?b=1,2"]}
    contact = make.contact(**keys, company=firm)
    text = make.page("nino").get(f"/contacts/card/{contact}.vcf?version={version}").get_data()
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    card = vobject.readOne(text.decode())
    assert (card.version.value, card.org.value) == (version, ["Acme; Figli, srl"])
    answer = brought(make, text)
    made = int(answer.headers["Location"].rsplit("/", 1)[1])
    seen, was = (make.rest("ada").get(f"{REST}{c}").json["result"] for c in (made, contact))
    for key in ("first_name", "last_name", "title", "description", "phones", "websites", "addresses"):
        assert seen[key] == was[key], key
    assert {(e["value"], e["kind"], e["primary"]) for e in seen["emails"]} == {
        (e["value"], e["kind"], e["primary"]) for e in was["emails"]
    }
    assert (seen["private"], seen["owner"]["id"]) == (True, make["nino"].id)


def test_many_cards_and_bad_ones(make: Maker) -> None:
    """CON-14: each good card becomes a contact, a bad one is named with its reason; a file that is none is refused."""
    good = "BEGIN:VCARD\nVERSION:2.1\nN:Bo;Ugo\nFN:Ugo Bo\nTEL;CELL:333 1234567\nEND:VCARD\n"
    firm = "BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:Ditta\nORG:Ditta\nEND:VCARD\n"
    bad = "BEGIN:VCARD\nVERSION:3.0\nN:Male;Ivo\nFN:Ivo Male\nEMAIL:non è una email\nEND:VCARD\n"
    answer = brought(make, good + bad + firm)
    assert "Ivo Male" in answer.text
    names = {c["full_name"] for c in make.rest("nino").get(REST).json["result"]}
    assert names == {"Ugo Bo", "Ditta"}
    for nothing in ("", "ciao", b"\xff\xfe\x00\x01", "BEGIN:VCARD\n", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"):
        assert brought(make, nothing).status_code == 400
    assert brought(make, good, "renzo").status_code in (302, 403)
    assert make.rest("ada").get(REST).json["count"] == 2


def test_code_and_label(make: Maker) -> None:
    """CON-14: a QR code of the card, a label with the postal address; hidden ones are missing ones."""
    address = {"street": "Via Roma 1", "city": "Asti", "zip": "14100"}
    contact = make.contact(first_name="Ugo", last_name="Bo", addresses=[address], description="x" * 5000)
    page, hidden = make.page("nino"), make.contact(private=True, addresses=[address])
    svg = page.get(f"/contacts/card/{contact}/qr.svg")
    assert svg.mimetype == "image/svg+xml"
    assert b"<svg" in svg.get_data()
    assert "qr.svg" in page.get(f"/contacts/card/{contact}/qr").text
    label = page.get(f"/contacts/card/{contact}/label.pdf").get_data()
    words = PdfReader(io.BytesIO(label)).pages[0].extract_text()
    assert "Ugo Bo" in words
    assert "14100 Asti" in words
    for part in (".vcf", "/qr", "/qr.svg", "/label.pdf"):
        assert page.get(f"/contacts/card/{hidden}{part}").status_code == 404
        assert page.get(f"/contacts/card/987654{part}").status_code == 404
    bare = make.contact()
    assert page.get(f"/contacts/card/{bare}/label.pdf").status_code == 404


def test_click_to_mail_and_call(make: Maker) -> None:
    """CON-14: an address opens the mail program, a number the phone."""
    contact = make.contact(emails=["a@example.com"], phones=["+39 02 123456"])
    body = make.page("nino").get(f"/contacts/show/{contact}").text
    assert 'href="mailto:a@example.com"' in body
    assert 'href="tel:+3902123456"' in body

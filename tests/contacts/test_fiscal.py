"""What an invoice says of a contact for the tax office: kept with the contact, the same at every door."""

from typing import Any

import prison
import pytest

from app.contacts import duplicates, rules
from app.contacts.pairs import Pair
from app.core import access
from app.core.db import db
from tests.factories import Maker

REST = "/api/v1/contacts/"
CARD = {"vat_number": "IT 00743.110157", "tax_code": "00743110157", "recipient_code": "abc1234", "pec": "A@Pec.example"}
CLEAN = CARD | {"vat_number": "IT00743110157", "recipient_code": "ABC1234", "pec": "a@pec.example"}
FIRM = {"kind": "company", "name": "Rossi srl"}


@pytest.mark.parametrize(
    ("key", "text", "clean"),
    [
        ("vat_number", "00743110157", "00743110157"),
        ("vat_number", "de 136.695 976", "DE136695976"),
        ("vat_number", "CHE-123.456.789 MWST", "CHE123456789MWST"),
        ("vat_number", "00743110158", None),
        ("vat_number", "IT00743110158", None),
        ("vat_number", "nessuna", None),
        ("vat_number", "A1" * 20, None),
        ("tax_code", "rccmnl83s18d969h", "RCCMNL83S18D969H"),
        ("tax_code", "RCCMNL83S18D969X", None),
        ("tax_code", "<b>", None),
        ("recipient_code", "UF0001", "UF0001"),
        ("recipient_code", "12345", None),
        ("pec", "non è una pec", None),
    ],
)
def test_what_is_right(app: Any, key: str, text: str, clean: str | None) -> None:
    """CON-03, CON-13: check digits of EU numbers and Italian codes; others stay as they are; nothing is cut."""
    with app.test_request_context():
        if clean is not None:
            assert rules.fiscal(key, text) == clean
            return
        with pytest.raises(ValueError, match=r"is not|At most"):
            rules.fiscal(key, text)


def test_at_every_door(make: Maker) -> None:
    """CON-03: REST, form, page and search; a wrong one is refused on its field and what was typed stays."""
    rest, page = make.rest("sergio"), make.page("sergio")
    made = rest.post(REST, {**FIRM, "private": False, **CARD}).json["id"]
    shown = rest.get(f"{REST}{made}").json["result"]
    assert {key: shown[key] for key in CLEAN} == CLEAN
    assert list(rest.post(REST, {**FIRM, "vat_number": "IT1"}).json["errors"]) == ["vat_number"]
    assert "IT00743110157" in page.get(f"/contacts/show/{made}").text
    body = page.post(f"/contacts/edit/{made}", {**FIRM, "vat_number": "IT9", "version": "1"}).text
    assert "is not a VAT number" in body
    assert 'value="IT9"' in body
    wish = prison.dumps({"filters": [{"col": "search", "opr": "search", "value": "IT007431"}]})
    assert make.rest("nino").get(REST, query_string={"q": wish}).json["count"] == 1


def test_an_invoice_starts_with_them(make: Maker) -> None:
    """INV-02, INV-10: the billing address of a new invoice takes them over; a hidden client gives nothing."""
    client = make.rest("sergio").post(REST, {**FIRM, **CARD}).json["id"]
    got = make.page("sergio").get(f"/invoices/address/{client}").json
    assert {key: got[key] for key in CLEAN} == CLEAN
    assert "IT00743110157" in make.page("sergio").get(f"/invoices/add?client={client}").text
    assert make.page("nino").get(f"/invoices/address/{client}").status_code == 404


def test_two_with_one_number_are_a_pair(make: Maker) -> None:
    """CON-13: the same VAT number, whatever they are called; told to those who see both."""
    for name, private in (("Rossi srl", False), ("Tutt'altro nome spa", False), ("Verdi", True)):
        make.contact(kind="company", name=name, vat_number="IT00743110157", private=private)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        list(duplicates.search())
        db.session.commit()
        assert [pair.reasons for pair in db.session.query(Pair)] == [["vat"]] * 3
    page = make.page("nino").get("/contacts/duplicates/").text
    assert page.count("Same VAT number") == 1
    assert "Verdi" not in page

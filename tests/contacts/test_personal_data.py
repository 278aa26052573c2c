"""Consent, a copy of all that is held, erasure (CON-15)."""

import io

from pypdf import PdfReader

from tests import factories
from tests.factories import Maker

make = factories.make
REST = "/api/v1/contacts/"


def test_consents_with_day_and_source(make: Maker) -> None:
    """CON-15: per purpose, given or taken back, never written over; a bad one is refused on its field."""
    contact, hidden = make.contact(), make.contact(private=True)
    page, path = make.page("nino"), f"/contacts/personal/{contact}"
    good = {"purpose": "Newsletter", "given": "yes", "day": "2026-01-31", "source": "Modulo web"}
    assert page.post(path, good).status_code == 302
    assert page.post(path, good | {"given": "no", "source": "Telefonata"}).status_code == 302
    shown = page.get(path).text
    for words in ("Newsletter", "31/01/2026", "Modulo web", "Telefonata", "Taken back"):
        assert words in shown
    for bad in ({"purpose": ""}, {"source": " "}, {"day": "x"}, {"day": "2999-01-01"}, {"purpose": "x" * 81}):
        answer = page.post(path, good | bad)
        assert answer.status_code == 400
        assert "field-bad" in answer.text
    assert page.get(f"/contacts/personal/{hidden}").status_code == 404
    assert make.page("renzo").post(path, good).status_code in (302, 403)
    assert "Modulo web" in make.page("nino").get(path).text


def test_a_copy_of_all_that_is_held(make: Maker) -> None:
    """CON-15: the contact and what points at it, private things of colleagues too, for administrators alone."""
    contact = make.full(first_name="Ugo", last_name="Copia")
    make.task(task={"contact": contact, "title": "Richiamare Ugo"})
    make.invoice(client=contact)
    page = make.page("marta")
    found = page.get(f"/contacts/personal/{contact}/data.json").json
    assert found["contact"][0]["last_name"] == "Copia"
    assert {"contact_channel", "contact_address", "contact_tag", "task", "invoice", "history_event"} <= set(found)
    assert found["task"][0]["title"] == "Richiamare Ugo"
    pdf = PdfReader(io.BytesIO(page.get(f"/contacts/personal/{contact}/data.pdf").get_data()))
    assert "Copia" in "".join(p.extract_text() for p in pdf.pages)
    for ending in ("json", "pdf"):
        assert make.page("sergio").get(f"/contacts/personal/{contact}/data.{ending}").status_code == 403
        assert page.get(f"/contacts/personal/987654/data.{ending}").status_code == 404


def test_erased_and_the_invoice_stays(make: Maker) -> None:
    """CON-15: nothing of the person is left, neither of an alias; the invoice is there; the name must be typed."""
    contact, alias = make.full(first_name="Ugo", last_name="Cancella"), make.full(last_name="Cancella")
    make.rest("sergio").post(f"{REST}{contact}/merge", {"other": alias})
    invoice = make.invoice(client=contact)
    path, marta = f"/contacts/personal/{contact}/erase", make.page("marta")
    assert make.page("sergio").post(path, {"name": "Ugo Cancella"}).status_code == 403
    marta.post(path, {"name": "Ugo"})
    assert make.rest("ada").get(f"{REST}{contact}").json["result"]["last_name"] == "Cancella"
    assert marta.post(path, {"name": "Ugo Cancella"}).status_code == 302
    seen = make.rest("ada").get(f"{REST}{contact}").json["result"]
    assert seen["first_name"] == "Erased"
    for key in ("emails", "phones", "websites", "addresses", "tags"):
        assert seen[key] == [], key
    assert make.rest("ada").get(f"/api/v1/invoices/{invoice}").status_code == 200
    held = make.page("marta").get(f"/contacts/personal/{contact}/data.json").text
    assert "Cancella" not in held.split('"invoice"')[0]
    assert "Cancella" not in marta.get("/contacts/list/?q=cancella").text.split("<main", 1)[-1].split("<tbody", 1)[-1]
    assert make.page("marta").get("/bin/").text.count("Cancella") == 0

"""The pages: list, editor, record, settings; what a refused form keeps."""

import io
import re
from typing import Any

import pytest
from PIL import Image

from tests.factories import Maker
from tests.invoices.conftest import LINE, move, read, write


def typed(client: Any, **keys: Any) -> dict[str, Any]:
    """What the editor sends."""
    line = {f"lines-0-{key}": value for key, value in {**LINE, "tax1": "0", "tax2": "0", "item": ""}.items()}
    base = {"client": client, "date": "2026-03-01", "due": "15", "due_date": "", "language": "it", "currency": "EUR"}
    return {**base, "billing-name": "Rossi srl", "billing-city": "Torino", **line, **keys}


def test_the_editor_makes_a_draft(make: Maker) -> None:
    """INV-02…05: all fields; "Add this invoice" leads to the record, "Add and create new" to another form."""
    page, client = make.page("sergio"), make.contact()
    assert page.get(f"/invoices/add?client={client}").status_code == 200
    other = {"lines-1-name": "Altro", "lines-1-price": "1"}
    answer = page.post("/invoices/add", typed(client, notes="Grazie", **other))
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>.*?</p>', answer.text)
    shown = page.get(answer.headers["Location"])
    assert "€54.97" in shown.text
    assert "Grazie" in shown.text
    made = read(make, int(answer.headers["Location"].rsplit("/", 1)[1]))
    assert (made["due_date"], made["billing"]) == ("2026-03-16", {"name": "Rossi srl", "city": "Torino"})
    again = page.post("/invoices/add", typed(client, save_and_new="1"))
    assert "/invoices/add" in again.headers["Location"]


def test_a_refused_form_keeps_what_was_typed(make: Maker) -> None:
    """SPEC, bad input: the reason stands on the field, and every line is still there."""
    page, client = make.page("sergio"), make.contact()
    bad = {"lines-0-discount": "120", "notes": "resta qui", "lines-1-name": "anche questo", "lines-1-price": "7"}
    answer = page.post("/invoices/add", typed(client, **bad))
    assert answer.status_code == 200
    for text in ("Line 1", "resta qui", "anche questo", 'value="19.99"'):
        assert text in answer.text
    for keys in ({"lines-0-price": "molto"}, {"currency": "XXX"}, {"due": "", "due_date": "2020-01-01"}):
        refused = page.post("/invoices/add", typed(client, **keys))
        assert refused.status_code == 200
        assert "error-summary" in refused.text
    assert make.rest("sergio").get("/api/v1/invoices/").json["count"] == 0


def test_italian_numbers(make: Maker) -> None:
    """INV-04: amounts are read as the reader writes them."""
    page, client = make.page("sergio"), make.contact()
    page.get("/lang/it")
    answer = page.post("/invoices/add", typed(client, **{"lines-0-price": "1.234,56", "lines-0-discount": ""}))
    assert "3.703,68" in page.get(answer.headers["Location"]).text
    totals = page.post("/invoices/totals", typed(client, **{"lines-0-price": "1.234,56", "lines-0-discount": ""})).json
    assert totals["total"] == "3.703,68\xa0€"


def test_amounts_while_typing_are_those_that_are_saved(make: Maker) -> None:
    """INV-04: the editor shows the server's answer."""
    page, client, vat = make.page("sergio"), make.contact(), make.tax("22", "IVA")
    form = typed(client, **{"lines-0-tax1": vat, "lines-2-name": "x", "lines-2-price": "100.05", "lines-2-tax1": vat})
    body = page.post("/invoices/totals", {**form, "lines-1-name": ""}).json
    assert body["nets"] == ["€53.97", "", "€100.05"]
    assert (body["net"], body["taxes"], body["total"]) == ("€154.02", [["IVA 22 %", "€33.88"]], "€187.90")
    assert "€187.90" in page.get(page.post("/invoices/add", form).headers["Location"]).text
    assert page.post("/invoices/totals", typed(client, **{"lines-0-quantity": "?"})).status_code == 400
    assert page.post("/invoices/totals", typed(client, **{"lines-0-discount": "200"})).json["errors"]


def test_made_in_place(make: Maker) -> None:
    """INV-04: an item and a tax, as JSON, with the reason where they are refused."""
    page = make.page("sergio")
    tax = page.post("/invoices/tax", json={"name": "IVA 22%", "rate": "22"})
    assert (tax.status_code, tax.json["text"]) == (201, "IVA 22% (22 %)")
    item = page.post("/invoices/item", json={"name": "Sedia", "price": "1,000.50", "tax1": str(tax.json["value"])})
    assert item.json["taxes"] == [tax.json["value"]]
    assert item.json["price"] == "1,000.5"
    assert page.post("/invoices/tax", json={"name": "", "rate": "x"}).status_code == 400
    assert page.get("/lookup/item?q=sed").json[0]["text"] == "Sedia"


def test_many_at_once(make: Maker) -> None:
    """INV-06: those that may go are moved, the others are told with their reasons."""
    page, rest, client = make.page("sergio"), make.rest("sergio"), make.contact()
    ids = [write(rest, client)["id"] for _ in range(3)]
    move(rest, ids[2], "rejected")
    answer = page.post("/invoices/action_post", {"action": "billed", "rowid": ids})
    told = page.get(answer.headers["Location"]).text
    assert "2 invoices changed" in told
    assert f"#{ids[2]}" in told
    assert [read(make, pk)["status"] for pk in ids] == ["billed", "billed", "rejected"]
    assert {read(make, pk)["number"] for pk in ids} == {"INV0000001", "INV0000002", None}
    for pk in ids[:2]:
        make.rest("sergio").put(f"/api/v1/invoices/{pk}", {"status": "paid"})
    told = page.get(page.post("/invoices/action_post", {"action": "billed", "rowid": ids[:2]}).headers["Location"]).text
    assert "Only an administrator" in told
    assert make.page("nino").post("/invoices/action_post", {"action": "delete", "rowid": ids}).status_code == 302
    assert rest.get("/api/v1/invoices/").json["count"] == 3


def test_only_a_draft_opens_in_the_editor(make: Maker) -> None:
    """INV-06."""
    page, made = make.page("sergio"), write(make.rest("sergio"), make.contact())["id"]
    assert page.get(f"/invoices/edit/{made}").status_code == 200
    move(make.rest("sergio"), made, "billed")
    assert page.get(f"/invoices/edit/{made}").status_code == 302
    assert page.post(f"/invoices/edit/{made}", typed(1, notes="x")).status_code == 302
    assert read(make, made)["notes"] is None


def test_verbs_of_the_record(make: Maker) -> None:
    """INV-06, INV-07, INV-10: bill, pay in two parts, duplicate, credit."""
    page, made = make.page("sergio"), write(make.rest("sergio"), make.contact())["id"]
    page.post(f"/invoices/status/{made}", {"status": "billed"})
    page.post(f"/invoices/payments/{made}", {"amount": "20.00", "date": "2026-03-02", "method": "cash"})
    page.post(f"/invoices/payments/{made}", {"amount": "x"})
    page.post(f"/invoices/payments/{made}", {"amount": "33.97", "date": "", "method": "bank"})
    assert read(make, made)["status"] == "paid"
    payment = read(make, made)["payments"][0]["id"]
    page.post(f"/invoices/payments/{made}/{payment}/delete")
    assert read(make, made)["status"] == "paid"
    for verb in ("duplicate", "credit"):
        assert "/invoices/edit/" in page.post(f"/invoices/{verb}/{made}").headers["Location"]
    make.page("marta").post(f"/invoices/payments/{made}/{payment}/delete")
    assert (read(make, made)["status"], read(make, made)["paid"]) == ("billed", "33.97")
    assert make.page("nino").post(f"/invoices/payments/{made}", {"amount": "1"}).status_code == 302


def test_list_search_and_filters(make: Maker, statements: Any) -> None:
    """GEN-02: by number, client, order; by status; few statements whatever its length."""
    page, rest = make.page("sergio"), make.rest("sergio")
    for name in ("Alfa", "Beta"):
        client = make.contact(kind="company", name=f"{name} srl")
        for _ in range(6):
            write(rest, client, order_number=f"PO-{name}", status="billed", date="2026-01-01", due_days=0)
    assert page.get("/invoices/list/").text.count("row-link") == 12
    assert statements(lambda: page.get("/invoices/list/")) <= 25
    for query, count in (("q=alfa", 6), ("q=PO-beta", 6), ("q=INV0000003", 1), ("_flt_0_status=overdue", 12)):
        assert page.get(f"/invoices/list/?{query}").text.count("row-link") == count, query
    assert page.get("/invoices/list/?_oc_InvoiceView=amount&_od_InvoiceView=desc").status_code == 200


def test_the_tab_of_a_contact(make: Maker) -> None:
    """CON-11: its invoices, and a new one that arrives filled in."""
    client = make.contact(first_name="Anna", last_name="Neri")
    made = write(make.rest("sergio"), client)
    panel = make.page("sergio").get(f"/invoices/contact/{client}")
    assert f"/invoices/show/{made['id']}" in panel.text
    assert "Anna Neri" in make.page("sergio").get(f"/invoices/add?client={client}").text
    hidden = make.contact(private=True)
    assert make.page("nino").get(f"/invoices/contact/{hidden}").status_code == 404
    assert make.page("nino").get(f"/invoices/address/{hidden}").status_code == 404


def picture(size: tuple[int, int] = (1200, 600)) -> io.BytesIO:
    """A PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, "PNG")
    buffer.seek(0)
    return buffer


def test_profile_with_logo(make: Maker) -> None:
    """INV-08, SET-06: kept, shrunk, refused on its field; administrators alone."""
    page, url = make.page("marta"), "/settings/invoices/organization"
    keys = {"name": "Noi srl", "country": "Italia", "vat_number": "00743110157", "iban": "IT60X0542811101000000123456"}
    answer = page.post(url, {**keys, "terms": "30 giorni", "logo": (picture(), "a.png")})
    assert answer.status_code == 302
    logo = Image.open(io.BytesIO(page.get("/settings/invoices/logo").data))
    assert logo.width <= 800
    assert "30 giorni" in page.get("/invoices/add").text
    for bad, field in (
        ({"vat_number": "00743110158"}, "vat_number"),
        ({"iban": "IT60X0542811101000000123457"}, "iban"),
        ({"bic": "NOPE"}, "bic"),
        ({"reminder_days": "7, domani"}, "reminder_days"),
        ({"logo": (io.BytesIO(b"GIF89a nonsense"), "a.gif")}, "logo"),
    ):
        refused = page.post(url, {**keys, "footer": "resta", **bad})
        assert refused.status_code == 200, field
        assert "resta" in refused.text
        assert f'id="{field}-error"' in refused.text
    assert make.page("sergio").get(url).status_code in (302, 403)


@pytest.mark.parametrize("path", ["/settings/items", "/settings/taxes"])
def test_settings_lists(make: Maker, path: str) -> None:
    """SET-06: items and taxes are made, changed, removed."""
    page = make.page("marta")
    keys = {"name": "Prova", "price": "10", "rate": "22", "tax1": "0", "tax2": "0", "stock": "0"}
    assert page.get(f"{path}/add").status_code == 200
    assert page.post(f"{path}/add", keys).status_code == 302
    assert "Prova" in page.get(f"{path}/list/").text
    pk = re.search(r'data-row="(\d+)"', page.get(f"{path}/list/").text)
    assert pk
    assert page.get(f"{path}/edit/{pk[1]}").status_code == 200
    assert page.post(f"{path}/edit/{pk[1]}", {**keys, "name": "Nuova"}).status_code == 302
    assert page.post(f"{path}/edit/{pk[1]}", {**keys, "name": ""}).status_code == 200
    assert page.post(f"{path}/delete/{pk[1]}").status_code == 302
    assert "Nuova" not in page.get(f"{path}/list/").text


def test_number_format_page(make: Maker) -> None:
    """INV-01, SET-06."""
    page, url = make.page("marta"), "/settings/invoices/numbers"
    keys = {"automatic": "y", "prefix": "F{yy}-", "suffix": "", "digits": "3", "start": "5"}
    assert page.post(url, keys).status_code == 302
    assert re.search(r"F\d\d-005", page.get(url).text)
    assert 'id="digits-error"' in page.post(url, {**keys, "digits": "x"}).text

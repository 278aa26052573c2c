"""Drafts through REST: what is kept, what is refused and why."""

from decimal import Decimal
from typing import Any

import pytest

from tests.factories import Maker
from tests.invoices.conftest import LINE, move, read, write


def test_the_worked_example(make: Maker) -> None:
    """INV-04: items and taxes on lines; totals as in SPEC, stored and told to the cent."""
    vat, item = make.tax("22", "IVA 22%"), make.item("Ora di consulenza", "100.05")
    rest, client = make.rest("sergio"), make.contact()
    lines = [{**LINE, "taxes": [vat]}, {"item": item, "taxes": [vat]}]
    made = write(rest, client, lines=lines, currency="EUR")
    assert [line["net"] for line in made["lines"]] == ["53.97", "100.05"]
    assert made["lines"][1]["name"] == "Ora di consulenza"
    assert (made["net"], made["tax"], made["total"]) == ("154.02", "33.88", "187.90")
    assert made["taxes"] == [{"percent": "22", "name": "IVA 22%", "base": "154.02", "amount": "33.88"}]
    assert (made["status"], made["number"], made["kind"]) == ("draft", None, "invoice")


def test_an_item_brings_its_taxes(make: Maker) -> None:
    """INV-04: where a line says nothing, its item's name, price and taxes are taken."""
    one, two = make.tax("10"), make.tax("4")
    item = make.item(price="50", taxes=[one, two])
    made = write(make.rest("sergio"), make.contact(), lines=[{"item": item, "quantity": 2}])
    assert made["total"] == "114.00"
    assert [tax["id"] for tax in made["lines"][0]["taxes"]] == [one, two]


def test_what_a_new_invoice_starts_with(make: Maker) -> None:
    """INV-02, INV-03: billing address from the client, due days, delivery, order number, notes."""
    home = {"kind": "home", "street": "Via Casa 1", "city": "Roma", "primary": True}
    bill = {"kind": "billing", "street": "Via Fatture 2", "zip": "10100", "city": "Torino", "country": "Italia"}
    client = make.contact(kind="company", name="Rossi srl", addresses=[home, bill])
    other = make.contact(first_name="Anna", last_name="Verdi")
    keys = {"date": "2026-01-31", "due_days": 30, "order_number": "PO-7", "notes": "Grazie", "language": "fr"}
    made = write(make.rest("sergio"), client, consignee=other, delivery={"name": "Anna", "city": "Pisa"}, **keys)
    assert made["billing"] == {
        "name": "Rossi srl",
        "street": "Via Fatture 2",
        "zip": "10100",
        "city": "Torino",
        "country": "Italia",
    }
    assert (made["date"], made["due_date"]) == ("2026-01-31", "2026-03-02")
    assert made["consignee"] == {"id": other, "name": "Anna Verdi"}
    assert made["delivery"] == {"name": "Anna", "city": "Pisa"}
    changed = make.rest("sergio").put(f"/api/v1/invoices/{made['id']}", {"billing": {"name": "R. srl", "city": "Asti"}})
    assert changed.json["result"]["billing"] == {"name": "R. srl", "city": "Asti"}


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"client": None}, "client"),
        ({"client": 999_999}, "client"),
        ({"consignee": 999_999}, "consignee"),
        ({"date": "31/02/2026"}, "date"),
        ({"date": "2026-02-01", "due_date": "2026-01-01"}, "due_date"),
        ({"due_days": 99_999}, "due_date"),
        ({"language": "tlh"}, "language"),
        ({"currency": "DEM"}, "currency"),
        ({"order_number": "x" * 81}, "order_number"),
        ({"notes": "a\0b"}, "notes"),
        ({"number": "A1"}, "number"),
        ({"billing": {"city": "Roma"}}, "billing"),
        ({"lines": [{"name": ""}, {"price": "1"}]}, "lines"),
        ({"lines": [{"name": "x", "quantity": "due"}]}, "lines"),
        ({"lines": [{"name": "x", "price": "NaN"}]}, "lines"),
        ({"lines": [{"name": "x", "price": "1e400"}]}, "lines"),
        ({"lines": [{"name": "x", "price": "1.1234567"}]}, "lines"),
        ({"lines": [{"name": "x", "price": "999999999", "quantity": "999999999"}]}, "lines"),
        ({"lines": [{"name": "x", "discount": "101"}]}, "lines"),
        ({"lines": [{"name": "x", "taxes": [999_999]}]}, "lines"),
        ({"lines": [{"item": 999_999}]}, "lines"),
        ({"lines": [{"name": "x"}] * 501}, "lines"),
    ],
)
def test_bad_input_is_refused_on_its_field(make: Maker, keys: dict[str, Any], field: str) -> None:
    """SPEC, bad input: 400 with the reason on the field, and nothing is stored."""
    rest, client = make.once("rest", "sergio"), make.contact()
    answer = rest.post("/api/v1/invoices/", {"client": client, "lines": [LINE], **keys})
    assert answer.status_code == 400, answer.text
    assert list(answer.json["errors"]) == ["due_days" if "due_days" in keys else field]
    assert rest.get("/api/v1/invoices/").json["count"] == 0


def test_currencies_with_other_minor_units(make: Maker) -> None:
    """INV-04: JPY has no cents, KWD three digits."""
    rest, client = make.rest("sergio"), make.contact()
    lines = [{"name": "x", "quantity": "1", "price": "1000.5"}]
    assert write(rest, client, lines=lines, currency="JPY")["total"] == "1001"
    assert write(rest, client, lines=[{"name": "x", "price": "1.0005"}], currency="KWD")["total"] == "1.001"


def test_a_draft_changes_and_two_who_save_are_told(make: Maker) -> None:
    """INV-06, GEN-08: lines are replaced in their order, amounts follow; an old version is a conflict."""
    rest = make.rest("sergio")
    made = write(rest, make.contact())
    path, lines = f"/api/v1/invoices/{made['id']}", [{"name": "b", "price": "2"}, {"name": "a", "price": "1"}]
    changed = rest.put(path, {"lines": lines, "version": made["version"]}).json["result"]
    assert [line["name"] for line in changed["lines"]] == ["b", "a"]
    assert changed["total"] == "3.00"
    assert rest.put(path, {"notes": "x", "version": made["version"]}).status_code == 409
    assert read(make, made["id"])["notes"] is None


def test_what_is_billed_is_frozen(make: Maker) -> None:
    """INV-06, INV-08: only a draft changes, and a changed tax changes no invoice."""
    vat, rest = make.tax("22", "IVA"), make.rest("sergio")
    made = write(rest, make.contact(), lines=[{**LINE, "taxes": [vat]}])
    assert move(rest, made["id"], "billed").status_code == 200
    refused = rest.put(f"/api/v1/invoices/{made['id']}", {"notes": "x"})
    assert refused.status_code == 400
    assert "draft" in refused.json["errors"][""][0]
    assert make.rest("marta").put(f"/api/v1/taxes/{vat}", {"rate": "25"}).status_code == 200
    assert Decimal(read(make, made["id"])["tax"]) == Decimal("11.87")


def test_duplicate(make: Maker) -> None:
    """INV-07: a new draft of today, without a number, due after as many days."""
    rest = make.rest("sergio")
    made = write(rest, make.contact(), date="2026-01-01", due_days=15)
    move(rest, made["id"], "billed")
    twin = rest.post(f"/api/v1/invoices/{made['id']}/duplicate", {}).json["result"]
    assert (twin["status"], twin["number"], twin["total"]) == ("draft", None, made["total"])
    assert twin["date"] > "2026-01-01"
    assert len(twin["lines"]) == 1


def test_who_deletes_what(make: Maker) -> None:
    """INV-07: drafts by their maker; what has a number by an administrator, and its number stays taken."""
    client = make.contact()
    draft, billed = (write(make.rest("sergio"), client)["id"] for _ in range(2))
    number = move(make.rest("sergio"), billed, "billed").json["result"]["number"]
    assert make.rest("nino").delete(f"/api/v1/invoices/{draft}").status_code == 403
    assert make.rest("sergio").delete(f"/api/v1/invoices/{draft}").status_code == 200
    assert make.rest("sergio").delete(f"/api/v1/invoices/{billed}").status_code == 403
    assert make.rest("marta").delete(f"/api/v1/invoices/{billed}").status_code == 200
    assert make.rest("marta").get(f"/api/v1/invoices/{billed}").status_code == 404
    other = write(make.rest("sergio"), client)["id"]
    assert move(make.rest("sergio"), other, "billed").json["result"]["number"] != number


def test_items_and_taxes(make: Maker) -> None:
    """INV-09: anybody makes one, administrators change and remove; a removed one is offered no more."""
    rest, admin = make.rest("sergio"), make.rest("marta")
    made = rest.post("/api/v1/taxes/", {"name": "IVA 4%", "rate": "4"})
    assert made.status_code == 201
    tax = made.json["id"]
    assert rest.post("/api/v1/taxes/", {"name": "iva 4%", "rate": "5"}).json["errors"].keys() == {"name"}
    assert rest.post("/api/v1/taxes/", {"name": "x", "rate": "101"}).json["errors"].keys() == {"rate"}
    item = rest.post("/api/v1/items/", {"name": "Sedia", "price": "9.90", "sku": "S-1", "taxes": [tax]}).json["id"]
    assert rest.get(f"/api/v1/items/{item}").json["result"]["taxes"] == [tax]
    for path in (f"/api/v1/taxes/{tax}", f"/api/v1/items/{item}"):
        assert rest.put(path, {"name": "altro"}).status_code == 403
        assert rest.delete(path).status_code == 403
        assert admin.put(path, {"name": "altro"}).status_code == 200
        assert admin.delete(path).status_code == 200
        assert rest.get(path.rsplit("/", 1)[0] + "/").json["count"] == 0
    assert rest.post("/api/v1/items/", {"name": "x", "taxes": [tax, tax, tax]}).status_code == 400

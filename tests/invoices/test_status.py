"""Where an invoice may go, payments in parts, credit notes."""

import itertools

import pytest

from tests.factories import Maker
from tests.invoices.conftest import move, read, write

STATUSES = ("draft", "billed", "paid", "rejected")
ALLOWED = {
    ("draft", "billed"),
    ("draft", "rejected"),
    ("billed", "paid"),
    ("billed", "rejected"),
    ("billed", "draft"),
    ("rejected", "draft"),
    ("paid", "billed"),
}
WAY = {"draft": (), "billed": ("billed",), "paid": ("billed", "paid"), "rejected": ("rejected",)}


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(STATUSES, 2)))
def test_each_way(make: Maker, source: str, target: str) -> None:
    """INV-06: the seven ways there are, the five that there are not, and the one that is an administrator's."""
    rest = make.once("rest", "sergio")
    invoice = write(rest, make.contact())["id"]
    for step in WAY[source]:
        assert move(rest, invoice, step).status_code == 200
    answer = move(rest, invoice, target)
    if (source, target) == ("paid", "billed"):
        assert answer.status_code == 403
        assert read(make, invoice)["status"] == "paid"
        answer = move(make.rest("marta"), invoice, target)
    allowed = (source, target) in ALLOWED
    assert answer.status_code == (200 if allowed else 400)
    assert read(make, invoice)["status"] == (target if allowed else source)


def test_back_and_forth_keeps_the_number(make: Maker) -> None:
    """INV-01, INV-06: an invoice taken back to draft is billed again under its number."""
    rest = make.rest("sergio")
    invoice = write(rest, make.contact())["id"]
    number = move(rest, invoice, "billed").json["result"]["number"]
    move(rest, invoice, "draft")
    assert move(rest, invoice, "billed").json["result"]["number"] == number == "INV0000001"


def test_nothing_is_billed_without_a_line_or_below_zero(make: Maker) -> None:
    """INV-06: what cannot be billed stays a draft and has no number."""
    rest, client = make.rest("sergio"), make.contact()
    for lines in ([], [{"name": "x", "price": "-1"}]):
        invoice = write(rest, client, lines=lines)["id"]
        assert move(rest, invoice, "billed").json["errors"].keys() == {"lines"}
        assert read(make, invoice)["number"] is None


def test_paid_in_parts(make: Maker) -> None:
    """INV-06: parts add up, no more than is open; paid in full is paid."""
    rest = make.rest("sergio")
    invoice = write(rest, make.contact(), lines=[{"name": "x", "price": "100"}])["id"]
    path = f"/api/v1/invoices/{invoice}/payments"
    assert rest.post(path, {"amount": "40"}).status_code == 400
    move(rest, invoice, "billed")
    first = rest.post(path, {"amount": "40", "date": "2026-01-02", "method": "cash"}).json["result"]
    assert (first["status"], first["paid"]) == ("billed", "40.00")
    for amount in ("60.01", "0", "-1", "0.001", "molto"):
        assert rest.post(path, {"amount": amount}).json["errors"].keys() == {"amount"}
    assert rest.post(path, {"amount": "1", "method": "barter"}).json["errors"].keys() == {"method"}
    last = rest.post(path, {"amount": "60"}).json["result"]
    assert (last["status"], last["paid"], len(last["payments"])) == ("paid", "100.00", 2)
    assert move(make.rest("marta"), invoice, "billed").json["result"]["paid"] == "100.00"


def test_paid_by_status_is_taken_back_with_it(make: Maker) -> None:
    """INV-06: saying "paid" writes what was open; taking it back leaves what had come in."""
    rest = make.rest("sergio")
    invoice = write(rest, make.contact(), lines=[{"name": "x", "price": "100"}])["id"]
    move(rest, invoice, "billed")
    rest.post(f"/api/v1/invoices/{invoice}/payments", {"amount": "30"})
    assert move(rest, invoice, "paid").json["result"]["paid"] == "100.00"
    assert move(make.rest("marta"), invoice, "billed").json["result"]["paid"] == "30.00"


def test_credit_note(make: Maker) -> None:
    """INV-10: takes back all or a part, no more than was billed, and settles what is open."""
    rest = make.rest("sergio")
    invoice = write(rest, make.contact(), lines=[{"name": "x", "price": "100"}])["id"]
    assert rest.post(f"/api/v1/invoices/{invoice}/credit", {}).status_code == 400
    move(rest, invoice, "billed")
    notes = [rest.post(f"/api/v1/invoices/{invoice}/credit", {}).json["result"] for _ in range(2)]
    assert (notes[0]["kind"], notes[0]["credits"], notes[0]["total"]) == ("credit_note", invoice, "100.00")
    rest.put(f"/api/v1/invoices/{notes[0]['id']}", {"lines": [{"name": "x", "price": "30"}]})
    assert move(rest, notes[0]["id"], "billed").json["result"]["number"] == "INV0000002"
    assert (read(make, invoice)["status"], read(make, invoice)["paid"]) == ("billed", "30.00")
    assert move(rest, notes[1]["id"], "billed").json["errors"].keys() == {"lines"}
    assert move(rest, notes[0]["id"], "draft").status_code == 400
    rest.put(f"/api/v1/invoices/{notes[1]['id']}", {"lines": [{"name": "x", "price": "70"}]})
    assert move(rest, notes[1]["id"], "billed").status_code == 200
    assert read(make, invoice)["status"] == "paid"


def test_overdue_shows_by_itself(make: Maker) -> None:
    """INV-06: billed and past its day."""
    rest, client = make.rest("sergio"), make.contact()
    late, fresh = (write(rest, client, date="2026-01-01", due_days=days)["id"] for days in (0, 3650))
    assert not read(make, late)["overdue"]
    for invoice in (late, fresh):
        move(rest, invoice, "billed")
    assert read(make, late)["overdue"]
    assert not read(make, fresh)["overdue"]
    found = rest.get("/api/v1/invoices/?q=(filters:!((col:status,opr:eq,value:overdue)))").json
    assert found["ids"] == [late]


@pytest.mark.parametrize(("hidden", "told"), [("nothing", True), ("consignee", False)])
def test_the_history_tells_of_it(make: Maker, hidden: str, told: bool) -> None:
    """HIS-02, ACC-06: the client's timeline has the invoice, unless some of its readers don't see the invoice."""
    rest, client = make.rest("sergio"), make.contact()
    links = {"consignee": make.contact(private=True)} if hidden == "consignee" else {}
    move(rest, write(rest, client, **links)["id"], "billed")
    assert ("INV0000001" in make.page("nino").get(f"/history/contact/{client}").text) is told

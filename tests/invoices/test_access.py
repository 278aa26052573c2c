"""An invoice is as hidden as each of those it hangs on."""

import pytest

from tests.factories import Maker
from tests.invoices.conftest import write


@pytest.mark.parametrize("hidden", ["client", "consignee", "opportunity"])
def test_each_parent_hides_it(make: Maker, hidden: str) -> None:
    """ACC-06: a private client, consignee or opportunity hides the invoice at every verb, and from the list."""
    links = {"client": make.contact(private=hidden == "client")}
    if hidden == "consignee":
        links["consignee"] = make.contact(private=True)
    if hidden == "opportunity":
        links["opportunity"] = make.opportunity(private=True)
    made = write(make.rest("sergio"), **links)
    nino, path = make.rest("nino"), f"/api/v1/invoices/{made['id']}"
    for answer in (
        nino.get(path),
        nino.put(path, {"notes": "x"}),
        nino.delete(path),
        nino.post(f"{path}/payments", {"amount": "1"}),
        nino.post(f"{path}/duplicate", {}),
        nino.post(f"{path}/credit", {}),
    ):
        assert answer.status_code == 404
    assert nino.get("/api/v1/invoices/").json["count"] == 0
    assert make.rest("sergio").get("/api/v1/invoices/").json["count"] == 1
    assert make.rest("marta").get(path).json["result"] == made


@pytest.mark.parametrize("link", ["client", "consignee", "opportunity"])
def test_what_is_hidden_cannot_be_named(make: Maker, link: str) -> None:
    """ACC-06: naming a hidden record is answered as naming none."""
    hidden = make.opportunity(private=True) if link == "opportunity" else make.contact(private=True)
    nino, words = make.rest("nino"), []
    for pk in (hidden, 999_999_999):
        answer = nino.post("/api/v1/invoices/", {"client": make.contact(), "lines": [], link: pk})
        assert answer.status_code == 400
        words.append(answer.json["errors"])
    assert words[0] == words[1]


def test_administrators_see_it_while_its_client_is_in_the_bin(make: Maker) -> None:
    """INV-08: what was billed has to be kept."""
    client = make.contact()
    made = write(make.rest("sergio"), client, status="billed")
    make.rest("sergio").delete(f"/api/v1/contacts/{client}")
    path = f"/api/v1/invoices/{made['id']}"
    assert make.rest("sergio").get(path).status_code == 404
    shown = make.rest("marta").get(path).json["result"]
    assert (shown["client"], shown["billing"]["name"]) == (None, made["billing"]["name"])


def test_a_visitor_and_a_reader(make: Maker) -> None:
    """ACC-05: who may only read writes nothing."""
    made = write(make.rest("sergio"), make.contact())
    path = f"/api/v1/invoices/{made['id']}"
    renzo = make.rest("renzo")
    assert renzo.get(path).status_code == 200
    assert renzo.put(path, {"notes": "x"}).status_code == 403
    assert renzo.post(f"{path}/duplicate", {}).status_code == 403
    assert renzo.post("/api/v1/taxes/", {"name": "x", "rate": 1}).status_code == 403
    assert make.app.test_client().get(path).status_code == 401

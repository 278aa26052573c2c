"""The work that follows a sale: made from it, linked both ways, as hidden as what it hangs on (OPP-07, ACC-06)."""

import re
from typing import Any

import pytest

from tests.factories import Maker
from tests.projects.conftest import REST


def posted(make: Maker, who: str = "sergio", **keys: Any) -> Any:
    """A new project by REST: the answer."""
    return make.rest(who).post(REST, {"title": "Cantiere", **keys})


def statuses(make: Maker, made: int, *names: str) -> list[int]:
    """The status of the record's page and of REST, which must agree."""
    pages = [make.page(name).get(f"/projects/show/{made}").status_code for name in names]
    assert pages == [make.rest(name).get(f"{REST}{made}").status_code for name in names]
    return pages


def test_made_from_an_opportunity(make: Maker) -> None:
    """OPP-07: "Create project" opens the form filled in; the two lead to each other."""
    contact = make.contact(kind="company", name="Acme srl")
    deal = make.opportunity(title="Cento sedie", description="di legno", contact=contact)
    page = make.page("sergio")
    assert f"/projects/add?opportunity={deal}" in page.get(f"/opportunities/show/{deal}").text
    blank = page.get(f"/projects/add?opportunity={deal}").text
    assert "Cento sedie" in blank
    assert "di legno" in blank
    assert "Acme srl" in blank
    sent = {"title": "Cento sedie", "opportunity": deal, "contact": contact, "status": "open"}
    sent |= {
        "owner": make["sergio"].id,
        "co_owners": [make["livia"].id],
        "start_on": "2027-01-01",
        "end_on": "2027-03-01",
    }
    answer = page.post("/projects/add", sent)
    assert answer.status_code == 302, re.findall(r"<li>.*", answer.text)
    shown = page.get(answer.location).text
    assert f"/opportunities/show/{deal}" in shown
    assert "Livia Prova" in shown
    for tab in (f"/projects/opportunity/{deal}", f"/projects/contact/{contact}"):
        assert answer.location in page.get(tab).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("status", "asleep"),
        ("opportunity", 999_999),
        ("contact", 999_999),
        ("start_on", "x"),
        ("end_on", "2026-01-01"),
        ("owner", "nessuno"),
        ("co_owners", [999_999]),
    ],
)
def test_what_is_refused(make: Maker, field: str, value: Any) -> None:
    """OPP-07: a sentence on its field, and nothing is written."""
    answer = posted(make, **{"start_on": "2026-02-01"} | {field: value})
    assert answer.status_code == 400
    assert list(answer.json["errors"]) == [field]
    assert make.rest("sergio").get(REST).json["count"] == 0


def test_its_status_and_history(make: Maker) -> None:
    """OPP-07, HIS-02: open, paused, closed; its history tells."""
    made = posted(make).json["id"]
    make.rest("sergio").put(f"{REST}{made}", {"status": "paused", "end_on": "2027-03-01"})
    panel = make.page("livia").get(f"/history/project/{made}").text
    for words in ("Created", "Open", "Paused", "01/03/2027"):
        assert words in panel, words
    assert "Cantiere" in make.page("sergio").get("/projects/list/?_flt_0_status=paused").text
    assert "row-link" not in make.page("sergio").get("/projects/list/?_flt_0_status=open").text


def test_as_hidden_as_what_it_hangs_on(make: Maker) -> None:
    """ACC-06: who may not see the opportunity or the contact sees no project of it, whatever the project says."""
    deal = make.opportunity(private=True, shared_with=[make["livia"].id])
    made = posted(make, opportunity=deal, private=False).json["id"]
    assert statuses(make, made, "sergio", "livia", "marta", "nino", "renzo") == [200] * 3 + [404] * 2
    of_contact = posted(make, contact=make.contact(private=True), private=False).json["id"]
    assert statuses(make, of_contact, "sergio", "marta", "nino") == [200, 200, 404]
    assert make.page("nino").get("/projects/list/").text.count("row-link") == 0
    assert make.rest("nino").get(REST).json["count"] == 0
    assert make.page("nino").get("/lookup/project?q=cantiere").json == []
    make.rest("sergio").put(f"/api/v1/opportunities/{deal}", {"private": False})
    assert statuses(make, made, "nino") == [200]


def test_it_takes_over_who_sees_it(make: Maker) -> None:
    """ACC-06: a project made of a limited opportunity is limited by itself too, so that it stays so when that goes."""
    deal = make.opportunity(private=True, shared_with=[make["livia"].id])
    made = posted(make, opportunity=deal).json["result"]
    assert (made["private"], made["shared_with"]) == (True, [make["livia"].id])
    assert posted(make, opportunity=make.opportunity()).json["result"]["private"] is False


def test_a_hidden_opportunity_cannot_be_linked(make: Maker) -> None:
    """ACC-06: it is answered like a missing one."""
    deal = make.opportunity(private=True)
    answer = posted(make, "nino", opportunity=deal)
    assert answer.json["errors"] == posted(make, "nino", opportunity=999_999).json["errors"]
    assert make.page("nino").get(f"/projects/opportunity/{deal}").status_code == 404


def test_to_the_bin_with_its_opportunity_and_back(make: Maker) -> None:
    """GEN-07: what hangs on something in the bin is not seen either, and comes back with it."""
    deal = make.opportunity()
    made = posted(make, opportunity=deal).json["id"]
    make.rest("sergio").delete(f"/api/v1/opportunities/{deal}")
    assert statuses(make, made, "sergio", "marta") == [404, 404]
    make.page("sergio").post(f"/opportunities/restore/{deal}")
    assert statuses(make, made, "sergio", "marta") == [200, 200]
    make.page("sergio").post(f"/projects/delete/{made}")
    assert statuses(make, made, "sergio") == [404]
    make.page("sergio").post(f"/projects/restore/{made}")
    assert statuses(make, made, "sergio") == [200]

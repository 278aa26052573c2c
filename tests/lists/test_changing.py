"""Values changed where they stand, in lists and on record pages: by the room's own check, version and rights."""

from typing import Any

import pytest

from tests.factories import Maker, Page

JSON = {"Accept": "application/json"}


def change(page: Page, address: str, value: Any, version: int = 1, **more: Any) -> Any:
    """Send one value as lists.js does."""
    return page.post(address, {"value": value, "version": version, "columns": "card,owner", **more}, headers=JSON)


def test_a_stage_is_changed_in_the_list(make: Maker) -> None:
    """GEN-09, OPP-04: the stage brings its probability, a loss its reason; the answer draws the row anew."""
    deal, proposal, lost = make.opportunity(), make.stage("Proposal"), make.stage("Lost")
    page, at = make.page("livia"), f"/opportunities/change/{deal}/stage"
    assert f'href="{at}?version=1"' in page.get("/opportunities/list/").text
    assert f'href="{at}?version=1"' in page.get(f"/opportunities/show/{deal}").text
    part = page.get(f"{at}?version=1", headers={"X-Part": "1"}).text
    assert "<html" not in part
    assert 'name="version" value="1"' in part
    answer = change(page, at, proposal, columns="stage,probability,nonsense")
    assert answer.status_code == 200
    assert answer.json["version"] == 2
    assert set(answer.json["cells"]) == {"stage", "probability"}
    assert "Proposal" in answer.json["cells"]["stage"]
    assert "version=2" in answer.json["cells"]["stage"]
    assert "50 %" in answer.json["cells"]["probability"]
    late = change(page, at, lost, 1)
    assert (late.status_code, "meanwhile" in late.json["message"]) == (409, True)
    reasons = part.split('name="lost_reason"')[1].split('value="')
    reason = next(text.split('"')[0] for text in reasons[1:] if text[0].isdigit())
    assert change(page, at, lost, 2, lost_reason=reason).status_code == 200
    kept = make.rest("livia").get(f"/api/v1/opportunities/{deal}").json["result"]
    assert str(kept["lost_reason"]["id"]) == reason
    assert change(page, at, 999999, 3).status_code == 400


def test_who_may_not_edit_changes_nothing(make: Maker) -> None:
    """ACC-06: strangers get the 404 of a missing record, readers and visitors are sent away, and see no such link; the
    responsible person is changed by who looks after the record alone."""
    deal, hidden = make.opportunity(), make.opportunity(private=True)
    stage = make.stage("Proposal")
    for who, pk, column, code in (
        ("nino", hidden, "stage", 404),
        ("nino", 999999, "stage", 404),
        ("nino", deal, "owner", 404),
        ("nino", deal, "title", 404),
        ("renzo", deal, "stage", 403),
        (None, deal, "stage", 302),
    ):
        page = make.page(who)
        assert page.get(f"/opportunities/change/{pk}/{column}").status_code == code, (who, column)
        assert change(page, f"/opportunities/change/{pk}/{column}", stage).status_code == code, (who, column)
    assert "data-change" not in make.page("renzo").get("/opportunities/list/").text
    listed = make.page("nino").get("/opportunities/list/").text
    assert f"/opportunities/change/{deal}/stage" in listed
    assert f"/opportunities/change/{deal}/owner" not in listed
    assert make.rest("sergio").get(f"/api/v1/opportunities/{deal}").json["result"]["version"] == 1


@pytest.mark.parametrize("column", ["type", "temperature", "owner"])
def test_contacts(make: Maker, column: str) -> None:
    """CON-04, CON-05: type and temperature, also none of them; the owner. Without script a page with a plain form."""
    contact = make.contact()
    page, at = make.page("sergio"), f"/contacts/change/{contact}/{column}"
    options = page.get(at).text.split("<option value=")
    value = (
        str(make["livia"].id) if column == "owner" else next(o[1:].split('"')[0] for o in options if o[1:2].isdigit())
    )
    assert page.post(at, {"value": value, "version": 1}).headers["Location"].endswith(f"/contacts/show/{contact}")
    kept = make.rest("livia").get(f"/api/v1/contacts/{contact}").json["result"]
    assert str(kept[column]["id"]) == value
    again = page.post(at, {"value": value, "version": 1})
    assert again.status_code == (404 if column == "owner" else 409)
    if column != "owner":
        assert change(page, at, "", 2).status_code == 200
        assert make.rest("livia").get(f"/api/v1/contacts/{contact}").json["result"][column] is None


def test_invoices_go_only_where_they_may(make: Maker) -> None:
    """INV-06: the ways that there are, and no other; back from paid for administrators alone."""
    draft, paid = make.invoice(), make.paid_invoice()
    page = make.page("sergio")
    form = page.get(f"/invoices/change/{draft}/state").text
    assert [way in form for way in ('"billed"', '"rejected"', '"paid"')] == [True, True, False]
    version = make.rest("sergio").get(f"/api/v1/invoices/{draft}").json["result"]["version"]
    assert change(page, f"/invoices/change/{draft}/state", "paid", version).status_code == 400
    assert change(page, f"/invoices/change/{draft}/state", "billed", version + 7).status_code == 409
    billed = change(page, f"/invoices/change/{draft}/state", "billed", version, columns="card,state")
    assert billed.status_code == 200
    assert "Billed" in billed.json["cells"]["state"]
    assert page.get(f"/invoices/change/{paid}/state").status_code == 404
    assert '"billed"' in make.page("marta").get(f"/invoices/change/{paid}/state").text


def test_tasks_cases_and_projects(make: Maker) -> None:
    """TSK-01, CAS-01, OPP-07: category and owner, owner, status; each by its own service."""
    task, case, project = make.task(), make.case(), make.project()
    page = make.page("sergio")
    livia = make["livia"].id
    for at in (f"/tasks/change/{task}/owner", f"/cases/change/{case}/owner"):
        answer = change(page, at, livia, columns="owner")
        assert (answer.status_code, "Livia" in answer.json["cells"]["owner"]) == (200, True), at
    assert change(page, f"/projects/change/{project}/status", "paused").status_code == 200
    assert change(page, f"/projects/change/{project}/status", "nonsense", 2).status_code == 400
    options = page.get(f"/tasks/change/{task}/category").text.split("<option value=")
    value = next(o[1:].split('"')[0] for o in options if o[1:2].isdigit())
    assert change(page, f"/tasks/change/{task}/category", value, 2, columns="category").status_code == 200

"""Forms that were left unsaved come back (GEN-05): the server shows what the browser has kept, and saves nothing."""

import pytest

from tests.factories import Maker


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/contacts/add", "last_name"),
        ("/contacts/edit/{contact}", "last_name"),
        ("/opportunities/add", "title"),
        ("/opportunities/edit/{deal}", "title"),
        ("/tasks/add", "title"),
        ("/cases/add", "title"),
        ("/projects/add", "title"),
        ("/invoices/add", "order_number"),
    ],
)
def test_a_draft_is_shown_and_not_saved(make: Maker, address: str, field: str) -> None:
    """GEN-05: each form that is kept takes it back as it was typed, with no refusal and no change of any row."""
    contact, deal = make.contact(), make.opportunity()
    page = make.page("sergio")
    at = address.format(contact=contact, deal=deal)
    assert "data-draft" in page.get(at).text
    assert "data-changed" not in page.get(at).text
    shown = page.post(at, {field: "Non salvato", "version": "1", "draft": "1", "emails-0-value": "non un indirizzo"})
    assert shown.status_code == 200
    assert "Non salvato" in shown.text
    assert "data-changed" in shown.text
    assert "data-error-summary" not in shown.text
    rest = make.rest("sergio")
    for kind in ("contacts", "opportunities", "tasks", "cases", "projects", "invoices"):
        assert "Non salvato" not in rest.get(f"/api/v1/{kind}/").text, kind


def test_what_was_changed_meanwhile_is_compared(make: Maker) -> None:
    """GEN-05, GEN-08: a draft of an older version, saved now, is compared with what stands; nothing is overwritten."""
    deal = make.opportunity(title="Prima")
    page = make.page("sergio")
    make.rest("livia").put(f"/api/v1/opportunities/{deal}", {"title": "Di Livia"})
    draft = {"title": "Di Sergio", "version": "1", "stage": make.stage(), "currency": "EUR", "budget_type": "fixed"}
    draft |= {"periods": "1", "owner": make["sergio"].id}
    assert 'value="1"' in page.post(f"/opportunities/edit/{deal}", {**draft, "draft": "1"}).text
    assert "data-conflict" in page.post(f"/opportunities/edit/{deal}", draft).text
    assert make.rest("livia").get(f"/api/v1/opportunities/{deal}").json["result"]["title"] == "Di Livia"


def test_a_stranger_gets_no_form(make: Maker) -> None:
    """ACC-06: sending a draft to a hidden record answers as for a missing one; readers and visitors are sent away."""
    hidden = make.contact(private=True)
    draft = {"last_name": "X", "draft": "1"}
    for pk in (hidden, 999999):
        assert make.page("nino").post(f"/contacts/edit/{pk}", draft).status_code == 404
    assert make.page("renzo").post("/contacts/add", draft).status_code == 403
    assert make.page(None).post("/contacts/add", draft).status_code == 302

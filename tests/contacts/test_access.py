"""Who sees a contact, who may share and delete it, and what becomes of links to what one may not see (CON-06, 07)."""

import pytest
from flask import Flask
from sqlalchemy import update

from app.core.db import db
from app.core.people import User
from tests.contacts.forms import added, person
from tests.factories import Maker

REST = "/api/v1/contacts/"


def seen_by(make: Maker, contact: int, *names: str) -> list[int]:
    """The status of the record's page and of REST, which must agree."""
    pages = [make.page(name).get(f"/contacts/show/{contact}").status_code for name in names]
    assert pages == [make.rest(name).get(f"{REST}{contact}").status_code for name in names]
    return pages


def test_a_new_contact_is_private(make: Maker) -> None:
    """CON-07: by page and by REST, unless the box is ticked; CON-06: the creator looks after it."""
    by_page = added(make.page("sergio"), person())
    by_rest = make.rest("sergio").post(REST, {"first_name": "M", "last_name": "R"}).json["id"]
    for contact in (by_page, by_rest):
        assert seen_by(make, contact, "sergio", "marta", "ada", "nino", "livia", "renzo") == [200] * 3 + [404] * 3
    opened = added(make.page("sergio"), person(open_to_all="y"))
    assert seen_by(make, opened, "sergio", "nino", "renzo") == [200] * 3


def test_sharing_with_users_and_groups(make: Maker) -> None:
    """CON-07: chosen users and groups see and edit it, and no more once they are taken off."""
    group = make.group("Vendite", make["livia"])
    contact = make.contact(private=True)
    rest = make.rest("sergio")
    assert rest.put(f"{REST}{contact}", {"shared_with": [-group, make["renzo"].id]}).status_code == 200
    assert seen_by(make, contact, "livia", "renzo", "nino") == [200, 200, 404]
    assert make.rest("livia").put(f"{REST}{contact}", {"title": "di Livia"}).status_code == 200
    assert rest.put(f"{REST}{contact}", {"shared_with": []}).status_code == 200
    assert seen_by(make, contact, "livia", "renzo", "nino") == [404] * 3


def test_several_responsible_persons(make: Maker) -> None:
    """CON-06: others can be set, several if wished; each of them sees it."""
    body = {"first_name": "M", "last_name": "R", "owner": make["livia"].id, "co_owners": [make["nino"].id]}
    contact = make.rest("sergio").post(REST, body).json["id"]
    assert seen_by(make, contact, "livia", "nino", "sergio") == [200, 200, 404]


def test_who_may_open_close_and_delete(make: Maker) -> None:
    """SPEC, Access: an open record is edited by all, but deleted and shared by its own persons and administrators."""
    contact = make.contact()
    nino = make.rest("nino")
    assert nino.put(f"{REST}{contact}", {"title": "di Nino"}).status_code == 200
    assert nino.put(f"{REST}{contact}", {"private": True}).status_code == 403
    assert nino.put(f"{REST}{contact}", {"owner": make["nino"].id}).status_code == 403
    assert nino.delete(f"{REST}{contact}").status_code == 403
    assert make.rest("renzo").put(f"{REST}{contact}", {"title": "di Renzo"}).status_code == 403
    make.page("nino").post("/contacts/action_post", {"action": "delete", "rowid": contact})
    make.page("nino").post(f"/contacts/delete/{contact}")
    assert seen_by(make, contact, "nino") == [200]
    assert make.rest("sergio").put(f"{REST}{contact}", {"private": True}).status_code == 200
    assert make.rest("marta").delete(f"{REST}{contact}").status_code == 200
    assert seen_by(make, contact, "sergio", "ada", "nino") == [404] * 3


def test_group_operations(make: Maker) -> None:
    """CON-09: open, close and delete the chosen ones; hidden and missing ones are passed over alike."""
    mine, theirs, hidden = make.contact(make["nino"]), make.contact(), make.contact(private=True)
    page = make.page("nino")
    chosen = {"rowid": [mine, theirs, hidden, 987654]}
    assert page.post("/contacts/action_post", {"action": "private", **chosen}).status_code == 302
    assert [make.rest("ada").get(f"{REST}{c}").json["result"]["private"] for c in (mine, theirs, hidden)] == [
        True,
        False,
        True,
    ]
    page.post("/contacts/action_post", {"action": "open", **chosen})
    page.post("/contacts/action_post", {"action": "delete", **chosen})
    assert [make.rest("ada").get(f"{REST}{c}").status_code for c in (mine, theirs, hidden)] == [404, 200, 200]


def test_delete_and_restore(make: Maker) -> None:
    """GEN-07: out of the bin by the one who put it there or an administrator, and by nobody else."""
    contact = make.contact(emails=["bin@example.com"])
    assert make.page("sergio").post(f"/contacts/delete/{contact}").status_code == 302
    assert seen_by(make, contact, "sergio", "ada", "nino") == [404] * 3
    make.page("nino").post(f"/contacts/restore/{contact}")
    assert seen_by(make, contact, "sergio") == [404]
    assert make.page("sergio").post(f"/contacts/restore/{contact}").status_code == 302
    assert seen_by(make, contact, "sergio", "nino") == [200, 200]
    assert make.rest("nino").get(f"{REST}{contact}").json["result"]["emails"][0]["value"] == "bin@example.com"


def test_persons_of_a_company(make: Maker) -> None:
    """CON-01: a company lists the persons that one may see; they are added and taken off there."""
    firm = make.contact(kind="company", name="Acme spa")
    anna, bea = make.contact(first_name="Anna", last_name="Verdi"), make.contact(first_name="Bea", last_name="Neri")
    make.contact(first_name="Segreta", last_name="Persona", company=firm, private=True)
    page = make.page("nino")
    for one in (anna, bea):
        assert page.post(f"/contacts/persons/{firm}", {"person": one}).status_code == 302
    page.post(f"/contacts/persons/{firm}/unlink/{bea}")
    body = page.get(f"/contacts/show/{firm}").get_data(as_text=True)
    assert "Anna Verdi" in body
    assert "Bea Neri" not in body
    assert "Segreta" not in body
    assert "Segreta" in make.page("sergio").get(f"/contacts/show/{firm}").get_data(as_text=True)
    page.post(f"/contacts/persons/{firm}", {"person": firm})
    assert make.rest("nino").get(f"{REST}{firm}").json["result"]["company"] is None


def test_a_hidden_company_is_a_missing_one(make: Maker) -> None:
    """ACC-06: attaching it is refused in the same words, by id and by name, on page and REST."""
    make.contact(kind="company", name="Segretissima spa", private=True)
    hidden = make.contact(kind="company", name="Ignota spa", private=True)
    rest, page = make.rest("nino"), make.page("nino")
    answers = [
        rest.post(REST, {"first_name": "M", "last_name": "R", "company": firm}).json["errors"]
        for firm in (hidden, 987654, "Segretissima spa", "Non ce n'è", {"id": hidden})
    ]
    assert all(answer == answers[0] for answer in answers)
    mine = make.contact(make["nino"])
    assert rest.put(f"{REST}{mine}", {"company": hidden}).json["errors"] == answers[0]
    refused = page.post("/contacts/add", person(company=str(hidden))).get_data(as_text=True)
    assert "Ignota" not in refused


def test_a_hidden_company_survives_a_strangers_edit(make: Maker) -> None:
    """ACC-06: who does not see the link cannot lose it by saving the form."""
    firm = make.contact(kind="company", name="Segreta spa", private=True)
    contact = make.contact(first_name="Anna", last_name="Bo", company=firm)
    page = make.page("nino")
    assert "Segreta" not in page.get(f"/contacts/edit/{contact}").get_data(as_text=True)
    assert page.post(f"/contacts/edit/{contact}", person("Anna", "Bianchi", open_to_all="y")).status_code == 302
    seen = make.rest("sergio").get(f"{REST}{contact}").json["result"]
    assert seen["last_name"] == "Bianchi"
    assert seen["company"] == {"id": firm, "name": "Segreta spa"}


@pytest.mark.parametrize("role", ["owner", "co_owners", "shared_with"])
def test_someone_who_has_left_blocks_nobody(app: Flask, make: Maker, role: str) -> None:
    """CON-06: a contact stays editable when one of its persons has no account any more."""
    gone = make.user()
    contact = make.contact(gone) if role == "owner" else make.contact(**{role: [gone.id]})
    with app.app_context():
        db.session.execute(update(User).where(User.id == gone.id).values(active=False))
        db.session.commit()
    rest = make.rest("marta")
    stored = rest.get(f"{REST}{contact}").json["result"]
    body = {key: stored[key] for key in ("owner", "co_owners", "shared_with")} | {"title": "nuova"}
    assert rest.put(f"{REST}{contact}", body).status_code == 200
    assert rest.post(REST, {"first_name": "M", "last_name": "R", "co_owners": [gone.id]}).status_code == 400

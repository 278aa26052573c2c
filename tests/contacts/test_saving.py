"""Adding and changing contacts by page and by REST: what is required, what is refused, what is kept (CON-01…03)."""

from typing import Any

import pytest

from tests.contacts.forms import added, channels, company, person
from tests.factories import Maker, unique

REST = "/api/v1/contacts/"
# (keys of REST, the same as a form, the field that is refused)
REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"first_name": "", "last_name": "Rossi"}, person(first_name=""), "first_name"),
    ({"first_name": "Maria"}, person(last_name="  "), "last_name"),
    ({"kind": "company"}, company(name=""), "name"),
    ({"first_name": "a" * 256, "last_name": "b"}, person(first_name="a" * 256), "first_name"),
    ({"first_name": "M", "last_name": "R", "title": "x" * 256}, person(title="x" * 256), "title"),
    ({"first_name": "M", "last_name": "R", "emails": ["no at"]}, person(**channels("emails", "no at")), "emails"),
    ({"first_name": "M", "last_name": "R", "emails": ["a@b@c.it"]}, person(**channels("emails", "a@b@c.it")), "emails"),
    ({"first_name": "M", "last_name": "R", "phones": ["nessuno"]}, person(**channels("phones", "nessuno")), "phones"),
    (
        {"first_name": "M", "last_name": "R", "websites": ["javascript:alert(1)"]},
        person(**channels("websites", "javascript:alert(1)", kind="website")),
        "websites",
    ),
    ({"first_name": "M", "last_name": "R", "type": "Nessuno"}, person(type="987654"), "type"),
    ({"first_name": "M", "last_name": "R", "company": 987654}, person(company="987654"), "company"),
    ({"first_name": "M", "last_name": "R", "owner": 987654}, person(owner="987654"), "owner"),
    ({"first_name": "M", "last_name": "R", "tags": ["t" * 81]}, person(tags="t" * 81), "tags"),
    ({"first_name": "M", "last_name": "R", "shared_with": [987654]}, person(shared_with="987654"), "shared_with"),
]


@pytest.mark.parametrize(("keys", "_form", "field"), REFUSED)
def test_rest_refuses_on_the_field(make: Maker, keys: dict[str, Any], _form: Any, field: str) -> None:
    """CON-01…03, Bad input: 400 with the reason by field, and nothing is stored."""
    rest = make.rest("nino")
    answer = rest.post(REST, keys)
    assert answer.status_code == 400
    assert answer.json["message"]
    assert list(answer.json["errors"]) == [field]
    assert all(isinstance(sentence, str) and sentence for sentence in answer.json["errors"][field])
    assert rest.get(REST).json["count"] == 0


@pytest.mark.parametrize(("_keys", "form", "field"), REFUSED)
def test_the_page_refuses_on_the_field_and_keeps_what_was_typed(
    make: Maker, _keys: Any, form: dict[str, Any], field: str
) -> None:
    """CON-01…03, Bad input: the form again, the message on its field, every other value as it was typed."""
    typed = form | {"description": "una lunga storia che nessuno vuole riscrivere", "addresses-0-city": "Savigliano"}
    answer = make.page("nino").post("/contacts/add", typed)
    body = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "una lunga storia" in body
    assert "Savigliano" in body
    assert 'class="error"' in body or "field-bad" in body
    assert make.rest("nino").get(REST).json["count"] == 0
    for name, value in form.items():
        if value.strip() and name not in ("type", "temperature", "company", "owner", "shared_with"):
            assert value in body, f"{name} was lost"


@pytest.mark.parametrize(
    "body",
    [
        {"first_name": "M", "last_name": "R", "is_admin": True},
        {"first_name": "M", "last_name": "R", "owner_id": 1},
        {"first_name": "M", "last_name": "R", "created_at": "2020-01-01T00:00:00+00:00"},
        {"first_name": "M", "last_name": "R", "deleted_at": None},
        {"first_name": "M", "last_name": "R", "audience": [0]},
        {"first_name": "M", "last_name": "R", "id": 7},
    ],
)
def test_an_unknown_key_is_refused(make: Maker, body: dict[str, Any]) -> None:
    """Threat 14: nothing is set that the contract does not name."""
    answer = make.rest("nino").post(REST, body)
    assert answer.status_code == 400
    assert set(answer.json["errors"]) == set(body) - {"first_name", "last_name"}


@pytest.mark.parametrize("body", [[], "x", 1, None, [{"first_name": "M"}]])
def test_a_body_that_is_no_object_is_refused(make: Maker, body: Any) -> None:
    """Bad input: a sentence, not a failure."""
    assert make.rest("nino").post(REST, body).status_code == 400


def test_a_person_with_one_of_everything(make: Maker) -> None:
    """CON-01…03: what the form sends comes back by REST, the chosen channel is the primary one."""
    firm = make.contact(kind="company", name="Acme spa")
    form = person(
        title="Direttrice",
        company=str(firm),
        description="Incontrata a Torino",
        tags=["fiera", "vip"],
        **channels("emails", "Maria@Example.com", "m.rossi@example.org", primary=1),
        **channels("phones", "011 5561234", "+39 347 1234567", kind="mobile"),
        **channels("websites", "https://www.example.com/x", kind="website"),
        **{"addresses-0-street": "Via Po 1", "addresses-0-zip": "10100", "addresses-0-city": "Torino"},
    )
    made = added(make.page("nino"), form)
    seen = make.rest("nino").get(f"{REST}{made}").json["result"]
    assert (seen["full_name"], seen["title"], seen["company"]["name"]) == ("Maria Rossi", "Direttrice", "Acme spa")
    assert [(e["value"], e["primary"]) for e in seen["emails"]] == [
        ("m.rossi@example.org", True),
        ("maria@example.com", False),
    ]
    assert [p["value"] for p in seen["phones"]] == ["011 5561234", "+39 347 1234567"]
    assert sum(p["primary"] for p in seen["phones"]) == 1
    assert seen["addresses"][0] | {"street": "Via Po 1", "zip": "10100", "city": "Torino"} == seen["addresses"][0]
    assert seen["tags"] == ["fiera", "vip"]
    assert seen["owner"]["id"] == make["nino"].id
    body = make.page("nino").get(f"/contacts/show/{made}").get_data(as_text=True)
    assert all(word in body for word in ("Maria Rossi", "m.rossi@example.org", "Direttrice", "Acme spa", "Via Po 1"))


def test_rest_gives_back_what_was_posted(make: Maker) -> None:
    """Contracts: 201 with the record; a PUT changes what it names and nothing else."""
    rest = make.rest("nino")
    posted = rest.post(REST, {"kind": "company", "name": "Beta snc", "emails": ["info@beta.example"], "type": "Client"})
    assert posted.status_code == 201
    made, result = posted.json["id"], posted.json["result"]
    assert result["type"]["name"] == "Client"
    assert result["private"] is True
    changed = rest.put(f"{REST}{made}", {"description": "nuova"})
    assert changed.status_code == 200
    assert changed.json["result"] | {"description": None} == {
        **result,
        "description": None,
        "version": changed.json["result"]["version"],
        "changed_at": changed.json["result"]["changed_at"],
    }


def test_repeats_are_one_and_one_is_primary(make: Maker) -> None:
    """CON-03: the same address twice is one; without a choice the first is primary; two primaries become one."""
    emails = ["A@example.com", {"value": "a@EXAMPLE.com"}, {"value": "b@example.com", "primary": True}]
    emails += [{"value": "c@example.com", "primary": True}]
    seen = make.rest("nino").post(REST, {"first_name": "M", "last_name": "R", "emails": emails}).json["result"]
    assert sorted(e["value"] for e in seen["emails"]) == ["a@example.com", "b@example.com", "c@example.com"]
    assert [e["value"] for e in seen["emails"] if e["primary"]] == ["b@example.com"]


def test_save_and_create_new(make: Maker) -> None:
    """GEN-03: the second button leads to an empty form of the same kind."""
    page = make.page("nino")
    answer = page.post("/contacts/add?kind=company", company(unique("Gamma"), save_and_new="1"))
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/contacts/add?kind=company")
    assert "Gamma" not in page.get("/contacts/add?kind=company").get_data(as_text=True).split("<form", 1)[1]
    assert make.rest("nino").get(REST).json["count"] == 1


def test_an_edit_without_a_change_changes_nothing(make: Maker) -> None:
    """GEN-08: saving what is there makes no new version, so nobody is told of a change that was none."""
    made = make.full(make["nino"])
    rest = make.rest("nino")
    before = rest.get(f"{REST}{made}").json["result"]
    keys = ("first_name", "last_name", "emails", "phones", "websites", "addresses", "tags", "private", "shared_with")
    after = rest.put(f"{REST}{made}", {key: before[key] for key in keys}).json["result"]
    assert after == before


def test_two_people_at_one_record(make: Maker) -> None:
    """GEN-08, threat 38: the second is told, by page and REST, and the first one's work stands."""
    made = make.contact(first_name="Prima", last_name="Versione")
    version = make.rest("nino").get(f"{REST}{made}").json["result"]["version"]
    assert make.rest("livia").put(f"{REST}{made}", {"title": "di Livia", "version": version}).status_code == 200
    stale = make.rest("nino").put(f"{REST}{made}", {"title": "di Nino", "version": version})
    assert stale.status_code == 409
    assert stale.json["message"]
    form = person("Prima", "Versione", title="di Nino", version=str(version), open_to_all="y")
    answer = make.page("nino").post(f"/contacts/edit/{made}", form)
    assert answer.status_code in (200, 409)
    assert "di Nino" in answer.get_data(as_text=True)
    assert make.rest("nino").get(f"{REST}{made}").json["result"]["title"] == "di Livia"


def test_an_edit_by_page(make: Maker) -> None:
    """CON-01: the form holds what is stored, and saving it stores what was changed."""
    made = make.contact(first_name="Anna", last_name="Bo", emails=["anna@example.com"], tags=["vip"])
    page = make.page("nino")
    body = page.get(f"/contacts/edit/{made}").get_data(as_text=True)
    assert all(word in body for word in ('value="Anna"', 'value="anna@example.com"', "vip"))
    form = person(
        "Anna Maria", "Bo", open_to_all="y", tags="vip", **channels("emails", "anna@example.com", "due@example.com")
    )
    assert page.post(f"/contacts/edit/{made}", form).status_code == 302
    seen = make.rest("nino").get(f"{REST}{made}").json["result"]
    assert seen["first_name"] == "Anna Maria"
    assert len(seen["emails"]) == 2
    assert seen["owner"]["id"] == make["sergio"].id


def test_the_form_sets_nothing_but_its_fields(make: Maker) -> None:
    """Threat 14: columns that no form shows are not taken from one, neither when adding nor when changing."""
    page, foreign = make.page("nino"), {"id": "77", "owner_id": str(make["ada"].id), "audience": "{0}", "version": "1"}
    foreign |= {"private": "", "created_by": "1", "deleted_at": "2020-01-01", "sort_name": "zzz", "import_run_id": "1"}
    made = added(page, person(**foreign))
    assert page.post(f"/contacts/edit/{made}", person("Maria", "Verdi", **foreign)).status_code == 302
    seen = make.rest("nino").get(f"{REST}{made}").json["result"]
    assert (seen["owner"]["id"], seen["private"], seen["last_name"]) == (make["nino"].id, True, "Verdi")
    assert made != 77
    assert make.rest("livia").get(f"{REST}{made}").status_code == 404

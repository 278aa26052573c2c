"""The page of custom fields: made, changed, put in order, taken off, erased; by administrators alone (SET-08)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.contacts.models import Contact, contact_range
from app.core.db import db
from app.settings import custom
from app.settings.models import CustomField
from app.settings.values import FieldKind
from tests.factories import Maker

Look = Callable[[Callable[[], Any]], Any]
FIELDS = "/settings/fields/contact/"


def fields(removed: bool = False) -> dict[str, CustomField]:
    return {f.label: f for f in custom.fields_of("contact", removed=removed)}


def stored(contact: int) -> dict[str, Any]:
    return db.session.scalar(select(Contact.custom).where(Contact.id == contact))


def form(**keys: Any) -> dict[str, Any]:
    return {"label": "Settore", "kind": "text", "applies_to": "both", "in_filter": "y", "in_api": "y", **keys}


@pytest.mark.parametrize("kind", list(FieldKind))
def test_make_one_of_each_kind(make: Maker, seen: Look, kind: FieldKind) -> None:
    """SET-08: each kind can be made, and stands in the contact form and in the page of fields."""
    page = make.page("marta")
    answer = page.post(
        f"{FIELDS}add",
        form(label="Città & C.", kind=kind.value, option=["Oro", "Argento", " oro ", ""], was=["", "", "", ""]),
    )
    assert answer.status_code == 302
    field = seen(lambda: fields()["Città & C."])
    assert (field.key, field.kind) == ("citta_c", kind)
    assert field.options == (["Oro", "Argento"] if kind == FieldKind.CHOICE else [])
    assert "Città &amp; C." in page.get("/contacts/add").text
    assert "Città &amp; C." in page.get(FIELDS).text


def test_keys_never_change_and_never_clash(make: Maker, seen: Look) -> None:
    """SET-08: a renamed field keeps its key; labels that look alike get keys of their own, removed ones included."""
    page = make.page("marta")
    page.post(f"{FIELDS}add", form(label="Età"))
    field = seen(lambda: fields()["Età"])
    page.post(f"{FIELDS}{field.id}", form(label="Anni", version=field.version))
    page.post(f"{FIELDS}{field.id}/remove")
    page.post(f"{FIELDS}add", form(label="Eta"))
    page.post(f"{FIELDS}add", form(label="2026"))
    page.post(f"{FIELDS}add", form(label="日本"))
    assert seen(lambda: [f.key for f in fields().values()]) == ["eta_2", "field_2026", "field"]
    assert seen(lambda: fields(removed=True)["Anni"].key) == "eta"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"label": ""}, "required"),
        ({"label": "x" * 81}, "At most 80"),
        ({"label": "SETTORE"}, "already"),
        ({"kind": "formula"}, "what the field holds"),
        ({"applies_to": "dog"}, "what the field is for"),
        ({"kind": "choice", "option": [" "], "was": [""]}, "at least one choice"),
        ({"kind": "choice", "option": ["x" * 201], "was": [""]}, "At most 200"),
    ],
)
def test_a_bad_field_is_refused(make: Maker, seen: Look, changed: dict[str, Any], why: str) -> None:
    """SET-08: refused with a reason, what was typed stays, nothing is made."""
    page = make.page("marta")
    page.post(f"{FIELDS}add", form())
    answer = page.post(f"{FIELDS}add", form(**{"label": "Altro", **changed}))
    assert answer.status_code == 400
    assert why in answer.text
    assert list(seen(fields)) == ["Settore"]
    assert page.post("/settings/fields/invoice/add", form()).status_code == 404


def test_two_who_change_one_field(make: Maker, seen: Look) -> None:
    """GEN-08: the second is told, and nothing of the first is lost."""
    page = make.page("marta")
    page.post(f"{FIELDS}add", form())
    field = seen(lambda: fields()["Settore"])
    assert page.post(f"{FIELDS}{field.id}", form(label="Ramo", version=field.version)).status_code == 302
    late = page.post(f"{FIELDS}{field.id}", form(label="Campo", version=field.version))
    assert late.status_code == 409
    assert 'value="Campo"' in late.text
    assert list(seen(fields)) == ["Ramo"]


def test_a_renamed_choice_is_renamed_everywhere(make: Maker, seen: Look) -> None:
    """SET-08: records follow a renamed choice, private ones and the bin's too; one taken off stays where it is."""
    key = make.custom_field("Livello", "choice", options=["Oro", "Argento"])
    gold, silver = make.contact(custom={key: "Oro"}, private=True), make.contact(custom={key: "Argento"})
    make.page("sergio").post(f"/contacts/delete/{gold}")
    field = seen(lambda: fields()["Livello"])
    body = form(label="Livello", version=field.version, was=["Oro"], option=["Platino"])
    assert make.page("marta").post(f"{FIELDS}{field.id}", body).status_code == 302
    assert seen(lambda: stored(gold)) == {key: "Platino"}
    assert seen(lambda: stored(silver)) == {key: "Argento"}
    kept = make.rest("sergio").put(f"/api/v1/contacts/{silver}", {"title": "x", "custom": {key: "Argento"}})
    assert kept.status_code == 200
    assert make.rest("sergio").put(f"/api/v1/contacts/{silver}", {"custom": {key: "Oro"}}).status_code == 400


def test_order(make: Maker, seen: Look) -> None:
    """SET-08: by drag and by arrows; a wrong set of ids changes nothing."""
    for label in ("A", "B", "C"):
        make.custom_field(label)
    page, ids = make.page("marta"), seen(lambda: [f.id for f in fields().values()])
    assert page.post(f"{FIELDS}order", {"id": ids[::-1]}).status_code == 200
    page.post(f"{FIELDS}{ids[0]}/move", {"to": "up"})
    assert list(seen(fields)) == ["C", "A", "B"]
    assert page.post(f"{FIELDS}order", {"id": ids[1:]}).status_code == 409


def test_removed_fields_keep_their_values_until_erased(make: Maker, seen: Look) -> None:
    """SET-08: gone from form, page and REST; back with all values; erased with their number said, bin included."""
    key = make.custom_field("Settore")
    number = make.custom_field("Peso", "number")
    contact, binned = make.contact(custom={key: "Vino", number: "3"}), make.contact(custom={key: "Olio"})
    make.page("sergio").post(f"/contacts/delete/{binned}")
    page, rest, field = make.page("marta"), make.rest("sergio"), seen(lambda: fields()["Settore"])
    assert "used by 2 records" in page.get(f"{FIELDS}?remove={field.id}").text
    page.post(f"{FIELDS}{field.id}/remove")
    assert "Settore" not in page.get("/contacts/add").text + page.get(f"/contacts/show/{contact}").text
    assert rest.get(f"/api/v1/contacts/{contact}").json["result"]["custom"] == {number: "3"}
    assert rest.put(f"/api/v1/contacts/{contact}", {"custom": {key: "x"}}).status_code == 400
    rest.put(f"/api/v1/contacts/{contact}", {"custom": {number: "4"}})
    page.post(f"{FIELDS}{field.id}/restore")
    assert rest.get(f"/api/v1/contacts/{contact}").json["result"]["custom"] == {key: "Vino", number: "4"}
    assert page.post(f"{FIELDS}{field.id}/delete").status_code == 404
    page.post(f"{FIELDS}{field.id}/remove")
    assert "Erased from 2 records" in page.post(f"{FIELDS}{field.id}/delete", follow_redirects=True).text
    assert seen(lambda: stored(contact)) == {number: "4"}
    assert seen(lambda: stored(binned)) == {}


def test_a_label_in_use_keeps_a_field_from_coming_back(make: Maker, seen: Look) -> None:
    """SET-08: two fields never share a label."""
    make.custom_field("Settore")
    page, field = make.page("marta"), seen(lambda: fields()["Settore"])
    page.post(f"{FIELDS}{field.id}/remove")
    page.post(f"{FIELDS}add", form())
    assert page.post(f"{FIELDS}{field.id}/restore").status_code == 400
    assert len(seen(fields)) == 1


def test_ranges_are_kept_by_the_database(make: Maker, seen: Look) -> None:
    """SET-08: days, numbers and amounts have their place, whoever writes; places go with value, field and contact."""
    keys = {kind: make.custom_field(kind, kind) for kind in ("date", "number", "money")}
    values = {keys["date"]: "1970-01-03", keys["number"]: "-2.5", keys["money"]: "9.99"}
    contact = make.contact(custom=values)
    ids = seen(lambda: {f.kind: f.id for f in fields().values()})

    def places() -> dict[int, float]:
        rows = db.session.execute(select(contact_range.c.field_id, contact_range.c.place)).all()
        return {field: float(place - field * 10**16) for field, place in rows}

    assert seen(places) == {ids["date"]: 2, ids["number"]: -2.5, ids["money"]: 9.99}
    make.rest("sergio").put(
        f"/api/v1/contacts/{contact}", {"custom": {keys["number"]: None, keys["date"]: "1969-12-31"}}
    )
    assert seen(places) == {ids["date"]: -1, ids["money"]: 9.99}
    make.page("marta").post(f"{FIELDS}{ids['date']}/remove")
    make.page("marta").post(f"{FIELDS}{ids['date']}/delete")
    assert seen(places) == {ids["money"]: 9.99}


ADDRESSES = ["", "add", "{pk}", "{pk}/move", "order", "{pk}/remove", "{pk}/restore", "{pk}/delete"]


@pytest.mark.parametrize("who", ["sergio", "renzo", None])
@pytest.mark.parametrize("address", ADDRESSES)
def test_others_are_refused(make: Maker, seen: Look, who: str | None, address: str) -> None:
    """SET-08: users, readers and visitors neither see nor change the fields."""
    make.custom_field("Settore")
    field = seen(lambda: fields()["Settore"])
    path, page = FIELDS + address.format(pk=field.id), make.page(who)
    answers = [
        page.post(path, form(label="Hacked", version=field.version)),
        page.post(path, json={"label": "Hacked", "kind": "text"}),
    ]
    answers += [page.get(path)] if address in ("", "add", "{pk}") else []
    for answer in answers:
        visitor = answer.status_code == 302 and "/login" in answer.headers["Location"]
        assert answer.status_code in (403, 405) or (who is None and visitor)
    assert list(seen(fields)) == ["Settore"]


def test_made_in_an_open_form(make: Maker, seen: Look) -> None:
    """GEN-05, SET-08: the open form gets the field's own HTML; refusals come in words; odd bodies do no harm."""
    page = make.page("marta")
    made = page.post(f"{FIELDS}add", json={"label": "Livello", "kind": "choice", "options": "Oro\nArgento\n"})
    assert made.status_code == 201
    assert 'name="custom.livello"' in made.json["html"]
    assert "Argento" in made.json["html"]
    again = page.post(f"{FIELDS}add", json={"label": "Livello", "kind": "text"})
    assert again.status_code == 400
    assert "already" in again.json["message"]
    for body in (
        {},
        [],
        "x",
        {"label": ["a"], "kind": {}},
        {"label": "Z", "kind": "choice", "options": {"a": 1}},
        {"label": 5, "kind": "text", "applies_to": []},
    ):
        assert page.post(f"{FIELDS}add", json=body).status_code in (201, 400)

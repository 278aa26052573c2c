"""The pages of the pick-lists: add, rename, colour, order, delete with "move to…" (SET-04, SET-05, SET-07, SET-09)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.contacts.models import Contact
from app.core.db import db
from app.settings.models import PickList, PickValue
from app.settings.service import WORDS
from tests.factories import Maker

Look = Callable[[Callable[[], Any]], Any]
TYPES = "/settings/lists/contact_type/"


def values(which: PickList = PickList.CONTACT_TYPE) -> dict[str, PickValue]:
    """The list's values by name, in their order."""
    found = db.session.scalars(select(PickValue).where(PickValue.list == which).order_by(PickValue.position))
    return {v.name: v for v in found}


def form(value: PickValue, **changed: Any) -> dict[str, Any]:
    return {"name": value.name, "color": value.color, "version": value.version, **changed}


@pytest.mark.parametrize("which", list(PickList))
def test_every_list_has_a_card_and_a_page(make: Maker, which: PickList) -> None:
    """SET-04, SET-05, SET-07: administrators find each list in the settings, under the guide's words."""
    page = make.page("marta")
    title = str(WORDS[which].title)
    assert title in page.get("/settings/").text
    assert title in page.get(f"/settings/lists/{which.value}/").text
    assert title in page.get(f"/settings/?q={title.lower()}").text
    assert title not in page.get("/settings/?q=zzz").text


def test_add_at_the_end(make: Maker, seen: Look) -> None:
    """SET-09: a new value stands last, in its colour."""
    answer = make.page("marta").post(f"{TYPES}add", {"name": "  Press  office ", "color": "pink"})
    assert answer.status_code == 302
    added = seen(lambda: list(values().values())[-1])
    assert (added.name, added.color) == ("Press office", "pink")


@pytest.mark.parametrize(
    ("name", "color", "why"),
    [
        ("", "red", "required"),
        ("x" * 81, "red", "At most 80"),
        ("CLIENT", "red", "in the list already"),
        ("cliente", "red", "in the list already"),
        ("New", "url(//evil)", "not one of the colours"),
        ("a\0b", "red", "At most 80"),
    ],
)
def test_a_bad_value_is_refused_and_kept_in_the_form(make: Maker, seen: Look, name: str, color: str, why: str) -> None:
    """SET-09: refused with a reason, what was typed stays, nothing is stored."""
    before = seen(lambda: list(values()))
    answer = make.page("marta").post(f"{TYPES}add", {"name": name, "color": color})
    assert answer.status_code == 400
    assert why in answer.text or color not in ("red",)
    assert seen(lambda: list(values())) == before
    if name and "\0" not in name:
        assert f'value="{name}"' in answer.text


def test_rename_and_colour_with_versions(make: Maker, seen: Look) -> None:
    """SET-09, GEN-08: a value is renamed and coloured; a form that is out of date changes nothing."""
    page, client = make.page("marta"), seen(lambda: values()["Client"])
    changed = form(client, name="Customer", color="teal")
    assert page.post(f"{TYPES}{client.id}", changed).status_code == 302
    assert seen(lambda: values()["Customer"].color) == "teal"
    late = page.post(f"{TYPES}{client.id}", changed | {"name": "Late"}, follow_redirects=True)
    assert "Somebody else has changed this" in late.text
    assert "Late" not in seen(lambda: list(values()))


def test_a_shipped_name_stays_translated_until_it_is_changed(make: Maker, seen: Look) -> None:
    """SET-09: an Italian who only recolours “Cliente” does not turn it into an Italian word for all."""
    page, client = make.page("marta"), seen(lambda: values()["Client"])
    page.get("/lang/it")
    page.post(f"{TYPES}{client.id}", form(client, name="Cliente", color="pink"))
    assert seen(lambda: values()["Client"].color) == "pink"


def test_order_by_drag_and_by_arrows(make: Maker, seen: Look) -> None:
    """SET-09: the whole order from the script, one step from a form; the ends stay where they are."""
    page, ids = make.page("marta"), seen(lambda: [v.id for v in values().values()])
    turned = ids[::-1]
    assert page.post(f"{TYPES}order", {"id": turned}).status_code == 200
    assert seen(lambda: [v.id for v in values().values()]) == turned
    page.post(f"{TYPES}{turned[2]}/move", {"to": "up"})
    page.post(f"{TYPES}{turned[0]}/move", {"to": "down"})
    moved = [turned[2], turned[0], turned[1], *turned[3:]]
    assert seen(lambda: [v.id for v in values().values()]) == moved
    page.post(f"{TYPES}{moved[0]}/move", {"to": "up"})
    page.post(f"{TYPES}{moved[-1]}/move", {"to": "down"})
    assert seen(lambda: [v.id for v in values().values()]) == moved


def test_an_order_of_other_values_is_refused(make: Maker, seen: Look) -> None:
    """SET-09: an order that leaves one out, doubles one or names a stranger's changes nothing."""
    page, ids = make.page("marta"), seen(lambda: [v.id for v in values().values()])
    stranger = seen(lambda: next(iter(values(PickList.TEMPERATURE).values())).id)
    for wrong in (ids[1:], [*ids, ids[0]], [*ids[1:], stranger], []):
        assert page.post(f"{TYPES}order", {"id": wrong}).status_code == 409
    assert seen(lambda: [v.id for v in values().values()]) == ids


def test_renaming_goes_on_after_a_move(make: Maker, seen: Look) -> None:
    """SET-09, GEN-08: a colleague's drag is no conflict for a name that is being typed."""
    page, client, ids = (
        make.page("marta"),
        seen(lambda: values()["Client"]),
        seen(lambda: [v.id for v in values().values()]),
    )
    page.post(f"{TYPES}order", {"id": ids[::-1]})
    page.post(f"{TYPES}{client.id}", form(client, name="Customer"))
    assert "Customer" in seen(lambda: list(values()))


def test_delete_moves_what_uses_it(make: Maker, seen: Look) -> None:
    """SET-09: in use, it goes only with a target; private rows and those in the bin move too; the count is said."""
    page = make.page("marta")
    one = make.contact(type="Client", private=True)
    two = make.contact(type="Client")
    make.page("sergio").post(f"/contacts/delete/{two}")
    other = make.contact(type="Partner")
    client, supplier = seen(lambda: values()["Client"]), seen(lambda: values()["Supplier"])
    refused = page.post(f"{TYPES}{client.id}/delete", {"version": client.version})
    assert refused.status_code == 400
    assert "used by 2 records" in refused.text
    said = page.post(
        f"{TYPES}{client.id}/delete", {"version": client.version, "move_to": supplier.id}, follow_redirects=True
    )
    assert "2 records now have “Supplier”" in said.text
    types = seen(lambda: dict(db.session.execute(select(Contact.id, Contact.type_id)).all()))
    assert types[one] == types[two] == supplier.id != types[other]
    assert "Client" not in seen(lambda: list(values()))


def test_delete_refuses_a_target_of_another_list_itself_and_old_versions(make: Maker, seen: Look) -> None:
    """SET-09: no target outside of the list, not itself; an old page deletes nothing."""
    page, client = make.page("marta"), seen(lambda: values()["Client"])
    make.contact(type="Client")
    cold = seen(lambda: values(PickList.TEMPERATURE)["Cold"])
    for target in (cold.id, client.id, "x", 10**12):
        body = {"version": client.version, "move_to": target}
        assert page.post(f"{TYPES}{client.id}/delete", body).status_code == 400
    page.post(f"{TYPES}{client.id}/delete", {"version": client.version + 1, "move_to": ""})
    assert "Client" in seen(lambda: list(values()))


def test_a_list_keeps_one_value(make: Maker, seen: Look) -> None:
    """SET-09: the last value stays, so that no list comes back by itself at the next start."""
    page = make.page("marta")
    for value in seen(lambda: list(values().values())):
        page.post(f"{TYPES}{value.id}/delete", {"version": value.version})
    assert len(seen(values)) == 1


def test_a_value_made_in_a_form(make: Maker, seen: Look) -> None:
    """GEN-05: the contact form gets the new value as JSON, and its refusal in words."""
    page = make.page("marta")
    answer = page.post(f"{TYPES}add", json={"text": "Press"})
    assert answer.status_code == 201
    assert answer.json == {"value": seen(lambda: values()["Press"].id), "text": "Press"}
    twice = page.post(f"{TYPES}add", json={"text": "press"})
    assert twice.status_code == 400
    assert "in the list already" in twice.json["message"]
    for body in ({}, [], "x", None, {"text": None}):
        assert page.post(f"{TYPES}add", json=body).status_code in (201, 400)


ADDRESSES = ["", "add", "{pk}", "{pk}/move", "order", "{pk}/delete"]


@pytest.mark.parametrize("who", ["sergio", "renzo", None])
@pytest.mark.parametrize("address", ADDRESSES)
def test_others_are_refused(make: Maker, seen: Look, who: str | None, address: str) -> None:
    """SET-09: users, readers and visitors neither see nor change the lists."""
    client = seen(lambda: values()["Client"])
    path, before = TYPES + address.format(pk=client.id), seen(lambda: [repr(form(v)) for v in values().values()])
    page = make.page(who)
    answers = [page.get(path)] if not address else []
    answers.append(page.post(path, {**form(client, name="Hacked"), "id": [], "to": "down", "move_to": ""}))
    for answer in answers:
        visitor = answer.status_code == 302 and "/login" in answer.headers["Location"]
        assert answer.status_code in (403, 404, 405) or (who is None and visitor)
    assert seen(lambda: [repr(form(v)) for v in values().values()]) == before


def test_the_form_offers_new_values_to_administrators_alone(make: Maker) -> None:
    """GEN-05: a user sees no button that would refuse him; the menu shows him no settings."""
    assert "data-new-value" in make.page("marta").get("/contacts/add").text
    theirs = make.page("sergio").get("/contacts/add").text
    assert "data-new-value" not in theirs
    assert "/settings/" not in theirs


def test_no_change_without_the_token(make: Maker, seen: Look) -> None:
    """SET-09: a foreign page's form changes nothing (CSRF)."""
    page = make.page("marta")
    page.headers = {"X-CSRFToken": "wrong"}
    assert page.post(f"{TYPES}add", {"name": "Foreign", "color": "red"}).status_code == 400
    assert "Foreign" not in seen(lambda: list(values()))


def test_strange_addresses(make: Maker) -> None:
    """SET-09: no list, no value: 404 and no failure."""
    page = make.page("marta")
    for path in ("/settings/lists/nothing/", "/settings/lists/pick_value/"):
        assert page.get(path).status_code == 404
    assert page.get(f"{TYPES}?edit=x&delete=99999999999").status_code == 200
    for path in (f"{TYPES}99999999999/delete", f"{TYPES}0", "/settings/lists/x/add"):
        assert page.post(path, {"name": "a"}).status_code == 404


def test_statements_do_not_grow(make: Maker, statements: Any) -> None:
    """SET-09: the page costs the same for five values and for fifty."""
    page = make.page("marta")
    few = statements(lambda: page.get(TYPES))
    for n in range(45):
        page.post(f"{TYPES}add", {"name": f"value {n}", "color": "gray"})
    page.get(TYPES)
    assert statements(lambda: page.get(TYPES)) <= few

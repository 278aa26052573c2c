"""Tags put in order: rename, merge two into one, delete the unused; page and REST (TAG-01, SET-07)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.contacts.models import Contact
from app.core.db import db
from app.settings.models import Tag
from tests.factories import Maker

Look = Callable[[Callable[[], Any]], Any]
TAGS = "/settings/tags/"


def tags() -> dict[str, int]:
    return dict(db.session.execute(select(Tag.name, Tag.id)).all())


def tags_of(contact: int) -> list[str]:
    row = db.session.scalar(select(Contact).where(Contact.id == contact))
    return [t.name for t in row.tags]


def test_anybody_makes_a_tag_by_using_it(make: Maker, seen: Look) -> None:
    """TAG-01: a user's tag on a contact is there for the administrator, with its count."""
    make.contact(make["sergio"], tags=["Fiera"])
    make.contact(make["livia"], tags=["fiera"])
    assert list(seen(tags)) == ["Fiera"]
    assert "used by 2 records" in make.page("marta").get(TAGS).text


def test_rename(make: Maker, seen: Look) -> None:
    """TAG-01: a renamed tag stays on its contacts; its own name in another case is no clash."""
    contact = make.contact(tags=["fiera"])
    page, pk = make.page("marta"), seen(tags)["fiera"]
    assert page.post(f"{TAGS}{pk}", {"name": " Fiera   2026 "}).status_code == 302
    assert page.post(f"{TAGS}{pk}", {"name": "FIERA 2026"}).status_code == 302
    assert seen(lambda: tags_of(contact)) == ["FIERA 2026"]


@pytest.mark.parametrize(("name", "why"), [("", "required"), ("x" * 81, "at most 80"), ("vip", "merge the two")])
def test_a_bad_name_is_refused_and_kept(make: Maker, seen: Look, name: str, why: str) -> None:
    """TAG-01: refused with a reason on the field, what was typed stays."""
    make.contact(tags=["Fiera", "VIP"])
    pk = seen(tags)["Fiera"]
    answer = make.page("marta").post(f"{TAGS}{pk}", {"name": name})
    assert answer.status_code == 400
    assert why in answer.text
    assert seen(tags)["Fiera"] == pk


def test_merge_moves_rows_without_doubles(make: Maker, seen: Look) -> None:
    """TAG-01: who has both keeps one; private rows and those in the bin move; the count is said."""
    both = make.contact(tags=["Fiera", "fair"])
    private = make.contact(tags=["fair"], private=True)
    binned = make.contact(tags=["fair", "other"])
    make.page("sergio").post(f"/contacts/delete/{binned}")
    pk = seen(tags)["fair"]
    answer = make.page("marta").post(f"{TAGS}{pk}/merge", {"into": "FIERA"}, follow_redirects=True)
    assert "3 records were moved" in answer.text
    assert "fair" not in seen(tags)
    assert seen(lambda: tags_of(both)) == ["Fiera"]
    assert seen(lambda: tags_of(private)) == ["Fiera"]
    assert seen(lambda: tags_of(binned)) == ["Fiera", "other"]


@pytest.mark.parametrize("into", ["", "nothing", "fair", "x" * 300, "a\0b"])
def test_merge_needs_another_tag(make: Maker, seen: Look, into: str) -> None:
    """TAG-01: into itself or into nothing is refused."""
    make.contact(tags=["fair"])
    answer = make.page("marta").post(f"{TAGS}{seen(tags)['fair']}/merge", {"into": into})
    assert answer.status_code == 400
    assert "fair" in seen(tags)


def test_delete_only_the_unused(make: Maker, seen: Look) -> None:
    """TAG-01: one in use stays, by page and by REST, even when only a contact in the bin has it."""
    contact, rest = make.contact(tags=["Fiera"]), make.rest("marta")
    make.page("sergio").post(f"/contacts/delete/{contact}")
    assert rest.post("/api/v1/tags/", {"name": "Vuota"}).status_code == 201
    page, found = make.page("marta"), seen(tags)
    assert page.post(f"{TAGS}{found['Fiera']}/delete").status_code == 400
    assert rest.delete(f"/api/v1/tags/{found['Fiera']}").status_code == 409
    assert page.post(f"{TAGS}{found['Vuota']}/delete").status_code == 302
    assert list(seen(tags)) == ["Fiera"]
    for n in range(3):
        rest.post("/api/v1/tags/", {"name": f"Vuota {n}"})
    assert "3 tags deleted" in page.post(f"{TAGS}delete-unused", follow_redirects=True).text
    assert list(seen(tags)) == ["Fiera"]


def test_rest(make: Maker, seen: Look) -> None:
    """TAG-01: list, make, rename by REST; the refusal names the field; unknown keys are refused."""
    rest = make.rest("marta")
    made = rest.post("/api/v1/tags/", {"name": "Fiera"}).json["id"]
    assert rest.put(f"/api/v1/tags/{made}", {"name": "Fiera 2026"}).json["result"] == {"id": made, "name": "Fiera 2026"}
    for body, field in (
        ({"name": "FIERA 2026"}, "name"),
        ({"name": ""}, "name"),
        ({"id": 1, "name": "x"}, "id"),
        ({}, "name"),
    ):
        refused = rest.post("/api/v1/tags/", body)
        assert refused.status_code == 400
        assert field in refused.json["errors"]
    assert [t["name"] for t in rest.get("/api/v1/tags/").json["result"]] == ["Fiera 2026"]


@pytest.mark.parametrize("who", ["sergio", "renzo", None])
def test_others_are_refused(make: Maker, seen: Look, who: str | None) -> None:
    """TAG-01: users, readers and visitors can't put tags in order, nor list those of hidden contacts."""
    make.contact(tags=["Fiera", "VIP"], private=True)
    found, page = seen(tags), make.page(who)
    answers = [page.get(TAGS), page.post(f"{TAGS}{found['VIP']}", {"name": "x"}), page.post(f"{TAGS}delete-unused")]
    answers += [page.post(f"{TAGS}{found['VIP']}/{verb}", {"into": "Fiera"}) for verb in ("merge", "delete")]
    allowed = {403, 302} if who is None else {403}
    assert {a.status_code for a in answers} <= allowed
    if who:
        rest = make.rest(who)
        methods = [
            rest.get("/api/v1/tags/"),
            rest.post("/api/v1/tags/", {"name": "x"}),
            rest.delete(f"/api/v1/tags/{found['VIP']}"),
        ]
        assert {a.status_code for a in methods} <= {403, 404}
    assert seen(tags) == found


def test_pages_and_search(make: Maker, statements: Any) -> None:
    """TAG-01: found by a fragment, fifty a page, as many statements for many as for few; strange addresses are fine."""
    page = make.page("marta")
    make.contact(tags=["Fiera 100%"])
    few = statements(lambda: page.get(TAGS))
    make.contact(tags=[f"tag {n:03}" for n in range(60)])
    assert statements(lambda: page.get(TAGS)) <= few
    assert "tag 058" not in page.get(TAGS).text
    assert "tag 058" in page.get(f"{TAGS}?page_tags=1").text
    assert "tag 058" in page.get(f"{TAGS}?q=TAG 058").text
    assert "Fiera 100%" in page.get(f"{TAGS}?q=100%25").text
    assert "tag 0" not in page.get(f"{TAGS}?q=%25").text
    for path in ("?page_tags=99999999", "?edit=x&merge=-1"):
        assert page.get(TAGS + path).status_code == 200
    for pk in ("0", "x", "99999999999", "²"):
        assert page.post(f"{TAGS}{pk}", {"name": "y"}).status_code == 404

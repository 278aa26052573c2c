"""SPEC's table of access, cell by cell, for page and REST: who may list, see, edit, delete and share which record.

Entities are found by themselves: each registered CrmView and CrmApi of a guarded table is asked; one that the
factories cannot make fails. Who sees no row gets 404; who sees it but may not do this gets 403 (on a page: is sent
away), and the row stays.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.core.access import Guarded, Private
from app.core.api import CrmApi
from app.core.lookup import LOOKUPS
from app.core.views import CrmView
from tests import factories
from tests.contacts.forms import person
from tests.factories import FACTORIES, Maker, Someone

make = factories.make
SEE, NOT_FOUND, REFUSED = "sees", "404", "refused"
# (who, what an open record is to them, what a private one is), for seeing, editing, deleting and sharing.
OPEN = {
    "visitor": (REFUSED, REFUSED, REFUSED, REFUSED),
    "read only": (SEE, REFUSED, REFUSED, REFUSED),
    "stranger": (SEE, SEE, REFUSED, REFUSED),
    "owner": (SEE, SEE, SEE, SEE),
    "co-owner": (SEE, SEE, SEE, SEE),
    "named user": (SEE, SEE, REFUSED, REFUSED),
    "one of a named group": (SEE, SEE, REFUSED, REFUSED),
    "administrator": (SEE, SEE, SEE, SEE),
    "installation's owner": (SEE, SEE, SEE, SEE),
}
PRIVATE = {
    "visitor": (REFUSED, REFUSED, REFUSED, REFUSED),
    "read only": (NOT_FOUND, REFUSED, REFUSED, REFUSED),
    "stranger": (NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    "owner": (SEE, SEE, SEE, SEE),
    "co-owner": (SEE, SEE, SEE, SEE),
    "named user": (SEE, SEE, SEE, SEE),
    "one of a named group": (SEE, SEE, SEE, SEE),
    "administrator": (SEE, SEE, SEE, SEE),
    "installation's owner": (SEE, SEE, SEE, SEE),
}


class Company:
    """The nine who try, and how they are named in a record."""

    def __init__(self, make: Maker) -> None:
        self.named, self.member = make.user(), make.user()
        self.group = make.group("", self.member)
        self.people: dict[str, Someone | None] = {
            "visitor": None,
            "read only": make["renzo"],
            "stranger": make["nino"],
            "owner": make["sergio"],
            "co-owner": make["livia"],
            "named user": self.named,
            "one of a named group": self.member,
            "administrator": make["marta"],
            "installation's owner": make["ada"],
        }
        self.shares = {"co_owners": [make["livia"].id], "shared_with": [self.named.id, -self.group]}

    def records(self, app: Flask, model: type[Any], private: bool) -> tuple[int, int]:
        """Two new records of Sergio's, shared with Livia, the named user and the group."""
        with app.app_context():
            make_one = FACTORIES[model]
            return make_one(None, private=private, **self.shares), make_one(None, private=private, **self.shares)


def doors(app: Flask, kind: type[Any]) -> list[Any]:
    """The registered views or APIs of guarded tables."""
    views = app.extensions["appbuilder"].baseviews
    return [v for v in views if isinstance(v, kind) and issubclass(v.datamodel.obj, Guarded)]


def test_each_door_leads_to_something_we_can_make(app: Flask) -> None:
    """A new entity fails here until it has a line in FACTORIES, so that none goes untested."""
    found = {view.datamodel.obj for view in (*doors(app, CrmView), *doors(app, CrmApi))}
    assert found
    assert found <= set(FACTORIES)


def answered(status: int) -> str:
    """In the words of the table."""
    return {200: SEE, 404: NOT_FOUND, 401: REFUSED, 403: REFUSED, 302: REFUSED}.get(status, str(status))


def tried_by_rest(make: Maker, who: Someone | None, base: str, key: int, other: int, opened: bool) -> Iterator[str]:
    """What REST answers: see, edit, delete (of the other record), share."""
    rest = make.rest(who or "nino")
    rest.headers = rest.headers if who else {}
    yield answered(rest.get(f"/api/v1{base}/{key}").status_code)
    yield answered(rest.put(f"/api/v1{base}/{key}", {}).status_code)
    yield answered(rest.delete(f"/api/v1{base}/{other}").status_code)
    yield answered(rest.put(f"/api/v1{base}/{key}", {"private": opened}).status_code)


def tried_by_page(make: Maker, who: Someone | None, base: str, key: int, other: int, opened: bool) -> Iterator[str]:
    """What pages answer. Deleting and sharing lead away in either case: whether it was done is what counts."""
    page, ada = make.page(who), make.once("rest", "ada")
    yield answered(page.twin().get(f"{base}/show/{key}").status_code)
    yield answered(page.twin().get(f"{base}/edit/{key}").status_code)
    answer = page.twin().post(f"{base}/delete/{other}")
    yield done(answer, ada.get(f"/api/v1{base}/{other}").status_code == 404)
    answer = page.twin().post(f"{base}/action_post", {"action": "private" if opened else "open", "rowid": key})
    yield done(answer, ada.get(f"/api/v1{base}/{key}").json["result"]["private"] == opened)


def done(answer: Any, is_done: bool) -> str:
    return NOT_FOUND if answer.status_code == 404 else SEE if is_done else REFUSED


@pytest.mark.parametrize("is_private", [False, True], ids=["open", "private"])
@pytest.mark.parametrize(("kind", "tried"), [(CrmApi, tried_by_rest), (CrmView, tried_by_page)], ids=["REST", "page"])
def test_the_table(app: Flask, make: Maker, kind: type[Any], tried: Any, is_private: bool) -> None:
    """SPEC, Access: every row and column, for each door to an entity that has privacy of its own."""
    company = Company(make)
    for door in doors(app, kind):
        model, base = door.datamodel.obj, f"/{door.resource_name}" if kind is CrmApi else door.route_base
        if issubclass(model, Private):
            found = {
                name: tuple(tried(make, who, base, *company.records(app, model, is_private), not is_private))
                for name, who in company.people.items()
            }
            assert found == (PRIVATE if is_private else OPEN), base


def test_children_follow_their_parents(app: Flask, make: Maker) -> None:
    """ACC-06: what hangs on a record is as private as it, for each REST endpoint of a child."""
    for api in doors(app, CrmApi):
        model, base = api.datamodel.obj, f"/{api.resource_name}"
        if issubclass(model, Private):
            continue
        company = Company(make)
        for name, who in company.people.items():
            see, edit, delete, _ = tried_by_rest(make, who, base, *company.records(app, model, True), opened=False)
            assert see == PRIVATE[name][0], (base, name)
            if see == NOT_FOUND and name != "read only":
                assert edit == delete == NOT_FOUND, (base, name)


def test_lists_hold_what_one_sees(app: Flask, make: Maker) -> None:
    """SPEC, Access: list and count are of the rows seen, for each entity and each of the nine."""
    company = Company(make)
    for api in doors(app, CrmApi):
        for is_private in (False, True):
            company.records(app, api.datamodel.obj, is_private)
        counts = {
            name: make.rest(who).get(f"/api/v1/{api.resource_name}/").json["count"]
            for name, who in company.people.items()
            if who
        }
        few = {counts[name] for name in ("read only", "stranger")}
        many = {count for name, count in counts.items() if name not in ("read only", "stranger")}
        assert len(few) == len(many) == 1, (api.resource_name, counts)
        assert 0 < min(few) < min(many), (api.resource_name, counts)


def test_look_ups_are_for_those_who_are_in(make: Maker) -> None:
    """ACC-01: nothing is offered to a visitor; who may only read may look up too, to filter a list."""
    for name in LOOKUPS:
        assert make.page(None).get(f"/lookup/{name}").status_code == 302
        assert make.once("page", "renzo").get(f"/lookup/{name}").status_code == 200
    assert make.once("page", "renzo").get("/lookup/nothing").status_code == 404


def test_who_may_only_read_writes_nothing(make: Maker) -> None:
    """ACC-05: no form, no action, no POST of REST; a User and an administrator may."""
    add = {name: make.page(name).post("/contacts/add", person()).status_code for name in ("sergio", "marta", "ada")}
    assert set(add.values()) == {302}
    for path in ("/contacts/add", "/contacts/list/"):
        make.once("page", "renzo").get(path)
    before = make.rest("ada").get("/api/v1/contacts/").json["count"]
    make.once("page", "renzo").post("/contacts/add", person())
    assert make.rest("renzo").post("/api/v1/contacts/", {"first_name": "A", "last_name": "B"}).status_code == 403
    assert make.rest("ada").get("/api/v1/contacts/").json["count"] == before


@pytest.mark.parametrize("path", ["/users/list/", "/roles/list/", "/groups/list/", "/users/add", "/permissions/list/"])
def test_who_may_use_the_product_is_the_owners(make: Maker, path: str) -> None:
    """ACC-04: users, groups and roles are for the installation's owner alone."""
    assert make.page("ada").get(path).status_code == 200
    for name in ("marta", "sergio", "renzo", None):
        assert make.page(name).get(path).status_code in (302, 403, 404)


def test_a_user_outside_the_product(make: Maker) -> None:
    """SPEC, Access, second column: an account without a role gets nowhere."""
    outside = make.user(role="Visitor")
    make.contact()
    page = make.page(outside)
    for path in ("/contacts/list/", "/contacts/add", "/lookup/contact"):
        assert page.twin().get(path).status_code in (302, 403, 404)
    assert make.rest(outside).get("/api/v1/contacts/").status_code == 403

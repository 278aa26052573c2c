"""Keys of programs: a person's rights narrowed to scopes, at REST and nowhere else (ACC-05)."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.core import clock, keys
from app.core.db import db
from app.core.keys import AccessKey
from tests.factories import Maker, Page, Rest

PERSON = {"kind": "person", "first_name": "Nuova", "last_name": "Persona"}


def make_key(page: Page, days: str = "30", **scopes: str) -> str:
    form = {"name": "sync", "days": days} | {f"scope.{entity}": level for entity, level in scopes.items()}
    body = page.post("/account/keys/", form).get_data(as_text=True)
    found = re.search(r'<code id="key">(clk_[\w-]+)</code>', body)
    assert found, body[:500]
    return found[1]


def test_it_does_what_its_scopes_say(app: Flask, make: Maker) -> None:
    """ACC-05: reading alone, writing, one entity or all; what is hidden from the person stays hidden."""
    sergio, hidden = make.page("sergio"), make.contact(make["livia"], private=True)
    read, write = Rest(app, make_key(sergio, Contact="read")), Rest(app, make_key(sergio, Contact="write"))
    all_read = Rest(app, make_key(sergio, **{"*": "read"}))
    assert read.get("/api/v1/contacts/").status_code == 200
    assert read.post("/api/v1/contacts/", PERSON).status_code == 403
    assert read.get("/api/v1/tasks/").status_code == 403
    made = write.post("/api/v1/contacts/", PERSON)
    assert made.status_code == 201
    assert read.delete(f"/api/v1/contacts/{made.json['id']}").status_code == 403
    assert write.delete(f"/api/v1/contacts/{made.json['id']}").status_code == 200
    assert write.post("/api/v1/tasks/", {"title": "x"}).status_code == 403
    assert all_read.get("/api/v1/tasks/").status_code == 200
    assert all_read.post("/api/v1/contacts/", PERSON).status_code == 403
    for rest in (read, write, all_read):
        assert rest.get(f"/api/v1/contacts/{hidden}").status_code == 404


def test_it_gives_no_right_that_the_person_lacks(app: Flask, make: Maker) -> None:
    """ACC-05: a reader's key for everything reads; a lost role takes effect at once, a closed account too."""
    renzo = Rest(app, make_key(make.page("renzo"), **{"*": "write"}))
    assert renzo.get("/api/v1/contacts/").status_code == 200
    assert renzo.post("/api/v1/contacts/", PERSON).status_code == 403
    assert renzo.get("/api/v1/tags/").status_code in (403, 404)
    who = make.user()
    key = Rest(app, make_key(make.page(who), **{"*": "write"}))
    assert key.get("/api/v1/contacts/").status_code == 200
    with app.app_context():
        from app.core.people import User

        db.session.get_one(User, who.id).active = False
        db.session.commit()
    assert key.get("/api/v1/contacts/").status_code == 401


def test_it_opens_no_page(app: Flask, make: Maker) -> None:
    """ACC-05: pages take cookies alone; a key signs nobody in there, and refreshes no token."""
    key = make_key(make.page("ada"), **{"*": "write"})
    browser = app.test_client()
    for path in ("/", "/contacts/list/", "/account/", "/settings/", "/users/list/", "/swagger/v1"):
        assert browser.get(path, headers={"Authorization": f"Bearer {key}"}).status_code == 302, path
    assert Rest(app, key).open("/api/v1/security/refresh", "POST").status_code in (401, 422)


def test_it_is_stored_hashed_and_ends(app: Flask, make: Maker) -> None:
    """ACC-05, threat 33: shown once, kept as a hash, its use noted; over on its day, revoked by its person alone or an
    administrator."""
    sergio = make.page("sergio")
    text = make_key(sergio, Contact="read")
    rest = Rest(app, text)
    assert rest.get("/api/v1/contacts/").status_code == 200
    body = sergio.get("/account/").get_data(as_text=True)
    assert text not in body
    assert text[:10] in body
    with app.app_context():
        row = db.session.scalars(select(AccessKey)).one()
        assert text not in str({c: getattr(row, c) for c in ("name", "start", "key_hash", "scopes")})
        assert (row.used_from, clock.now() - row.used_at < dt.timedelta(minutes=1)) == ("127.0.0.1", True)
        pk = row.id
    with time_machine.travel(clock.now() + dt.timedelta(days=31)):
        assert rest.get("/api/v1/contacts/").status_code == 401
    nino, marta = make.page("nino"), make.page("marta")
    assert nino.post(f"/account/keys/{pk}/revoke").status_code == 404
    assert nino.post(f"/settings/sign-in/{make['sergio'].id}/keys/{pk}/revoke").status_code == 403
    assert marta.post(f"/settings/sign-in/{make['nino'].id}/keys/{pk}/revoke").status_code == 404
    assert marta.post(f"/settings/sign-in/{make['sergio'].id}/keys/{pk}/revoke").status_code == 302
    assert rest.get("/api/v1/contacts/").status_code == 401


NO_KEYS: list[dict[str, str]] = [
    {},
    {"name": "x"},
    {"name": "", "scope.*": "read"},
    {"name": "x" * 81, "scope.*": "read"},
    {"name": "x", "scope.*": "root"},
    {"name": "x", "scope.Nothing": "read"},
    {"name": "a\0b", "scope.*": "read"},
]


def test_a_key_that_says_nothing_is_not_made(app: Flask, make: Maker) -> None:
    """Bad input: no name, no scope, no such scope: 400 with what was typed, and no key."""
    page = make.page("nino")
    for form in NO_KEYS:
        assert page.post("/account/keys/", form).status_code == 400, form
    with app.app_context():
        assert not db.session.scalars(select(AccessKey)).all()


def test_guesses_and_floods_are_slowed(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat 20: thirty wrong keys a minute close the address, right ones too; a key has its own limit."""
    key, other = make_key(make.page("nino"), Contact="read"), make_key(make.page("livia"), Contact="read")
    monkeypatch.setattr(keys, "PER_KEY", type(keys.PER_KEY)(5))

    def ask(text: str, address: str) -> Any:
        return Rest(app, text).get("/api/v1/contacts/", environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [ask(key, "10.7.0.1") for _i in range(7)] == [200] * 5 + [429] * 2
    assert ask(other, "10.7.0.1") == 200
    assert {ask("clk_" + "x" * 43, "10.7.0.2") for _i in range(30)} == {401}
    assert ask("clk_wrong", "10.7.0.2") == 429
    assert ask(other, "10.7.0.2") == 429
    assert ask(other, "10.7.0.3") == 200

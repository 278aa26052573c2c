"""Signing in by OpenID Connect, against a provider on loopback: who gets in, and all that is refused (ACC-05)."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

import config
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.people import User
from tests.accounts.conftest import set_up
from tests.accounts.provider import CLIENT_ID, Provider
from tests.factories import Maker, Page


@pytest.fixture
def provider(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider, known to the product; it vouches for Sergio."""
    with Provider() as it:
        monkeypatch.setitem(app.config, "OPENID", it.settings())
        it.claims = {"email": address_of(app, make["sergio"].id), "email_verified": True}
        yield it


def address_of(app: Flask, user_id: int) -> str:
    with app.app_context():
        return str(db.session.get_one(User, user_id).email)


def attempt(app: Flask, provider: Provider, page: Page | None = None, query: str = "") -> tuple[Page, Any]:
    """One walk there and back; the browser and the last answer."""
    page = page or Page(app)
    there = page.get("/login/openid/?next=/contacts/list/")
    assert there.status_code == 302
    back = query or provider.consent(there.headers["Location"])
    return page, page.get(f"/login/openid/back?{back}")


def is_in(page: Page) -> bool:
    return bool(page.get("/contacts/list/").status_code == 200)


def users(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(User)) or 0


def test_the_button_stands_where_it_works(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-05: without a provider no button and no address; half a configuration starts nothing."""
    monkeypatch.setitem(app.config, "OPENID", None)
    assert "/login/openid" not in Page(app).get("/login/").get_data(as_text=True)
    assert Page(app).get("/login/openid/").status_code == 404
    assert Page(app).get("/login/openid/back?code=x&state=y").status_code == 404
    assert config.openid({}) is None
    for env in ({}, {"CLIENT_ID": "x"}, {"CLIENT_ID": "x", "CLIENT_SECRET": "y", "ROLES": "a=,b"}):
        named = {f"CLIENTELA_OPENID_{key}": value for key, value in {"ISSUER": "https://id.example", **env}.items()}
        with pytest.raises(config.ConfigError):
            config.openid(named)


def test_a_verified_address_signs_in(app: Flask, make: Maker, provider: Provider) -> None:
    """ACC-05: the account with that address, in any case, and on to where the person was going; the log tells."""
    assert "Our directory" in Page(app).get("/login/").get_data(as_text=True)
    provider.claims["email"], before = provider.claims["email"].upper(), users(app)
    page, answer = attempt(app, provider)
    assert answer.headers["Location"] == "/contacts/list/"
    assert is_in(page)
    assert "OpenID Connect" in page.get("/account/").get_data(as_text=True)
    with app.app_context():
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "login")).all()[-1]
        assert (line.user_id, line.what) == (make["sergio"].id, "openid")
    assert users(app) == before


LIES: list[dict[str, Any]] = [
    {"nonce": "another"},
    {"nonce": None},
    {"iss": "https://evil.example"},
    {"iss": None},
    {"aud": "another client"},
    {"aud": "another client", "azp": CLIENT_ID},
    {"aud": None},
    {"exp": int(time.time()) - 3600},
    {"exp": None},
    {"iat": int(time.time()) + 3600},
    {"sub": None},
    {"email_verified": False},
    {"email_verified": "true"},
    {"email_verified": None},
    {"email": None},
    {"email": ["a@example.com"]},
    {"email": "stranger@example.com"},
]


def test_no_false_token_gets_in(app: Flask, make: Maker, provider: Provider) -> None:
    """ACC-05: issuer, audience, time, nonce, a verified address that we know: one of them wrong, and nobody is in."""
    for lie in LIES:
        provider.lies = lie
        page, answer = attempt(app, provider)
        assert answer.headers["Location"].startswith("/login/"), lie
        assert not is_in(page), lie
    provider.lies = {}
    assert is_in(attempt(app, provider)[0])


def test_no_false_signature_gets_in(app: Flask, make: Maker, provider: Provider) -> None:
    """ACC-05: another's key under our key's name, the public key as a shared secret, no signature at all."""
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    assert not is_in(attempt(app, provider)[0])
    for alg in ("HS256", "none"):
        provider.alg = alg
        assert not is_in(attempt(app, provider)[0]), alg


def test_no_foreign_way_back(app: Flask, make: Maker, provider: Provider) -> None:
    """ACC-05: state and code belong to the browser that went there, and are good once (login CSRF, replay)."""
    victim, attacker = Page(app), Page(app)
    theirs = provider.consent(attacker.get("/login/openid/").headers["Location"])
    assert victim.get(f"/login/openid/back?{theirs}").headers["Location"].startswith("/login/")
    assert not is_in(attempt(app, provider, victim, theirs)[0])
    for query in ("x=1", "code=code-0", "state=x", "error=access_denied&state=x", "code=x&state=%00", "code=&state="):
        assert not is_in(attempt(app, provider, Page(app), query)[0]), query
    page = Page(app)
    good = provider.consent(page.get("/login/openid/").headers["Location"])
    assert page.get(f"/login/openid/back?{good}").status_code == 302
    assert is_in(page)
    page.post("/logout/")
    page.get(f"/login/openid/back?{good}")
    assert not is_in(page)
    assert Page(app).get("/login/openid/?next=https://evil.example/").status_code == 302


def test_accounts_are_made_where_that_is_wanted(
    app: Flask, make: Maker, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-05: with the names of the claims, as a plain user, of the allowed domains alone; its password is nobody's."""
    monkeypatch.setitem(app.config, "OPENID", provider.settings(create=True, domains=["example.org"]))
    provider.claims, before = {"email": "nuova@evil.example", "email_verified": True}, users(app)
    assert not is_in(attempt(app, provider)[0])
    assert users(app) == before
    provider.claims = {
        "email": "nuova@example.org",
        "email_verified": True,
        "given_name": "Nuova",
        "family_name": "Rossi",
    }
    assert is_in(attempt(app, provider)[0])
    assert is_in(attempt(app, provider)[0])
    with app.app_context():
        made = db.session.scalars(select(User).where(User.email == "nuova@example.org")).one()
        assert (made.get_full_name(), [role.name for role in made.roles]) == ("Nuova Rossi", ["User"])
    page = Page(app)
    body = {"username": "nuova@example.org", "password": "", "provider": "db"}
    assert page.client.post("/api/v1/security/login", json=body).status_code in (400, 401)


def test_groups_give_roles(app: Flask, make: Maker, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-05: at each sign-in the roles of one's groups; in none of them nobody gets in; an owner keeps his role."""
    rules = {"staff": "Read only", "heads": "Administrator"}
    monkeypatch.setitem(app.config, "OPENID", provider.settings(roles=rules))
    for groups, expected in ((["staff"], {"Read only"}), (["heads", "x"], {"Administrator"}), ("staff", {"Read only"})):
        provider.claims["groups"] = groups
        assert is_in(attempt(app, provider)[0])
        with app.app_context():
            assert {r.name for r in db.session.get_one(User, make["sergio"].id).roles} == expected
    for nothing in ([], ["other"], None, {"staff": 1}, [["staff"]]):
        provider.claims["groups"] = nothing
        assert not is_in(attempt(app, provider)[0]), nothing
    provider.claims = {"email": address_of(app, make["ada"].id), "email_verified": True, "groups": ["staff"]}
    page, _answer = attempt(app, provider)
    assert page.get("/users/list/").status_code == 200


def test_it_is_no_way_around_the_second_step(app: Flask, make: Maker, provider: Provider) -> None:
    """ACC-05: who has two-factor login is asked for the code here too; a closed account stays closed."""
    phone, _codes = set_up(make.page("sergio"))
    page, answer = attempt(app, provider)
    assert answer.headers["Location"] == "/login/code"
    assert not is_in(page)
    assert page.post("/login/code", {"code": phone.code()}).status_code == 302
    assert is_in(page)
    with app.app_context():
        db.session.get_one(User, make["sergio"].id).active = False
        db.session.commit()
    assert not is_in(attempt(app, provider)[0])


def test_a_provider_that_is_away(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults: a sentence on the login page, no 500; the password still signs in."""
    with Provider() as gone:
        settings = gone.settings()
    monkeypatch.setitem(app.config, "OPENID", settings)
    page = Page(app)
    assert page.get("/login/openid/").headers["Location"].startswith("/login/")
    assert "does not answer" in page.get("/login/").get_data(as_text=True)
    assert is_in(make.page("nino"))

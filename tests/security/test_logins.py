"""Guessing passwords: counted, slowed down, and told nothing (threats 17, 20, 21)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.validators import PasswordComplexityValidationError
from sqlalchemy import update

from app.core.db import db
from app.core.people import User
from app.core.security import strong_password
from tests.factories import Maker, Someone, csrf_token

Try = Callable[[Flask, str, str, str], Any]


def by_form(app: Flask, name: str, password: str, address: str = "10.1.1.1") -> Any:
    client = app.test_client()
    data, headers = {"username": name, "password": password}, {"X-CSRFToken": csrf_token(client)}
    return client.post("/login/", data=data, headers=headers, environ_overrides={"REMOTE_ADDR": address})


def by_rest(app: Flask, name: str, password: str, address: str = "10.1.1.1") -> Any:
    data = {"username": name, "password": password, "provider": "db"}
    return app.test_client().post("/api/v1/security/login", json=data, environ_overrides={"REMOTE_ADDR": address})


def got_in(answer: Any) -> bool:
    """Whether the login worked: the form leads away from the login, REST gives a token."""
    return (answer.status_code == 200 and b"access_token" in answer.data) or (
        answer.status_code == 302 and "/login" not in answer.headers["Location"]
    )


@pytest.mark.parametrize("attempt", [by_form, by_rest])
def test_the_sixth_try_must_wait(app: Flask, make: Maker, attempt: Try) -> None:
    """Threats 20, 21: after five failures 429 with Retry-After, for the right password too; others may still enter."""
    who: Someone = make.user()
    for _ in range(5):
        assert not got_in(attempt(app, who.username, "wrong password", "10.1.1.1"))
    for password in ("wrong password", who.password):
        answer = attempt(app, who.username, password, "10.1.1.1")
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert attempt(app, who.username.upper(), who.password, "10.1.1.1").status_code == 429
    assert attempt(app, who.username, who.password, "10.9.9.9").status_code == 429
    assert got_in(attempt(app, make["livia"].username, make["livia"].password, "10.1.1.1"))


def test_form_and_rest_share_the_count(app: Flask, make: Maker) -> None:
    """Threat 21: five failures by REST close the form too."""
    who: Someone = make.user()
    for attempt in (by_rest, by_form, by_rest, by_rest, by_form):
        attempt(app, who.username, "wrong password")
    assert by_form(app, who.username, who.password).status_code == 429
    assert by_rest(app, who.username, who.password).status_code == 429


def test_the_right_password_is_never_counted(app: Flask, make: Maker) -> None:
    """Threat 20: who signs in often is no guesser."""
    assert all(got_in(by_form(app, "nino", make["nino"].password)) for _ in range(8))
    assert all(got_in(by_rest(app, "nino", make["nino"].password)) for _ in range(8))


def test_one_address_cannot_try_everybody(app: Flask, make: Maker) -> None:
    """Threat 20: sixty failures a minute from one address close it, whatever the names."""
    for someone in [make.user() for _ in range(12)]:
        for _ in range(5):
            by_rest(app, someone.username, "wrong password", "10.2.2.2")
    assert by_rest(app, "nino", make["nino"].password, "10.2.2.2").status_code == 429
    assert got_in(by_rest(app, "nino", make["nino"].password, "10.3.3.3"))


@pytest.mark.parametrize("attempt", [by_form, by_rest])
def test_without_its_store_a_login_works(
    app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch, attempt: Try
) -> None:
    """Threat 20: the store of the counts may be away; people still work."""
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    kept = app.extensions.pop("limiter", None)
    try:
        assert got_in(attempt(app, "nino", make["nino"].password, "10.1.1.1"))
        assert not got_in(attempt(app, "nino", "wrong password", "10.1.1.1"))
    finally:
        app.extensions.pop("limiter", None)
        if kept:
            app.extensions["limiter"] = kept


@pytest.mark.parametrize("attempt", [by_form, by_rest])
def test_all_refusals_are_alike(app: Flask, make: Maker, attempt: Try) -> None:
    """Threat 17: a wrong password, a name that nobody has and a closed account get the same answer."""
    closed: Someone = make.user()
    with app.app_context():
        db.session.execute(update(User).where(User.id == closed.id).values(active=False))
        db.session.commit()
    tries = [("nino", "wrong password"), ("nobody", "wrong password"), (closed.username, closed.password)]
    answers = [attempt(app, name, password, f"10.4.4.{i}") for i, (name, password) in enumerate(tries)]
    assert len({a.status_code for a in answers}) == 1
    assert len({a.headers.get("Location") for a in answers}) == 1
    if attempt is by_rest:
        assert len({a.json["message"] for a in answers}) == 1


@pytest.mark.parametrize("name", ["", " ", "\0", "a" * 10_000, "' OR 1=1 --", "nino\r\nX: y", "%00", "ni*no", "\ud800"])
@pytest.mark.parametrize("attempt", [by_form, by_rest])
def test_hostile_names(app: Flask, make: Maker, attempt: Try, name: str) -> None:
    """Bad input: a login with anything as name or password is refused, never failed."""
    if name == "\ud800":
        name = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for username, password in ((name, "x"), ("nino", name)):
        answer = attempt(app, username, password, "10.5.5.5")
        assert answer.status_code < 500
        assert not got_in(answer)


@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"username": 1, "password": 2, "provider": "db"}, {"username": ["a"]}]
)
def test_a_malformed_rest_login(app: Flask, make: Maker, body: Any) -> None:
    """Bad input: 400 or 401, with a sentence."""
    answer = app.test_client().post("/api/v1/security/login", json=body)
    assert answer.status_code in (400, 401)
    assert answer.json["message"]


WEAK = [
    "",
    "short",
    "aaaaaaaaaaaa",
    "password",
    "Password1!",
    "qwerty12345",
    "clientela2026",
    "1111111111",
    "admin123456",
]


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_is_refused(make: Maker, password: str) -> None:
    """Password rule: at least ten characters, none of the usual, where one is set."""
    with make.app.test_request_context(), pytest.raises(PasswordComplexityValidationError):
        strong_password(password)
    page = make.page("nino")
    answer = page.post("/resetmypassword/form", {"password": password, "conf_password": password})
    assert answer.status_code == 200
    assert make.page("nino")


def test_a_long_plain_password_will_do(make: Maker) -> None:
    """Password rule: length beats symbols (NIST SP 800-63B)."""
    with make.app.test_request_context():
        strong_password("quattro cavalli verdi")

"""Two-factor login: set up, asked for at each door, good once, taken off by whoever may (ACC-05)."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.core import clock, two_factor
from app.core.db import db
from app.core.sessions import digest
from app.core.two_factor import RecoveryCode, TwoFactor
from tests.accounts.conftest import Phone, set_up
from tests.factories import Maker, Page, Someone, login


def is_in(page: Page) -> bool:
    return bool(page.get("/contacts/list/").status_code == 200)


def rest_login(app: Flask, who: Someone, **more: str) -> Any:
    body = {"username": who.username, "password": who.password, "provider": "db", **more}
    return app.test_client().post("/api/v1/security/login", json=body)


def owing(app: Flask, who: Someone) -> Page:
    """A browser that has given the password and owes the code."""
    page = Page(app)
    answer = page.sign_in(who)
    assert answer.headers["Location"].endswith("/login/code")
    return page


def test_set_up_needs_a_first_code(app: Flask, make: Maker) -> None:
    """ACC-05: nothing counts before the first code; then ten recovery codes are shown once, and stored as hashes."""
    who = make.user()
    page = make.page(who)
    page.post("/account/two-factor/begin")
    shown = page.get("/account/")
    phone, body = Phone(shown.get_data(as_text=True)), shown.get_data(as_text=True)
    assert "data:image/svg+xml" in body
    assert page.post("/account/two-factor/confirm", {"code": "000000"}).status_code == 400
    assert is_in(make.page(who)), "an unfinished set-up asks nobody for a code"
    answer = page.post("/account/two-factor/confirm", {"code": phone.code()})
    codes = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", answer.get_data(as_text=True))
    assert len(set(codes)) == 10
    assert codes[0] not in page.get("/account/").get_data(as_text=True)
    assert page.post("/account/two-factor/begin").status_code == 409, "a secret in use is not replaced"
    with app.app_context():
        assert phone.otp.secret not in db.session.get_one(TwoFactor, who.id).secret, "threat 33: sealed at rest"
        stored = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert stored == {digest(code.replace("-", "")) for code in codes}


def test_the_password_alone_opens_nothing(app: Flask, make: Maker, armed: Any) -> None:
    """ACC-05: between the steps there is no session, for pages, for REST, or without a password."""
    who, _page, phone, _codes = armed
    half = owing(app, who)
    assert not is_in(half)
    assert half.get("/account/").status_code == 302
    assert half.post("/account/two-factor/off", {"password": who.password, "code": phone.code()}).status_code == 302
    assert Page(app).get("/login/code").status_code == 302
    assert Page(app).post("/login/code", {"code": phone.code()}).headers["Location"].endswith("/login/")
    answer = rest_login(app, who)
    assert answer.status_code == 401
    assert "otp" in answer.json["message"]
    assert rest_login(app, who, otp="000000").status_code == 401
    assert rest_login(app, who, otp=phone.code(1)).status_code == 200


def test_a_code_is_good_once(app: Flask, make: Maker, armed: Any) -> None:
    """ACC-05, RFC 6238 5.2: a code seen over the shoulder opens nothing, at no door; nor does an older one."""
    who, _page, phone, _codes = armed
    page, spent = owing(app, who), phone.code()
    assert page.post("/login/code", {"code": f" {spent[:3]} {spent[3:]} "}).status_code == 302
    assert is_in(page)
    for code in (spent, phone.code(-1)):
        assert owing(app, who).post("/login/code", {"code": code}).status_code == 400
    assert rest_login(app, who, otp=spent).status_code == 401
    late = owing(app, who)
    assert late.post("/login/code", {"code": phone.code(1)}).status_code == 302
    assert is_in(late)


def test_what_is_no_code_opens_nothing(app: Flask, make: Maker, armed: Any) -> None:
    """Bad input: whatever stands in the box, the answer is a refusal."""
    who, _page, _phone, _codes = armed
    half = owing(app, who)
    for code in ("", "abc", "1" * 5000, "²²²²²²", "\0", "-", "000 000"):
        assert half.post("/login/code", {"code": code}).status_code in (400, 429), code
    assert not is_in(half)


def test_a_recovery_code_is_good_once(app: Flask, make: Maker, armed: Any) -> None:
    """ACC-05: without the phone, by page and by REST; used and former ones are worth nothing."""
    who, page, phone, codes = armed
    other = owing(app, who)
    assert other.post("/login/code", {"code": codes[0].upper()}).status_code == 302
    assert is_in(other)
    assert owing(app, who).post("/login/code", {"code": codes[0]}).status_code == 400
    assert rest_login(app, who, otp=codes[1].replace("-", "")).status_code == 200
    assert rest_login(app, who, otp=codes[1]).status_code == 401
    assert page.post("/account/two-factor/codes", {"password": "wrong", "code": phone.code()}).status_code == 400
    answer = page.post("/account/two-factor/codes", {"password": who.password, "code": phone.code()})
    assert answer.status_code == 200
    assert owing(app, who).post("/login/code", {"code": codes[2]}).status_code == 400


def test_codes_are_not_guessed(app: Flask, make: Maker, armed: Any) -> None:
    """Threat 20: after five wrong codes 429, at every door and with the right one; signing in anew does not help."""
    who, _page, phone, codes = armed
    for _i in range(5):
        assert owing(app, who).post("/login/code", {"code": "000000"}).status_code == 400
    assert owing(app, who).post("/login/code", {"code": phone.code()}).status_code == 429
    assert rest_login(app, who, otp=codes[0]).status_code == 429


def test_a_first_step_grows_old(app: Flask, make: Maker, armed: Any) -> None:
    """Threat 15: half a sign-in ends after ten minutes, with a new password, and with the account."""
    who, page, phone, codes = armed
    half = owing(app, who)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=11)):
        assert half.post("/login/code", {"code": phone.code()}).headers["Location"].endswith("/login/")
    half = owing(app, who)
    new = {"password": "Un'altra-Prova-2026", "conf_password": "Un'altra-Prova-2026"}
    assert page.post("/resetmypassword/form", new).status_code == 302
    assert half.post("/login/code", {"code": codes[0]}).headers["Location"].endswith("/login/")
    assert not is_in(half)


def test_off_by_password_and_code(app: Flask, make: Maker, armed: Any) -> None:
    """ACC-05: a session alone does not turn it off; both proofs do, and then the password signs in."""
    who, page, phone, _codes = armed
    for wrong in ({}, {"password": who.password}, {"password": "x", "code": phone.code()}, {"code": phone.code()}):
        assert page.post("/account/two-factor/off", wrong).status_code == 400
    assert page.post("/account/two-factor/off", {"password": who.password, "code": phone.code()}).status_code == 302
    assert is_in(make.page(who))


def test_administrators_reset(app: Flask, make: Maker, armed: Any) -> None:
    """ACC-05: an administrator lets in who lost the phone, and his sessions end; no user can, nor an administrator an
    owner's."""
    who, page, _phone, _codes = armed
    marta, ada = make.page("marta"), make.page("ada")
    assert make.page("nino").post(f"/settings/sign-in/{who.id}/reset").status_code == 403
    assert make.page("renzo").get(f"/settings/sign-in/{who.id}").status_code == 403
    set_up(ada)
    assert marta.post(f"/settings/sign-in/{make['ada'].id}/reset").status_code == 403
    assert Page(app).sign_in(make["ada"]).headers["Location"].endswith("/login/code")
    assert marta.post("/settings/sign-in/999999/reset").status_code == 404
    assert marta.post(f"/settings/sign-in/{who.id}/reset").status_code == 302
    assert not is_in(page)
    assert is_in(make.page(who))


def test_the_owner_requires_it(app: Flask, make: Maker) -> None:
    """ACC-05: who has to have it is led to set it up after signing in, and goes on when that is done; REST refuses."""
    ada = make.page("ada")
    assert make.page("marta").post("/settings/sign-in/rule", {"who": "all"}).status_code == 403
    assert ada.post("/settings/sign-in/rule", {"who": "everybody"}).status_code == 400
    assert ada.post("/settings/sign-in/rule", {"who": "administrators"}).status_code == 302
    assert is_in(make.page("nino"))
    marta = make.page("marta")
    for path in ("/", "/contacts/list/", "/settings/", f"/settings/sign-in/{make['nino'].id}"):
        assert marta.get(path).headers["Location"] == "/account/", path
    assert marta.post("/contacts/add", {"kind": "person", "first_name": "X"}).headers["Location"] == "/account/"
    assert marta.post("/account/keys/", {"name": "x", "scope.*": "write"}).status_code == 302, "nor make a key instead"
    assert rest_login(app, make["marta"]).status_code == 403
    phone, _codes = set_up(marta)
    assert is_in(marta)
    off = {"password": make["marta"].password, "code": phone.code()}
    assert marta.post("/account/two-factor/off", off).status_code == 400, "it can't be turned off again"
    assert rest_login(app, make["marta"], otp=phone.code(1)).status_code == 200
    ada.post("/settings/sign-in/rule", {"who": "all"})
    assert login(app.test_client(), make["nino"]).status_code == 302
    assert make.page("nino").get("/contacts/list/").headers["Location"] == "/account/"


def test_the_secret_key_changes(app: Flask, make: Maker, armed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat 33: a new secret key seals anew what the former opens; with the former lost, recovery codes still work."""
    who, _page, phone, codes = armed
    former = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key of at least 32 characters")
    with app.app_context():
        assert not two_factor.verify(who.id, phone.code())
        assert two_factor.verify(who.id, codes[0])
        db.session.rollback()
        monkeypatch.setitem(app.config, "FORMER_SECRET_KEYS", [former])
        two_factor.reseal()
        db.session.commit()
        monkeypatch.setitem(app.config, "FORMER_SECRET_KEYS", [])
        assert two_factor.verify(who.id, phone.code())
        db.session.rollback()


def test_an_owner_gets_in_again(app: Flask, make: Maker) -> None:
    """ACC-05: whoever runs the machine takes the second step off by a command; a name without one is told."""
    page = make.page("ada")
    set_up(page)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["reset-two-factor", "nobody"]).exit_code == 1
    assert runner.invoke(args=["reset-two-factor", "Ada"]).exit_code == 0
    assert not is_in(page)
    assert is_in(make.page("ada"))

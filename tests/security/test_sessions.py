"""When a session ends, everywhere at once (threat 15)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.core.db import db
from app.core.people import User, assoc_user_role
from tests.factories import Maker, Page, Someone, login

NEW = "Un'altra-Prova-2026"


def sign_out(app: Flask, page: Page, who: Someone) -> None:
    page.post("/logout/")


def change_password(app: Flask, page: Page, who: Someone) -> None:
    answer = page.post("/resetmypassword/form", {"password": NEW, "conf_password": NEW})
    assert answer.status_code == 302, answer.get_data(as_text=True)


def deactivate(app: Flask, page: Page, who: Someone) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.id == who.id).values(active=False))
        db.session.commit()


def take_role(app: Flask, page: Page, who: Someone) -> None:
    with app.app_context():
        db.session.execute(delete(assoc_user_role).where(assoc_user_role.c.user_id == who.id))
        db.session.commit()


def remove_user(app: Flask, page: Page, who: Someone) -> None:
    with app.app_context():
        db.session.delete(db.session.get(User, who.id))
        db.session.commit()


def is_in(page: Page) -> bool:
    return bool(page.get("/contacts/list/").status_code == 200)


@pytest.mark.parametrize("end", [sign_out, change_password, deactivate, take_role])
def test_a_copied_cookie_and_an_old_token_die(app: Flask, make: Maker, end: Callable[..., None]) -> None:
    """Threat 15: after signing out, a new password, a lost role or a closed account, neither cookie nor token opens."""
    who = make.user()
    page, rest = make.page(who), make.rest(who)
    copy = page.twin()
    assert is_in(copy)
    assert rest.get("/api/v1/contacts/").status_code == 200
    end(app, page, who)
    assert not is_in(copy)
    assert rest.get("/api/v1/contacts/").status_code in (401, 403)


def test_the_others_stay(app: Flask, make: Maker) -> None:
    """Threat 15: one person's end is nobody else's; who changed the password goes on where that was done."""
    who, other = make.user(), make.page("livia")
    page = make.page(who)
    change_password(app, page, who)
    assert is_in(page)
    assert is_in(other)
    assert login(app.test_client(), who).status_code != 302 or not is_in(Page(app))
    assert is_in(make.page(Someone(who.id, who.username, who.role, NEW)))


def test_the_owner_resets_anothers_password(app: Flask, make: Maker) -> None:
    """Threat 15: the other one's sessions end, the owner's own goes on."""
    who, ada = make.user(), make.page("ada")
    page = make.page(who)
    answer = ada.post(f"/resetpassword/form?pk={who.id}", {"password": NEW, "conf_password": NEW})
    assert answer.status_code == 302
    assert not is_in(page)
    assert is_in(ada)
    assert is_in(make.page(Someone(who.id, who.username, who.role, NEW)))


def test_a_session_is_new_after_login(app: Flask, make: Maker) -> None:
    """Threat 15: what was in the cookie before is worth nothing after (session fixation)."""
    client = app.test_client()
    with client.session_transaction() as planted:
        planted["planted"] = "by a stranger"
        planted["_user_id"] = str(make["ada"].id)
    login(client, make["nino"])
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] == str(make["nino"].id)


@pytest.mark.parametrize("forged", ["", "x", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "a" * 5000])
def test_a_forged_cookie_is_nobody(app: Flask, make: Maker, forged: str) -> None:
    """Threat 15: a cookie that we did not sign is no cookie."""
    page = Page(app)
    page.client.set_cookie("clientela", forged)
    assert page.get("/contacts/list/").status_code == 302


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_a_forged_token_is_nobody(make: Maker, forged: str) -> None:
    """Threat 15: nor is a token, one without a signature least of all."""
    rest = make.rest("nino")
    rest.headers["Authorization"] = f"Bearer {forged}"
    answer: Any = rest.get("/api/v1/contacts/")
    assert answer.status_code in (401, 422)


def test_rest_takes_no_cookie(make: Maker) -> None:
    """Threat 1: REST is for bearers alone, so that no other site can use a person's session for it."""
    page = make.page("ada")
    assert page.get("/api/v1/contacts/").status_code == 401
    assert page.open("/api/v1/contacts/", "POST", json={"first_name": "X", "last_name": "Y"}).status_code == 401

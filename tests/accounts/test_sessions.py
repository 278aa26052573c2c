"""Sessions as people and administrators see and end them; what else ends them (ACC-05, threat 15)."""

import datetime as dt
import re
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.people import Group, Role, User
from app.core.sessions import UserSession, device
from tests.factories import Maker, Page, Someone, acting

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def is_in(page: Page) -> bool:
    return bool(page.get("/contacts/list/").status_code == 200)


def ids(page: Page) -> list[str]:
    """Of the sessions that the page offers to end."""
    return re.findall(r'action="/account/sessions/(\d+)/end"', page.get("/account/").get_data(as_text=True))


def test_one_is_ended_and_all_others(app: Flask, make: Maker) -> None:
    """ACC-05: listed with device and address, this one marked; one ended, all others ended; nobody else's."""
    who, stranger = make.user(), make.page("nino")
    first, second, third, rest = make.page(who), Page(app), make.page(who), make.rest(who)
    second.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    second.sign_in(who)
    body = first.get("/account/").get_data(as_text=True)
    assert "Firefox, Windows" in body
    assert "127.0.0.1" in body
    assert len(ids(first)) == 3, "all but the one that asks"
    theirs = [i for i in ids(second) if i not in ids(first)]
    assert len(theirs) == 1
    assert stranger.post(f"/account/sessions/{ids(first)[0]}/end").status_code == 404
    newest = ids(first)[0]
    assert first.post(f"/account/sessions/{newest}/end").status_code == 302
    assert first.post(f"/account/sessions/{newest}/end").status_code == 404
    assert [is_in(second), is_in(third), rest.get("/api/v1/contacts/").status_code == 200].count(False) == 1
    assert first.post("/account/sessions/end-others").status_code == 302
    assert is_in(first)
    assert not is_in(second)
    assert not is_in(third)
    assert rest.get("/api/v1/contacts/").status_code == 401
    assert is_in(stranger)


def test_signing_out_leaves_other_browsers(make: Maker) -> None:
    """ACC-05: the phone stays signed in when the desk signs out."""
    who = make.user()
    desk, phone = make.page(who), make.page(who)
    desk.post("/logout/")
    assert not is_in(desk)
    assert is_in(phone)


def test_administrators_end_a_users(app: Flask, make: Maker) -> None:
    """ACC-05: administrators see and end them, one or all; users don't, and nobody but owners an owner's."""
    who = make.user()
    one, two, marta = make.page(who), make.page(who), make.page("marta")
    address = f"/settings/sign-in/{who.id}"
    found = re.findall(r"/sessions/(\d+)/end", marta.get(address).get_data(as_text=True))
    assert len(found) == 2
    assert make.page("nino").post(f"{address}/sessions/end").status_code == 403
    assert marta.post(f"/settings/sign-in/{make['nino'].id}/sessions/{found[0]}/end").status_code == 404
    assert marta.post(f"{address}/sessions/{found[0]}/end").status_code == 302
    assert is_in(one) != is_in(two)
    assert marta.post(f"{address}/sessions/end").status_code == 302
    assert not is_in(one)
    assert not is_in(two)
    assert marta.post(f"/settings/sign-in/{make['ada'].id}/sessions/end").status_code == 403


def test_it_ends_by_itself(make: Maker, app: Flask) -> None:
    """Threat 15: after twelve hours without use, whatever the cookie says; use prolongs it."""
    page = make.page(make.user())
    start = clock.now()
    with time_machine.travel(start + dt.timedelta(hours=11)):
        assert is_in(page)
    with time_machine.travel(start + dt.timedelta(hours=22)), app.app_context():
        assert db.session.scalar(select(UserSession.until).order_by(UserSession.id.desc())) > clock.now()
        db.session.remove()
        assert is_in(page)
    with time_machine.travel(start + dt.timedelta(hours=35)):
        assert not is_in(page)


def test_rights_that_change_end_them(app: Flask, make: Maker) -> None:
    """Threat 15: another role, group or group's role, a closed account, by whatever door; not another name."""

    def role(user: User, group: Group) -> None:
        user.roles = [db.session.scalar(select(Role).where(Role.name == "Read only"))]

    def join(user: User, group: Group) -> None:
        group.users.append(user)

    def power(user: User, group: Group) -> None:
        group.roles = [db.session.scalar(select(Role).where(Role.name == "Administrator"))]

    def close(user: User, group: Group) -> None:
        user.active = False

    def rename(user: User, group: Group) -> None:
        user.last_name = "Altro"

    who, group = make.user(), make.group()
    for change, ends in ((rename, False), (role, True), (join, True), (power, True), (close, True)):
        page, rest = make.page(who), make.rest(who)
        with app.app_context(), acting(make["ada"]):
            change(db.session.get_one(User, who.id), db.session.get_one(Group, group))
            db.session.commit()
        assert is_in(page) != ends, change.__name__
        assert (rest.get("/api/v1/contacts/").status_code == 401) == ends, change.__name__


def test_a_refreshed_token_dies_with_its_session(app: Flask, make: Maker) -> None:
    """Threat 15: the token that a refresh gives belongs to the same session."""
    who: Someone = make.user()
    body = {"username": who.username, "password": who.password, "provider": "db", "refresh": True}
    tokens = app.test_client().post("/api/v1/security/login", json=body).json

    def ask(path: str, token: str, method: str = "GET") -> Any:
        client = app.test_client(use_cookies=False)
        return client.open(path, method=method, headers={"Authorization": f"Bearer {token}"})

    fresh = ask("/api/v1/security/refresh", tokens["refresh_token"], "POST").json["access_token"]
    assert ask("/api/v1/contacts/", fresh).status_code == 200
    page = make.page(who)
    page.post("/account/sessions/end-others")
    assert ask("/api/v1/contacts/", fresh).status_code == 401
    assert ask("/api/v1/security/refresh", tokens["refresh_token"], "POST").status_code == 401


def test_devices_in_words() -> None:
    """ACC-05: browser and system in words; anything may stand in the header."""
    assert device(FIREFOX) == "Firefox, Windows"
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile Safari/604.1"
    assert device(agent) == "Safari, iPhone"
    assert device("curl/8.5.0") == "curl"
    assert device("") == ""
    assert device("<script>alert(1)</script>") == "scriptalert1"

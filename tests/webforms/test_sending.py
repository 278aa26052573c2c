"""What visitors send becomes contacts; what robots and strangers send becomes nothing, and tells nothing."""

import re
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.core import access
from app.core.db import db
from app.webforms import counts, guard, service
from tests.factories import Maker
from tests.payloads import PAYLOADS
from tests.security import walk
from tests.webforms.conftest import MARIA


def test_it_becomes_a_contact(make: Maker, send: Any, stored: Any) -> None:
    """WEB-01: with owner, access, tags, custom fields, address, message; its owner is told."""
    make.custom_field("Budget", "number")
    names = ["first_name", "last_name", "email", "phone", "city", "company", "message", "custom.budget"]
    key = make.web_form(make["livia"], names=names, tags=["sito"], private=False, notify=True, title="Contatti")
    more = {"phone": "055 123456", "city": "Firenze", "company": "Acme", "custom.budget": "1500.5"}
    answer = send(key, MARIA | more)
    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    company, person = sorted(stored(), key=lambda c: c["name"])
    assert (company["name"], company["owner"], company["private"]) == ("Acme", make["livia"].id, False)
    assert person["name"] == "Maria Rossi"
    assert (person["company"], person["owner"], person["private"]) == ("Acme", make["livia"].id, False)
    assert (person["tags"], person["cities"]) == (["sito"], [("Firenze", True)])
    assert person["notes"] == ["Contatti\nBuongiorno"]
    assert "Maria Rossi filled in the form “Contatti”" in make.page("livia").get("/notices/").text


def test_a_known_email_adds_to_its_history(make: Maker, send: Any, stored: Any) -> None:
    """WEB-03: no second contact, nothing of it is changed, and the visitor is told the same."""
    key = make.web_form(title="Contatti", tags=["sito"])
    make.contact(first_name="Maria", last_name="Bianchi", emails=["maria@example.com"], private=False)
    known, new = send(key, MARIA), send(key, MARIA | {"email": "altra@example.com"})
    assert (known.status_code, known.text) == (new.status_code, new.text)
    first, second = stored()
    assert (first["name"], first["tags"]) == ("Maria Bianchi", ["sito"])
    assert first["notes"][0].startswith("Contatti\nFirst name: Maria\nLast name: Rossi\n")
    assert second["channels"][0][1] == "altra@example.com"


def test_who_is_hidden_from_the_forms_owner_is_not_known(make: Maker, send: Any, stored: Any) -> None:
    """WEB-03, ACC-06: another one's private contact with the address stays untouched."""
    make.contact(make["livia"], last_name="Segreta", emails=["maria@example.com"], private=True)
    send(make.web_form(make["sergio"]), MARIA)
    hidden, new = stored()
    assert (hidden["notes"], hidden["version"]) == ([], 1)
    assert new["owner"] == make["sergio"].id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"last_name": ""}, "last_name"),
        ({"email": "no"}, "email"),
        ({"first_name": "x" * 2001}, "first_name"),
        ({"phone": "?"}, "phone"),
    ],
)
def test_bad_values_come_back_with_their_reason(
    make: Maker, send: Any, stored: Any, change: dict[str, str], field: str
) -> None:
    """SPEC, Bad input: 400, the error on its field, what was typed stays, nothing is stored."""
    answer = send(make.web_form(), MARIA | change)
    assert answer.status_code == 400
    assert f'id="f-{field}-error"' in answer.text
    assert "Buongiorno" in answer.text
    assert stored() == []


def test_hostile_posts_store_nothing(app: Flask, make: Maker, send: Any) -> None:
    """WEB-03, threats 14, 24, 26: unknown and protected fields, files, sizes, other sites: refused, no row changed."""
    key = make.web_form(origins=["https://www.example.com"])
    ours = "https://www.example.com"
    before = walk.digest(app)
    refused = {
        send(key, MARIA | {"owner": "1"}, ours).status_code: 400,
        send(key, MARIA | {"private": ""}, ours).status_code: 400,
        send(key, MARIA | {"message": "x" * 70_000}, ours).status_code: 413,
        send(key, MARIA, "https://evil.example").status_code: 403,
        send(key, MARIA, "null").status_code: 403,
        send(key, MARIA).status_code: 403,
        send("nothing", MARIA, ours).status_code: 404,
    }
    assert all(found == wanted for found, wanted in refused.items()), refused
    assert walk.changed(before, walk.digest(app)) == []
    answer = send(key, MARIA, ours)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, ours)
    assert "Origin" in answer.headers["Vary"]


def test_robots_get_thanks_and_nothing_else(make: Maker, app: Flask, send: Any, stored: Any) -> None:
    """Threat 25: a filled trap, a stamp too young, altered, of another form, used twice: thanked, and no row."""
    key, other = make.web_form(), make.web_form()

    def stamp_of(form: str) -> str:
        return re.search(r'name="stamp" value="([^"]+)"', app.test_client().get(f"/forms/{form}").text)[1]  # type: ignore[index]

    with time_machine.travel("2026-11-24T10:00:00+00:00") as now:
        good, foreign = stamp_of(key), stamp_of(other)
        young = send(key, MARIA | {"stamp": good})
        now.shift(10)
        thanked = [
            young,
            send(key, MARIA | {guard.TRAP: "x"}),
            send(key, MARIA | {"stamp": foreign}),
            send(key, MARIA | {"stamp": good[:-4]}),
        ]
        assert stored() == []
        first = send(key, MARIA | {"stamp": good})
        again = send(key, MARIA | {"stamp": good, "email": "b@example.com"})
        assert {answer.text for answer in (*thanked, first, again)} == {first.text}
    assert len(stored()) == 1
    with app.app_context(), access.acting_as(access.SYSTEM):
        counts.bring_in()
        form = service.by_key(key)
        assert (form.shown, form.sent, form.refused) == (1, 1, 5)
        assert counts.waiting() in ({}, dict.fromkeys(counts.waiting(), 0))
        db.session.rollback()


def test_a_flood_is_held_back(make: Maker, send: Any, stored: Any) -> None:
    """Threat 24: five a minute from one address; others still get through."""
    key = make.web_form()
    codes = [send(key, MARIA | {"email": f"n{n}@example.com"}, address="203.0.113.9").status_code for n in range(8)]
    assert codes == [200] * 5 + [429] * 3
    assert send(key, MARIA).status_code == 200
    assert len(stored()) == 6


def test_whatever_is_typed(make: Maker, app: Flask, send: Any) -> None:
    """Threat 2: what is hostile is a text, on our pages and on the visitor's."""
    key = make.web_form(title="<b>Titolo</b>")
    for n, payload in enumerate(PAYLOADS):
        answer = send(key, MARIA | {"first_name": payload, "email": f"n{n}@example.com", "phone": payload})
        assert answer.status_code in (200, 400)
        assert "<script data-p" not in answer.text
        assert "<b>Titolo" not in answer.text
    assert "<b>Titolo" not in app.test_client().get(f"/forms/{key}").text


def test_a_look_changes_nothing(app: Flask, make: Maker) -> None:
    """Threat 1, WEB-04: showing is counted beside the database; sites that were named may frame the page."""
    key = make.web_form(origins=["https://www.example.com"], return_url="https://shop.example.com/grazie?x=1")
    before = walk.digest(app)
    answer = app.test_client().get(f"/forms/{key}")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://www.example.com" in policy
    assert "form-action 'self' https://shop.example.com" in policy
    assert walk.changed(before, walk.digest(app)) == []


def test_back_to_where_the_form_says(make: Maker, send: Any) -> None:
    """WEB-01, threat 27: the address is the form's own; what a visitor sends can't change it."""
    key = make.web_form(return_url="https://shop.example.com/grazie")
    answer = send(key, MARIA)
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://shop.example.com/grazie")
    assert send(key, MARIA | {"next": "https://evil.example"}).status_code == 400


def test_confirmed_by_mail(make: Maker, app: Flask, send: Any, stored: Any, smtp: Any) -> None:
    """WEB-03: with double opt-in nothing is stored before the link of the mail was opened and its button pressed."""
    from app.mailing.models import OutgoingMail

    key = make.web_form(double_opt_in=True)
    assert "open the mail" in send(key, MARIA).text
    assert "open the mail" in send(key, MARIA).text
    assert stored() == []
    with app.app_context(), access.acting_as(access.SYSTEM):
        [mail] = db.session.scalars(db.select(OutgoingMail).filter_by(recipient="maria@example.com"))
        link = re.search(r"/forms/confirm/\S+", mail.text)[0]  # type: ignore[index]
    visitor = app.test_client()
    assert visitor.get(link).status_code == 200
    assert visitor.post(f"{link[:-2]}xx").status_code == 404
    assert stored() == []
    assert "received" in visitor.post(link).text
    assert [c["name"] for c in stored()] == ["Maria Rossi"]
    assert visitor.post(link).status_code == 404
    assert len(stored()) == 1

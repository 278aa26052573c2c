"""SET-01..09: all pages of the settings are reached from one place, by the words people use; changes are logged."""

import re

from flask import Flask
from sqlalchemy import select

from app.core import access
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.roles import level_of
from tests.factories import Maker
from tests.security import walk

ELSEWHERE = {"/settings/", "/settings/invoices/logo"}  # the index itself, and a picture that a page shows


def test_every_settings_page_is_reached_from_the_index(app: Flask, make: Maker) -> None:
    """SET-01..09, ACC-04: whatever administrators and the owner change, a card or a page behind a card leads there."""
    ada = make.page("ada")
    index = ada.get("/settings/")
    cards = re.findall(r'class="setting-card" href="([^"]+)"', index.text)
    assert len(cards) >= 20
    linked = set(cards)
    for card in cards:
        page = ada.get(card)
        assert page.status_code == 200, card
        linked |= set(re.findall(r'href="(/[^"#?]*)', page.text))
    lost = []
    for rule in app.url_map.iter_rules():
        view = walk.view_of(app, rule)
        mine = view is not None and level_of(view) in ("admin", "owner") and not str(rule).startswith("/api/")
        page = "GET" in (rule.methods or ()) and not rule.arguments and str(rule).startswith("/settings/")
        if mine and page and str(rule) not in linked | ELSEWHERE:
            lost.append(str(rule))
    assert lost == []


def test_the_index_is_searched_by_other_words_and_shows_nobody_what_is_not_theirs(make: Maker) -> None:
    """SET-01..09: `smtp`, `vat rate`, `pipeline` find their cards under their headings; an administrator sees no card
    of the owner's, a user none at all."""
    ada, marta = make.page("ada"), make.page("marta")
    for typed, found, other in (
        ("smtp", "Mail server", "Currencies"),
        ("rate vat", "Taxes", "Tags"),
        ("pipeline", "Opportunity stages", "Taxes"),
        ("SWITCH off", "Modules and tools", "Taxes"),
        ("invoice settings", "Organization profile", "Currencies"),
    ):
        cards = re.findall(r"<strong>([^<]+)</strong>", ada.get("/settings/", query_string={"q": typed}).text)
        assert any(found in card for card in cards), (typed, cards)
        assert not any(other in card for card in cards), (typed, cards)
    assert "No setting fits" in ada.get("/settings/?q=xyzzy").text
    assert "Access rights" not in marta.get("/settings/").text
    assert "Mail server" in marta.get("/settings/").text
    assert make.page("sergio").get("/settings/").status_code in (302, 403)


def test_changes_of_settings_are_logged(app: Flask, make: Maker) -> None:
    """ACC-05, SET: who, what it was, what it is; a secret is never told, a refused change leaves nothing."""
    marta, ada = make.page("marta"), make.page("ada")
    marta.post("/settings/lists/contact_type/add", {"name": "Investor", "color": "green"})
    marta.post("/settings/lists/contact_type/add", {"name": "Investor", "color": "green"})  # refused: it is there
    marta.post("/settings/currencies/", {"default": "USD", "used": "EUR"})
    marta.post(
        "/settings/mail/",
        {"host": "localhost", "port": "25", "security": "none", "user": "u", "secret": "Segreto-9", "sender": "a@b.it",
         "keep_days": "365", "password": "Segreto-9"},
    )  # fmt: skip
    ada.post("/settings/access/modules", {"crm": "y"})  # no change
    ada.post("/settings/access/", {"who": "chosen", "users": make["sergio"].id, "version": 1})
    with app.app_context(), access.acting_as(access.SYSTEM):
        acts = ("setting.changed", "access.changed")
        told = list(db.session.scalars(select(AuditEntry).where(AuditEntry.act.in_(acts)).order_by(AuditEntry.id)))
        lines = [(e.who, e.what, e.before, e.after) for e in told]
    names = {"marta": "Marta Prova", "ada": "Ada Prova"}
    assert [one for one in lines if "Investor" in one[1]] == [
        (names["marta"], "contact_type: Investor", None,
         {"list": "contact_type", "name": "Investor", "color": "green"})
    ]  # fmt: skip
    assert (names["marta"], "currency.default", None, {"key": "currency.default", "value": "USD"}) in lines
    assert (names["ada"], "entrance", {"everyone": True, "principals": []},
            {"everyone": False, "principals": [make["sergio"].id]}) in lines  # fmt: skip
    assert sum(what == "entrance" for _w, what, _b, _a in lines) == 1
    assert "Segreto-9" not in str(lines)
    assert "gAAAA" not in str(lines)

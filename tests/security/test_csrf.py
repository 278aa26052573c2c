"""Nothing is changed by a request that no page of ours made, and nothing by following a link (threat 1)."""

from typing import Any

from flask import Flask

from tests.factories import Maker
from tests.security import walk

# Mail programs unsubscribe by a POST without a session (RFC 8058): the signed token in the address is what counts.
# Visitors of other sites send our forms, and confirm their address, without a session that could be abused.
OPEN = {"UnsubscribeView.do", "webform.send", "webform.confirm"}


def test_no_post_without_a_token(app: Flask, make: Maker) -> None:
    """Threat 1: each POST, PUT and DELETE with the owner's cookie and no token is refused before anything happens."""
    contact, ada = make.full(make["ada"]), make.page("ada")
    form = {"first_name": "X", "last_name": "Y", "username": "x", "rowid": contact, "action": "delete", "name": "x"}
    before, passed, tried = walk.digest(app), [], 0
    for rule, method in walk.routes(app):
        if method not in ("POST", "PUT", "DELETE", "PATCH") or rule.endpoint in OPEN:
            continue
        for path in walk.addresses(app, rule, contact):
            tried += 1
            answer = ada.twin().client.open(path, method=method, data=form)
            wanted = (401,) if path.startswith("/api/") and "/security/" not in path else (400, 401)
            if answer.status_code not in wanted or walk.changed(before, walk.digest(app)):
                passed.append(f"{method} {path}: {answer.status_code}")
    assert not passed, passed
    assert tried > 30


def test_signing_out_needs_a_token(make: Maker) -> None:
    """Threat 1: a picture on somebody's page cannot sign anyone out."""
    nino = make.page("nino")
    assert nino.client.get("/logout/").status_code == 405
    assert nino.client.post("/logout/").status_code == 400
    assert nino.get("/contacts/list/").status_code == 200


def test_a_token_of_another_session_is_worth_nothing(make: Maker) -> None:
    """Threat 1: the token belongs to the session it was made for."""
    nino, livia = make.page("nino"), make.page("livia")
    form = {"kind": "person", "first_name": "X", "last_name": "Y"}
    assert nino.client.post("/contacts/add", data=form, headers=livia.headers).status_code == 400
    assert nino.client.post("/contacts/add", data=form, headers=nino.headers).status_code == 302


def test_our_pages_carry_their_token(make: Maker) -> None:
    """Threat 1: the form as it is shown can be sent."""
    nino = make.page("nino")
    body = nino.get("/contacts/add").get_data(as_text=True)
    found = body.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    form = {"kind": "person", "first_name": "X", "last_name": "Y", "csrf_token": found}
    assert nino.client.post("/contacts/add", data=form).status_code == 302


def test_no_get_changes_a_row(app: Flask, make: Maker) -> None:
    """Threat 1: each address opened by the owner, with records that are there; the database stays as it was."""
    keys = {make.full(make["ada"]), make["livia"].id, make.run(make["ada"])}
    ada: Any = make.page("ada")
    ada.get("/")
    before, wrote = walk.digest(app), []
    for rule, method in walk.routes(app):
        if method != "GET":
            continue
        for path in {p for key in keys for p in walk.addresses(app, rule, key)}:
            answer = ada.twin().get(path)
            after = walk.digest(app)
            if walk.changed(before, after) or (answer.status_code >= 500 and path != "/readyz"):
                wrote.append(f"{path}: {answer.status_code} {walk.changed(before, after)}")
            before = after
    assert not wrote, wrote

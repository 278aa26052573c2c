"""The log of logins and of administrators' acts: who reads it, what it tells, and what no line ever holds (ACC-05)."""

import csv
import datetime as dt
import io
import json
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select

from app.core import audit, bins, clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.people import User
from tests.accounts.conftest import set_up
from tests.factories import Maker, acting
from tests.security.test_logins import by_form, by_rest

PASSWORD = "Cavallo-blu-88"


HOSTILE = [
    *("act=x", "since=99/99/9999", "before=abc", "before=" + "9" * 30, "who=%ff"),
    *("until=0001-01-01", "until=9999-12-31", "since=31/12/9999", "endpoint=x&_external=1"),
]


def lines(app: Flask) -> list[tuple[str, str, str, Any, Any]]:
    """(act, who, what, before, after) of each line, the oldest first."""
    with app.app_context():
        found = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(e.act, e.who, e.what, e.before, e.after) for e in found]


def test_logins_are_told(app: Flask, make: Maker) -> None:
    """ACC-05: success and failure with name, address and way; of a name that nobody has only the start, since it may be
    a password typed too early; passwords and codes never."""
    by_form(app, "nino", "marker-wrong-password", "10.6.0.1")
    by_rest(app, "marker-typed-too-early", "x", "10.6.0.2")
    page = make.page("nino")
    phone, codes = set_up(page)
    make.page("livia").post("/logout/")
    told = lines(app)
    assert ("login.failed", "nino", "password", None, None) in told
    assert ("login.failed", "mar…", "password", None, None) in told
    assert ("login", "livia", "password", None, None) in told
    assert ("two_factor.on", "Nino Prova", "nino", None, None) in told
    assert told[-1][0] == "logout"
    everything = json.dumps(told)
    for secret in ("marker-wrong", "marker-typed", phone.otp.secret, phone.code(), *codes, make["nino"].password):
        assert secret not in everything
    with app.app_context():
        failed = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "login.failed")).all()
    assert [line.address for line in failed] == ["10.6.0.1", "10.6.0.2"]


def test_administrators_acts_are_told(app: Flask, make: Maker) -> None:
    """ACC-05: users, rules, exports of all, deletion for good: old and new; the password hidden."""
    ada, user = make.page("ada"), make.user()
    form = {"first_name": "Nuova", "last_name": "U", "username": "nuova", "email": "n@example.com", "active": "y"}
    with app.app_context():
        ids = [user.id]
        role = str(db.session.get_one(User, user.id).roles[0].id)
    proof = {"password": PASSWORD, "conf_password": PASSWORD}
    assert ada.post("/users/add", {**form, **proof, "roles": role}).status_code == 302
    with app.app_context():
        ids.append(db.session.scalars(select(User.id).where(User.username == "nuova")).one())
    assert ada.post(f"/users/edit/{ids[1]}", {**form, "last_name": "Altra", "roles": role}).status_code == 302
    assert ada.post(f"/resetpassword/form?pk={user.id}", proof).status_code == 302
    assert ada.post(f"/users/delete/{ids[1]}").status_code == 302
    assert ada.post("/settings/sign-in/rule", {"who": "administrators"}).status_code == 302
    contact = make.contact(make["ada"])
    with app.app_context(), acting(make["ada"]):
        from app.contacts import service
        from app.contacts.models import Contact
        from app.exports.service import start

        service.delete(db.session.get_one(Contact, contact))
        start("all", "zip")
        db.session.flush()
        bins.empty(Contact, contact)
        db.session.commit()
    told = lines(app)
    acts = [act for act, *_ in told]
    assert {"user.added", "user.changed", "user.deleted", "password.changed", "setting.changed"} <= set(acts), acts
    assert {"export.all", "record.deleted"} <= set(acts), acts
    added = next(line for line in told if line[0] == "user.added" and line[2] == "nuova")
    assert added[1] == "Ada Prova"
    assert added[4]["roles"] == ["User"]
    changed = next(line for line in told if line[0] == "user.changed" and line[2] == "nuova")
    assert changed[3:] == ({"last_name": "U"}, {"last_name": "Altra"})
    rule = next(line for line in told if line[0] == "setting.changed")
    assert "accounts.two_factor" in str(rule)
    assert "administrators" in str(rule[4])
    assert ("record.deleted", "Ada Prova", f"contact {contact}", 1, None) in told
    assert PASSWORD not in json.dumps(told)
    assert "scrypt" not in json.dumps(told)
    assert "pbkdf2" not in json.dumps(told)


def test_who_reads_it(app: Flask, make: Maker) -> None:
    """ACC-05: administrators and owners, by page and as a file; nobody else; nothing of it is changed there."""
    for who, code in (("ada", 200), ("marta", 200), ("sergio", 403), ("renzo", 403), (None, 302)):
        for path in ("/settings/log/", "/settings/log/log.csv"):
            assert make.page(who).get(path).status_code == code, (who, path)
    marta, ada = make.page("marta"), make.page("ada")
    assert marta.post("/settings/log/keep", {"days": "90"}).status_code == 403
    for wrong in ("", "30", "x", "4000", "-1", "9" * 50, "²"):
        assert ada.post("/settings/log/keep", {"days": wrong}).status_code == 400, wrong
    assert ada.post("/settings/log/keep", {"days": "90"}).status_code == 302


def test_filters_pages_and_file(app: Flask, make: Maker) -> None:
    """ACC-05: by act, person, thing and day, a page at a time; the file holds all that they find, formula-safe."""
    with app.app_context(), acting(make["marta"]):
        for i in range(130):
            audit.note("setting.changed", f"many {i:03}", None, {"a": i})
        audit.note("access.changed", "=cmd|' /C calc'!A0", ["x"], ["<b>y</b>"])
        db.session.commit()
        with time_machine.travel(clock.now() - dt.timedelta(days=10)):
            audit.note("export.all", "long ago")
            db.session.flush()
        db.session.commit()
    ada = make.page("ada")

    def body(query: str) -> str:
        return str(ada.get(f"/settings/log/?{query}").get_data(as_text=True))

    assert "many 129" in body("what=MANY")
    assert "many 029" not in body("what=many")
    older = body("what=many").split("before=", 1)[1].split('"', 1)[0].split("&", 1)[0]
    assert "many 029" in body(f"what=many&before={older}")
    assert "&lt;b&gt;y&lt;/b&gt;" in body("act=access.changed")
    assert "long ago" not in body("act=access.changed")
    day = (clock.now() - dt.timedelta(days=9)).date()
    assert "long ago" in body(f"until={day.isoformat()}&who=marta")
    assert "long ago" not in body(f"since={day:%d/%m/%Y}")
    assert "many" not in body("who=nobody%25")
    for hostile in HOSTILE:
        assert ada.get(f"/settings/log/?{hostile}").status_code == 200, hostile
    answer = ada.get("/settings/log/log.csv?who=Marta")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["at", "who", "act", "what", "before", "after", "address"]
    assert len([row for row in rows if row[3].startswith("many")]) == 130
    assert any(row[3].startswith("'=cmd") for row in rows)


def test_it_stays_flat(make: Maker, app: Flask, statements: Any) -> None:
    """Budget: people and log cost as many statements for sixty users and a thousand lines as for a few."""
    ada, paths = make.page("ada"), ("/settings/sign-in/", "/settings/log/")
    few = [statements(lambda path=path: ada.get(path)) for path in paths]
    for _i in range(40):
        make.user()
    with app.app_context():
        for i in range(1000):
            audit.note("login", str(i))
        db.session.commit()
    assert [statements(lambda path=path: ada.get(path)) for path in paths] == few
    assert max(few) <= 25

"""Sample data and benchmarks: believable, repeatable, and out of the way of the users' own data."""

import json
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.contacts.models import Contact, Kind
from app.core import access
from app.core.db import db
from tests.factories import Maker, make

__all__ = ["make"]


def count(app: Flask, *where: Any) -> int:
    with app.app_context(), access.acting_as(access.SYSTEM):
        return db.session.scalar(select(func.count()).select_from(Contact).where(*where)) or 0


def test_the_small_set_comes_once(app: Flask, make: Maker) -> None:
    """CON-01: `--demo` at each start leaves one small set: companies, persons, some of them private."""
    runner = app.test_cli_runner()
    first = runner.invoke(args=["demo-data", "--small", "--password", "Prova-2026-xyz"])
    assert first.exit_code == 0
    assert "giulia" in first.output
    assert runner.invoke(args=["demo-data", "--small"]).output == ""
    assert count(app, Contact.kind == Kind.COMPANY) == 12
    assert count(app, Contact.kind == Kind.PERSON) == 40
    assert 0 < count(app, Contact.private) < 20
    page = make.page("ada")
    for path in (
        "pipeline",
        "forecast",
        "conversion",
        "won-lost",
        "sales",
        "tasks",
        "workload",
        "contacts",
        "invoices",
    ):
        assert "report-table" in page.get(f"/reports/{path}?period=all").text, path
    assert page.get("/").text.count("Nothing here.") == 2  # Ada herself has neither tasks nor opportunities


def test_many_contacts(app: Flask, make: Maker) -> None:
    """CON-07: any number by COPY, one in five private, with the words that the form would write; more go on after."""
    for _ in range(2):
        assert app.test_cli_runner().invoke(args=["demo-data", "--contacts", "500"]).exit_code == 0
    assert count(app) == 1000
    assert count(app, Contact.private) == 200
    with app.app_context(), access.acting_as(access.SYSTEM):
        for contact in db.session.scalars(select(Contact).limit(50)).unique():
            written = (contact.sort_name, contact.search)
            contact.index_words()
            assert (contact.sort_name, contact.search) == written
        db.session.rollback()
    assert "Prova" in make.page("ada").get("/contacts/list/").text


def test_a_bench_leaves_nothing(app: Flask, make: Maker, superuser: Any, capfd: Any) -> None:
    """IMP-08: a benchmark prints one line with its floor, and neither database nor contact is left of it."""
    done = app.test_cli_runner().invoke(args=["bench", "--only", "import", "--contacts", "1000"])
    assert done.exit_code == 0
    line = json.loads(capfd.readouterr().out)
    assert line.keys() == {"name", "value", "unit", "floor", "ratio", "n"}
    assert (line["name"], line["unit"], line["n"]) == ("import", "rows/s", 1000)
    assert line["value"] > 0
    assert line["floor"] > 0
    assert count(app) == 0
    left = superuser.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'clientela_bench_%'").fetchone()
    assert left == (0,)

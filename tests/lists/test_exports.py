"""A filtered list goes out as it is seen: its rows, its columns or all fields (GEN-09, IMP-07)."""

import csv
import io
from typing import Any

from app.core import access
from app.core.db import db
from app.exports import running
from app.exports.models import ExportRun
from tests.factories import Maker


def exported(make: Maker, who: str = "sergio", **form: Any) -> list[list[str]]:
    """The rows of the CSV, its headings first."""
    page = make.page(who)
    place = page.post("/exports/new", {"format": "csv", **form}).headers["Location"]
    pk = int(place.rsplit("/", 1)[1])
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        running.work(pk)
        assert db.session.get_one(ExportRun, pk).error is None
        db.session.remove()
    return list(csv.reader(io.StringIO(page.get(f"/exports/{pk}/file").get_data().decode("utf-8-sig"))))


def test_the_columns_shown(make: Maker) -> None:
    """GEN-09: named as the reader sees them and in his order, custom fields too, with the filters of the address."""
    key = make.custom_field("Colore")
    company = make.contact(kind="company", name="Fonderie")
    make.contact(last_name="Rossi", first_name="Ada", company=company, custom={key: "blu"}, emails=["ada@example.com"])
    make.contact(last_name="Rossi", first_name="Ugo", private=True)
    make.contact(last_name="Bianchi")
    form = {"entity": "contacts", "q": "rossi", "columns": f"email,card,custom.{key},company,owner"}
    rows = exported(make, "livia", **form)
    assert rows[0] == ["Email", "Name", "Colore", "Company", "Responsible"]
    assert rows[1:] == [["ada@example.com", "Ada Rossi", "blu", "Fonderie", "Sergio Prova"]]
    assert "first_name" in exported(make, "livia", entity="contacts", q="rossi")[0]
    shown = make.page("livia").get("/contacts/list/?q=rossi").text
    assert 'name="columns" value="card,email,' in shown
    answer = make.page("livia").post("/exports/new", {**form, "format": "csv", "columns": "card,audience"})
    assert answer.headers["Location"].endswith("/exports/")


def test_each_list_with_every_column(make: Maker) -> None:
    """GEN-09: whatever a list can show can go out; a case's state and a task's words filter as they do on the page."""
    make.opportunity(title="Fornitura", amount="100", currency="EUR")
    make.project(title="Cantiere")
    closed = make.case(title="Chiusa")
    make.case(title="Aperta")
    make.page("sergio").post(f"/cases/close/{closed}")
    make.invoice()
    make.task(task={"title": "Telefonare", "due": "2026-03-01"})
    sources = {"opportunity": "opportunities", "project": "projects", "case": "cases", "invoice": "invoices"}
    for name, entity in {**sources, "task": "tasks"}.items():
        with make.app.test_request_context():
            view = next(v for v in make.app.extensions["appbuilder"].baseviews if getattr(v, "list_name", "") == name)
            every = ",".join(column.name for column in view.columns_offered())
        more = {"state": "open"} if name == "case" else {}
        rows = exported(make, entity=entity, columns=every, **more)
        assert len(rows) == 2, (name, rows)
        assert len(rows[0]) == len(rows[1]) >= 5, name
    assert [row[0] for row in exported(make, entity="cases", columns="card", state="closed")] == ["Title", "Chiusa"]

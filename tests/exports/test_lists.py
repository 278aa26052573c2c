"""A list as a file: its columns, its rows, its filters, and no row that the person may not see."""

import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from app.contacts.models import FISCAL
from tests.exports.conftest import rows
from tests.factories import Maker
from tests.payloads import PAYLOADS


def names(content: bytes) -> list[str]:
    """Who is in the file."""
    return [row["last_name"] or row["name"] for row in rows(content)]


def test_all_of_a_contact_is_in_its_row(make: Maker, exported: Any) -> None:
    """IMP-07: kinds, primaries first, tags, custom fields, access, in the columns that our import knows."""
    day, sum_ = make.custom_field("Nato", "date"), make.custom_field("Budget", "money")
    group = make.group("vendite", make["livia"])
    make.contact(kind="company", name="Acme")
    make.contact(
        first_name="Maria", last_name="Rossi", company="Acme", title="CEO", type="Client", private=True,
        emails=["b@example.com", {"value": "a@example.com", "kind": "home", "primary": True}],
        phones=[{"value": "+39 333 1234567", "kind": "mobile"}], websites=["https://x.com/maria"],
        addresses=[{"street": "Via Po 2", "city": "Torino", "zip": "00123", "kind": "billing"}],
        tags=["uno", "due; tre"], co_owners=[make["livia"].id], shared_with=[make["nino"].id, -group],
        custom={day: "1980-02-01", sum_: {"amount": "-12.5", "currency": "EUR"}},
    )  # fmt: skip
    company, person = rows(exported("sergio"))
    assert (company["kind"], company["name"], company["private"]) == ("company", "Acme", "no")
    assert person == {
        "kind": "person", "first_name": "Maria", "last_name": "Rossi", "name": "", "company": "Acme", "title": "CEO",
        "type": "Client", "temperature": "", "email_1": "a@example.com", "email_1_kind": "home",
        "email_2": "b@example.com", "email_2_kind": "work", "phone_1": "+39 333 1234567", "phone_1_kind": "mobile",
        "website_1": "https://x.com/maria", "website_1_kind": "website", "address_1_street": "Via Po 2",
        "address_1_city": "Torino", "address_1_state": "", "address_1_zip": "00123", "address_1_country": "",
        "address_1_kind": "billing", **dict.fromkeys(FISCAL, ""),
        "tags": '"due; tre"; uno', "description": "", "private": "yes", "owner": "sergio",
        "co_owners": "livia", "shared_with": "group:vendite; nino", f"custom:{day}": "1980-02-01",
        f"custom:{sum_}": "'-12.50 EUR",
    }  # fmt: skip


def test_nobody_gets_what_he_does_not_see(make: Maker, exported: Any) -> None:
    """IMP-07, threat 29: rows, companies and counts are those that the person sees."""
    make.contact(last_name="Aperto")
    hidden = make.contact(kind="company", name="Segreta", private=True)
    make.contact(last_name="Nascosto", private=True)
    make.contact(last_name="Dipendente", company=hidden)
    assert sorted(names(exported("nino"))) == ["Aperto", "Dipendente"]
    assert b"Segreta" not in exported("nino")
    assert sorted(names(exported("sergio"))) == ["Aperto", "Dipendente", "Nascosto", "Segreta"]
    assert len(names(exported("marta"))) == 4


def test_a_right_lost_meanwhile_counts(make: Maker, queued: Any, work: Any, run_of: Any, app: Flask) -> None:
    """Threat 29: rights are those of the moment when the file is made."""
    from app.core.db import db
    from app.core.people import User, role_named
    from tests.factories import acting

    someone = make.user()
    run = queued(someone)
    with app.app_context(), acting(None):
        db.session.get(User, someone.id).roles = [role_named("Visitor")]
        db.session.commit()
    work(run)
    assert (run_of(run)["state"], run_of(run)["file_key"]) == ("failed", None)
    assert run_of(run)["error"] == "You may not export this any more."


def test_the_rows_are_those_of_the_list(make: Maker, work: Any) -> None:
    """IMP-07: search, filters, custom fields and the rows of an import choose as on the page."""
    color = make.custom_field("Colore", "choice", options=["rosso", "blu"])
    make.contact(last_name="Uno", tags=["fiera"], custom={color: "rosso"})
    make.contact(last_name="Due", first_name="Rosso", custom={color: "blu"})
    make.contact(kind="company", name="Tre")
    page = make.page("sergio")

    def sent(**args: str) -> list[str]:
        answer = page.post("/exports/new", {"entity": "contacts", "format": "csv", **args})
        run = answer.headers["Location"].rpartition("/")[2]
        work(int(run))
        return names(page.get(f"/exports/{run}/file").data)

    assert sent(q="due") == ["Due"]
    assert sent(_flt_0_kind="company") == ["Tre"]
    assert sent(**{f"_flt_0_custom.{color}": "rosso"}) == ["Uno"]
    assert sent(imported="99") == []
    assert sorted(sent(_flt_0_search="due", _flt_0_company_id="1")) == ["Due", "Tre", "Uno"]


def test_formulas_stay_texts(make: Maker, exported: Any) -> None:
    """Threat 7, policy 7: no cell of any format starts as a formula."""
    for payload in ["=1+1", "+1-1|cmd", "-2+3", "@SUM(A1)", "\tx", *PAYLOADS]:
        make.contact(last_name=f"={payload}".replace("\0", "")[:255], description=payload.replace("\0", ""))
    for row in rows(exported("sergio")):
        assert not any(cell[:1] in tuple("=@\t\r") or cell[:1] in ("+", "-") for cell in row.values() if cell)
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported("sergio", format_="xlsx")))
    cells = [c for row in book.get_sheet_by_index(0).iter_rows() for c in row if isinstance(c, str)]
    assert len(cells) > 50
    assert not any(cell[:1] in ("=", "@", "+", "-") for cell in cells)


def test_a_workbook_holds_typed_cells(make: Maker, exported: Any) -> None:
    """IMP-07: in Excel a number is a number and a day is a day; leading zeros stay."""
    import datetime as dt

    number, day = make.custom_field("Peso", "number"), make.custom_field("Nato", "date")
    make.contact(last_name="Uno", addresses=[{"zip": "00123"}], custom={number: "12.5", day: "1980-02-01"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported("sergio", format_="xlsx")))
    head, row = book.get_sheet_by_index(0).to_python()
    found = dict(zip(head, row, strict=True))
    assert (found[f"custom:{number}"], found[f"custom:{day}"]) == (12.5, dt.date(1980, 2, 1))
    assert found["address_1_zip"] == "00123"


def test_a_text_that_excel_would_cut_is_refused(make: Maker, queued: Any, work: Any, run_of: Any) -> None:
    """IMP-07: nothing is cut to fit; the reason tells what to do."""
    make.contact(description="x" * 40_000)
    run = queued("sergio", "contacts", "xlsx")
    work(run)
    assert run_of(run)["state"] == "failed"
    assert "choose CSV" in run_of(run)["error"]


def test_a_list_of_nothing_is_headings_alone(exported: Any, make: Maker) -> None:
    """SPEC, Bad input: an export of nothing is an empty table."""
    content = exported("sergio")
    assert rows(content) == []
    assert content.decode("utf-8-sig").startswith("kind,first_name")


def test_everything_is_one_archive(make: Maker, exported: Any) -> None:
    """IMP-07: one zip, a file an entity; it holds what administrators see: all."""
    make.contact(last_name="Aperto")
    make.contact(last_name="Nascosto", private=True)
    archive = zipfile.ZipFile(io.BytesIO(exported("marta", "all", "zip")))
    assert "contacts.csv" in archive.namelist()
    assert sorted(names(archive.read("contacts.csv"))) == ["Aperto", "Nascosto"]


@pytest.mark.parametrize("who", ["sergio", "nino"])
def test_everything_is_for_administrators(make: Maker, who: str) -> None:
    """SPEC, Access: export all is refused to users, on the page and by REST."""
    page = make.page(who)
    assert page.post("/exports/new", {"entity": "all", "format": "zip"}).status_code == 403
    assert make.rest(who).post("/api/v1/exports/", {"entity": "all"}).status_code == 403
    assert "Export all data" not in page.get("/exports/").text
    assert "Export all data" in make.page("marta").get("/exports/").text


def test_tasks_are_those_of_their_list(make: Maker, work: Any) -> None:
    """IMP-07, TSK-06: whose, group, category, words and record of the task list's address choose the rows, by page and
    REST; a hidden record's tasks are in nobody's file."""
    contact = make.contact(last_name="Rossi")
    make.task(task={"title": "Chiama", "contact": contact, "category": "Call", "due": "2020-01-01"})
    make.task(task={"title": "Fatto", "closed": True})
    make.task(make["livia"], task={"title": "Di Livia"})
    make.task(task={"title": "Segreto", "contact": make.contact(private=True)})
    page, rest = make.page("sergio"), make.rest("sergio")

    def sent(**args: str) -> list[str]:
        answer = page.post("/exports/new", {"entity": "tasks", "format": "csv", **args})
        run = answer.headers["Location"].rpartition("/")[2]
        work(int(run))
        return sorted(row["title"] for row in rows(page.get(f"/exports/{run}/file").data))

    offered = page.get("/tasks/list/?group=closed").text
    assert f'name="who" value="{make["sergio"].id}"' in offered
    assert 'name="group" value="closed"' in offered
    mine = str(make["sergio"].id)
    assert sent(who="everyone") == ["Chiama", "Di Livia", "Fatto", "Segreto"]
    assert sent(who=mine, group="closed") == ["Fatto"]
    assert sent(who=mine, group="overdue") == sent(q="chia") == sent(contact=str(contact)) == ["Chiama"]
    page = make.page("nino")
    assert sent(who="everyone") == ["Chiama", "Di Livia", "Fatto"]
    assert sent(who=mine, group="nothing") == ["Chiama", "Fatto"]
    wanted = {"entity": "tasks", "filters": [{"col": "owner", "opr": "eq", "value": make["livia"].id}]}
    run = rest.post("/api/v1/exports/", wanted).json["id"]
    work(run)
    assert [row["title"] for row in rows(rest.get(f"/api/v1/exports/{run}/file").data)] == ["Di Livia"]

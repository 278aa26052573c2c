"""The search over everything, and the palette's offers (GEN-06)."""

from typing import Any

import pytest
from flask import Flask

from app.home import palette
from tests import factories
from tests.factories import Maker, Page

KINDS = ["contact", "opportunity", "case", "project", "task", "invoice"]


def found(page: Page, typed: str) -> dict[str, list[str]]:
    """The palette's lines by group."""
    answer = page.get("/search/palette", query_string={"q": typed})
    assert answer.status_code == 200
    return {group["label"]: [line["text"] for line in group["lines"]] for group in answer.json["groups"]}


def hrefs(page: Page, typed: str) -> dict[str, str]:
    """The addresses of the palette's lines by their text."""
    groups = page.get("/search/palette", query_string={"q": typed}).json["groups"]
    return {line["text"]: line["href"] for group in groups for line in group["lines"]}


@pytest.fixture
def rossi(make: Maker) -> int:
    """A person open to all, with email and phone, who has one of everything."""
    key = make.contact(
        first_name="Nicolò", last_name="Rossi", emails=["nico@bottega.example"], phones=["+39 02 5550147"]
    )
    make.contact(first_name="Anna", last_name="Bianchi")
    make.opportunity(title="Impianto fotovoltaico", contact=key)
    make.case(title="Fiera di Bologna")
    make.project(title="Cantiere nord")
    make.task(task={"title": "Richiamare il notaio", "contact": key})
    make.invoice(client=key, status="billed")
    return key


def test_every_kind_by_its_words(make: Maker, rossi: int) -> None:
    """GEN-06: name fragments without accents, email, phone digits, invoice number, titles; each leads to its record."""
    page = make.page("livia")
    for typed in ("ross", "nicolo ROSSI", "bottega.ex", "02 555 01", "5550147", "nico rossi"):
        assert found(page, typed)["Contacts"] == ["Nicolò Rossi"], typed
    assert found(page, "impianto FOTO")["Opportunities"] == ["Impianto fotovoltaico"]
    for typed, group in (
        ("fotovolt", "Opportunities"),
        ("fiera", "Cases"),
        ("cantiere", "Projects"),
        ("notaio", "Tasks"),
    ):
        assert len(found(page, typed)[group]) == 1, typed
    number = page.get("/search/", query_string={"q": "inv0000001"})
    assert 'data-found="invoice"' in number.text
    assert "Invoices" in found(page, "rossi")
    assert found(page, "1")["Invoices"] == ["INV0000001"]
    for text, href in hrefs(page, "rossi").items():
        assert page.get(href).status_code == 200, text
    assert found(page, "%%%") == found(page, "___") == found(page, "\\\\\\") == {}
    assert page.get("/search/?q=" + "x" * 5000).status_code == 200
    assert page.get("/search/palette?q=a%00b").status_code == 400


def test_a_mistyped_name_is_found(make: Maker, rossi: int) -> None:
    """GEN-06: typo-tolerant for names, where hardly anything holds the letters; never for numbers and addresses."""
    page = make.page("livia")
    for typed in ("rosssi", "rosi", "bianci", "nicollo rossi", "rossi nicolo"):
        assert found(page, typed)["Contacts"], typed
    assert "Names like" in page.get("/search/?q=bianci").text
    assert "Contacts" not in found(page, "5550148")
    assert "Contacts" not in found(page, "zzzwkk")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_hidden_is_found(make: Maker, kind: str) -> None:
    """GEN-06, ACC-06: a stranger finds neither the record nor its name by any door; who sees it finds it."""
    contact = make.contact(first_name="Segreto", last_name="Segretissimo", private=True)
    makers: dict[str, Any] = {
        "contact": lambda: contact,
        "opportunity": lambda: make.opportunity(title="Segretissimo", private=True),
        "case": lambda: make.case(title="Segretissimo", private=True),
        "project": lambda: make.project(title="Segretissimo", private=True),
        "task": lambda: make.task(task={"title": "Segretissimo", "contact": contact}),
        "invoice": lambda: make.invoice(client=contact),
    }
    makers[kind]()
    for who, sees in (("sergio", True), ("ada", True), ("livia", False), ("nino", False)):
        page, rest = make.page(who), make.rest(who)
        for typed in ("segretissimo", "segretisimo")[: 1 if kind in ("task", "invoice") else 2]:  # these have no names
            assert (f'data-found="{kind}"' in page.get(f"/search/?q={typed}").text) == sees, (who, typed)
            told = rest.get(f"/api/v1/search/?q={typed}").json["result"]
            assert (kind in {hit["kind"] for hit in told}) == sees, (who, typed)
            assert ("Segretissimo" in page.get(f"/search/palette?q={typed}").text) == sees


def test_strangers(make: Maker) -> None:
    """GEN-06: visitors are sent to the login, programs refused."""
    visitor = make.page(None)
    for path in ("/search/", "/search/palette?q=ada"):
        assert visitor.get(path).status_code == 302
    assert visitor.get("/api/v1/search/?q=ada").status_code == 401
    assert make.rest("livia").get("/api/v1/search/?q=rossi&kind=moon").status_code == 400


def test_verbs(make: Maker, rossi: int) -> None:
    """GEN-06: "new invoice for Rossi", shortened and in Italian too, leads to the form for him; who may only read is
    offered nothing to make."""
    page = make.page("livia")
    for typed in ("new invoice for rossi", "invoice rossi", "new inv rossi"):
        assert hrefs(page, typed)["New invoice for Nicolò Rossi"] == f"/invoices/add?client={rossi}", typed
    assert "Nicol" in page.get(f"/invoices/add?client={rossi}").text
    assert hrefs(page, "task rossi")["New task for Nicolò Rossi"] == f"/tasks/add?contact={rossi}"
    assert found(page, "rossi")["Actions"][0] == "New invoice for Nicolò Rossi"
    made = hrefs(page, "create person Mario De Neri")
    form = page.get(made["New person “Mario De Neri”"]).text
    assert 'value="Mario De"' in form
    assert 'value="Neri"' in form
    assert found(page, "go to reports")["Pages"][0] == "Go to Reports"
    assert (
        found(page, "report pipe")["Pages"] == found(page, "go to report pipe")["Pages"] == ["Go to Reports: Pipeline"]
    )
    assert "Go to Settings" not in str(found(page, "stages"))
    assert found(page, "")["Actions"]
    assert "Actions" not in found(make.page("renzo"), "invoice rossi")


def test_words_of_verbs(app: Flask) -> None:
    """GEN-06: what begins like an offer names its verb and leaves the name; a name alone is no verb."""
    with app.test_request_context():
        assert palette.asked("rossi") == ([], "rossi")
        assert palette.asked("new") == ([], "new")
        with factories.acting(None):
            assert palette.asked("invoice Mario Rossi")[1] == "Mario Rossi"
            assert palette.asked("new task for Rossi")[1] == "Rossi"


def test_statements_stay_few(make: Maker, rossi: int, statements: Any) -> None:
    """Budget: one statement a kind and one more where names are alike, whatever there is."""
    page = make.page("livia")
    assert statements(lambda: page.get("/search/palette?q=rossi")) <= 22
    assert statements(lambda: page.get("/search/?q=rosssii")) <= 25

"""The first page: its numbers agree with the lists they lead to, and each arranges it for himself (REP-04)."""

import datetime as dt
import html
import re
from typing import Any

import pytest

from app.core import clock
from tests.factories import Maker, Page

COUNT = re.compile(r'<a class="tile-count" href="([^"]+)" data-count="(\d+)">')
LISTED = re.compile(r'<span class="count" aria-hidden="true">(\d+)</span>')
TAB = re.compile(r'aria-current="page">[^<]+<span class="tab-count">(\d+)')
TILE = re.compile(r'data-tile="(\w+)" data-size="(\w+)"')
USUAL = ["day", "pipeline", "deals", "invoices", "forecast", "events", "contacts"]


@pytest.fixture
def business(make: Maker) -> None:
    """Deals, tasks, invoices and contacts of Sergio and Livia, some of Sergio's for himself alone."""
    today = clock.today("Europe/Rome")
    for n in range(12):
        owner = make[("sergio", "livia")[n % 2]]
        private = n % 4 == 0
        contact = make.contact(owner, last_name=f"Cliente{n}", private=private)
        stage = ("First contact", "Proposal", "Negotiation", "Won")[n % 4 if n % 2 else (n // 2) % 4]
        make.opportunity(
            owner, title=f"Affare {n}", stage=stage, amount=str(100 * n + 50), currency="EUR", private=private,
            expected_close=str(today + dt.timedelta(days=9 * n - 20)), contact=contact,
        )  # fmt: skip
        make.task(owner, task={"title": f"Fare {n}", "due": str(today + dt.timedelta(days=n - 3)), "contact": contact})
        day = today - dt.timedelta(days=10 * n)
        make.invoice(owner, client=contact, status="billed", date=str(day))


def listed(page: Page, href: str) -> int:
    """How many rows the list behind a number says that it has."""
    text = page.get(href).text
    found = (TAB if href.startswith("/tasks/") else LISTED).search(text)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("who", ["sergio", "livia", "ada", "nino"])
def test_each_number_agrees_with_its_list(make: Maker, business: None, who: str) -> None:
    """REP-04, ACC-06: every number of every tile is that of the list behind it, for who sees all and who sees less."""
    page = make.page(who)
    numbers = [(html.unescape(href), int(count)) for href, count in COUNT.findall(page.get("/").text)]
    assert len(numbers) == 3 + 4 + 2 + 2 + 6 + 2
    assert {href: listed(page, href) for href, _count in numbers} == dict(numbers)
    assert sum(count for _href, count in numbers) > 20


def test_nothing_hidden_stands_there(make: Maker, business: None) -> None:
    """REP-04, ACC-06: neither names nor amounts of what is somebody else's alone; visitors sign in first."""
    text = make.page("nino").get("/").text
    for n in (0, 4, 8):
        assert not re.search(rf"(Cliente|Affare |Fare ){n}\b", text), n
    assert "Cliente11" in text
    assert make.page(None).get("/").status_code == 302


def test_arranged_by_each(make: Maker, business: None) -> None:
    """REP-04: order, width and choice of tiles are kept for each user; a wrong arrangement is refused whole."""
    sergio, livia = make.page("sergio"), make.page("livia")
    assert [key for key, _size in TILE.findall(sergio.get("/").text)] == USUAL
    wanted = [{"key": "events", "size": "wide"}, {"key": "day", "size": "narrow"}]
    assert sergio.post("/dashboard/tiles", json={"tiles": wanted}).json == {"tiles": wanted}
    assert TILE.findall(sergio.get("/").text) == [("events", "wide"), ("day", "narrow")]
    assert [key for key, _size in TILE.findall(livia.get("/").text)] == USUAL
    assert 'data-tile="pipeline"' in sergio.get("/dashboard/tile/pipeline").text
    bad: list[Any] = [
        "x", [1], [{"key": "moon", "size": "half"}], [{"key": "day", "size": "huge"}],
        [{"key": "day", "size": "half"}, {"key": "day", "size": "wide"}],
    ]  # fmt: skip
    for tiles in bad:
        assert sergio.post("/dashboard/tiles", json={"tiles": tiles}).status_code == 400, tiles
    assert len(TILE.findall(sergio.get("/").text)) == 2
    assert sergio.post("/dashboard/tiles", json={"tiles": []}).json == {"tiles": []}
    sergio.post("/dashboard/tiles", json={})
    assert len(TILE.findall(sergio.get("/").text)) == len(USUAL)
    assert sergio.get("/dashboard/tile/moon").status_code == 404
    assert make.page(None).post("/dashboard/tiles", json={"tiles": []}).status_code in (302, 401, 403)
    assert make.page("renzo").post("/dashboard/tiles", json={"tiles": wanted}).json == {"tiles": wanted}


def test_statements(make: Maker, business: None, statements: Any) -> None:
    """REP-04: the page takes at most 25 statements, and no more with more rows."""
    page = make.page("sergio")
    page.get("/")
    few = statements(lambda: page.get("/"))
    for n in range(5):
        make.opportunity(title=f"Ancora {n}", contact=make.contact())
    assert statements(lambda: page.get("/")) <= few <= 25


def test_the_empty_page(make: Maker) -> None:
    """REP-04: with nothing in it, it says so, and offers the first steps."""
    text = make.page("ada").get("/").text
    assert "Your CRM is empty" in text
    assert {int(count) for _href, count in COUNT.findall(text)} == {0}

"""The board: columns by stage with their totals, further cards by key, moves, and how it hears of others' moves."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.settings import currencies
from tests.factories import Maker
from tests.opportunities.conftest import REST, posted, result

BOARD = "/opportunities/board"
See = Callable[[Callable[[], Any]], Any]
TODAY = clock.today("Europe/Rome")


def column(html: str, stage: int) -> str:
    """The HTML of one column."""
    return html.split(f'data-stage="{stage}"', 1)[1].split("</section>", 1)[0]


def titles(html: str) -> list[str]:
    return re.findall(r'data-title="([^"]*)"', html)


def test_columns_by_stage(make: Maker) -> None:
    """OPP-04: each card stands in its stage, latest arrivals first, with its contact, worth and day."""
    acme = make.contact(kind="company", name="Acme srl")
    first = posted(make, title="Prima", contact=acme, amount="100.50", expected_close="2020-01-31").json["id"]
    posted(make, title="Seconda")
    make.rest("sergio").put(f"{REST}{first}", {"stage": "Proposal"})
    posted(make, title="Terza")
    page = make.page("livia").get(f"{BOARD}/").text
    assert titles(column(page, make.stage())) == ["Terza", "Seconda"]
    card = column(page, make.stage("Proposal"))
    for words in ("Prima", "Acme srl", "€100.50", "31/01/2020", "Late"):
        assert words in card, words


def test_totals_in_the_default_currency(make: Maker, seen: See) -> None:
    """OPP-04, OPP-08, SET-03: sums by the rate of the day, weighted by probability; what has no rate is said."""

    def rate() -> None:
        currencies.add_rate({"currency": "USD", "rate": "0.50", "day": TODAY})
        db.session.commit()

    seen(rate)
    posted(make, amount="100")
    posted(make, amount="200", currency="USD", probability=50)
    posted(make, amount="7", currency="GBP")
    head = column(make.page("sergio").get(f"{BOARD}/").text, make.stage()).split("</header>")[0]
    assert "€200.00" in head  # 100 + 200 × 0.5
    assert "€60.00" in head  # 10 % of 100 + 50 % of 100
    assert "without GBP" in head
    assert "without GBP" in make.page("sergio").get("/opportunities/list/").text
    assert "€200.00" in make.page("sergio").get("/opportunities/list/").text


def test_columns_go_on(make: Maker) -> None:
    """OPP-04: a few cards at a time, each once, however many there are."""
    made = [make.opportunity(title=f"Numero {n}.") for n in range(45)]
    page = make.page("sergio")
    html = page.get(f"{BOARD}/").text
    found = titles(html)
    while more := re.search(r'hx-get="([^"]*before=[^"]*)"', html):
        html = page.get(more[1].replace("&amp;", "&")).text
        found += titles(html)
    assert found == [f"Numero {n}." for n in reversed(range(len(made)))]


@pytest.mark.parametrize("before", ["", "x", "1", "9" * 60 + "-1"])
def test_a_mistyped_place(make: Maker, before: str) -> None:
    """OPP-04: is refused, never a 500."""
    assert make.page("sergio").get(f"{BOARD}/cards/{make.stage()}?before={before}").status_code == 400
    assert make.page("sergio").get(f"{BOARD}/cards/99999?before=1-1").status_code == 404


def test_filters(make: Maker) -> None:
    """OPP-04: mine or a colleague's, a tag's, by words; numbers follow."""
    posted(make, title="Di Sergio", tags=["fiera"])
    posted(make, "livia", title="Di Livia")
    page = make.page("sergio")
    livia, tag = make["livia"].id, page.get("/opportunities/list/").text
    assert titles(page.get(f"{BOARD}/columns?owner={livia}").text) == ["Di Livia"]
    assert titles(page.get(f"{BOARD}/columns?owner={make['sergio'].id}").text) == ["Di Sergio"]
    assert titles(page.get(f"{BOARD}/columns?q=LIVIA").text) == ["Di Livia"]
    number = re.search(r"_flt_0_tags=(\d+)", tag)
    assert number
    assert titles(page.get(f"{BOARD}/columns?tag={number[1]}").text) == ["Di Sergio"]
    assert ">1</span>" in column(page.get(f"{BOARD}/columns?q=livia").text, make.stage())
    assert len(titles(page.get(f"{BOARD}/columns?owner=x&tag=-3").text)) == 2


def test_what_was_closed_long_ago_is_not_there(make: Maker, seen: See) -> None:
    """OPP-04: of what is won or lost the board holds the last month, in cards and numbers."""
    for title, days in (("Vinta ieri", 1), ("Vinta da tempo", 40)):
        posted(make, title=title, stage="Won", closed_on=(TODAY - dt.timedelta(days=days)).isoformat())
    html = column(make.page("sergio").get(f"{BOARD}/").text, make.stage("Won"))
    assert titles(html) == ["Vinta ieri"]
    assert ">1</span>" in html.split("</header>")[0]


def test_a_move(make: Maker) -> None:
    """OPP-04: by mouse, finger or keys one request; it says the new numbers, the version and the mark."""
    made = posted(make, amount="10").json
    page, won = make.page("sergio"), make.stage("Won")
    answer = page.post(f"{BOARD}/move/{made['id']}", {"stage": won, "version": made["result"]["version"]})
    assert answer.status_code == 200
    assert "€10.00" in answer.json["heads"][str(won)]
    assert "€10.00" not in answer.json["heads"][str(make.stage())]
    found = result(make, made["id"])
    assert (found["stage"]["id"], found["version"], found["closed_on"]) == (won, answer.json["version"], f"{TODAY}")
    lost = {"stage": make.stage("Lost"), "version": found["version"], "lost_reason": "999999"}
    assert page.post(f"{BOARD}/move/{made['id']}", lost).status_code == 400
    assert page.post(f"{BOARD}/move/{made['id']}", {"stage": 999}).status_code == 400


def test_two_people_move_one_card(make: Maker) -> None:
    """OPP-04: the second is told, and the card stays where the first has put it."""
    made = posted(make).json
    sent = {"stage": make.stage("Needs"), "version": made["result"]["version"]}
    assert make.page("livia").post(f"{BOARD}/move/{made['id']}", sent).status_code == 200
    second = make.page("sergio").post(f"{BOARD}/move/{made['id']}", sent | {"stage": make.stage("Won")})
    assert second.status_code == 409
    assert "Somebody else" in second.json["message"]
    assert result(make, made["id"])["stage"]["name"] == "Needs"


def test_the_mark_changes_with_what_one_sees(make: Maker) -> None:
    """OPP-04, ACC-06: a move, a new card and a deleted one are heard of; what is hidden is not."""
    made, gone = make.opportunity(), make.opportunity()
    page = make.page("nino")

    def mark() -> str:
        return str(page.get(f"{BOARD}/mark").json["mark"])

    first = mark()
    assert mark() == first
    hidden = make.opportunity(private=True)
    make.rest("sergio").put(f"{REST}{hidden}", {"stage": "Needs"})
    assert mark() == first
    make.rest("sergio").put(f"{REST}{made}", {"stage": "Needs"})
    second = mark()
    assert second != first
    make.rest("sergio").delete(f"{REST}{gone}")
    assert mark() != second


def test_a_stranger(make: Maker) -> None:
    """OPP-05, ACC-05: what is limited is neither in cards nor in numbers, and can't be moved; who only reads moves
    nothing; a visitor sees nothing."""
    made = posted(make, title="Segreta", amount="777", private=True).json["id"]
    nino = make.page("nino")
    html = nino.get(f"{BOARD}/").text
    assert "Segreta" not in html
    assert "777" not in html
    assert nino.post(f"{BOARD}/move/{made}", {"stage": make.stage("Won")}).status_code == 404
    assert "data-grip" not in make.page("renzo").get(f"{BOARD}/").text
    opened = make.opportunity()
    make.page("renzo").post(f"{BOARD}/move/{opened}", {"stage": make.stage("Won")})
    assert result(make, opened)["stage"]["name"] == "First contact"
    assert make.page(None).get(f"{BOARD}/").status_code == 302


def test_its_cost(make: Maker, statements: Callable[[Callable[[], Any]], int]) -> None:
    """OPP-04: no statement a card, a stage or a currency."""
    page = make.page("sergio")
    make.opportunity()
    page.get(f"{BOARD}/")
    few = statements(lambda: page.get(f"{BOARD}/"))
    for stage in ("First contact", "Needs", "Proposal", "Won"):
        for currency in ("EUR", "USD"):
            make.opportunity(stage=stage, currency=currency, amount="10", contact=make.contact(), tags=[stage])
    assert statements(lambda: page.get(f"{BOARD}/")) <= few + 1 <= 25
    assert statements(lambda: page.get(f"{BOARD}/mark")) <= 8

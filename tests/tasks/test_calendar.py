"""The calendar page: what stands on which day, for whom, at any size (TSK-07)."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from app.tasks import calendar
from app.tasks.calendar import Span
from tests.factories import Maker, Page

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)  # a Tuesday, 10:00 in Rome


def shown(page: Page, query: str = "") -> dict[str, list[str]]:
    """Titles by the day they stand on."""
    parts = re.split(r'<h3 class="cal-date"><time datetime="([\d-]+)"', page.get(f"/tasks/calendar/?{query}").text)
    days = zip(parts[1::2], parts[2::2], strict=True)
    found = {day: re.findall(r'/tasks/show/\d+" title="([^"]*)"', cell) for day, cell in days}
    return {day: titles for day, titles in found.items() if titles}


@pytest.mark.parametrize(
    ("span", "day", "first", "last", "count"),
    [
        (Span.MONTH, "2026-11-24", "2026-10-26", "2026-12-06", 42),
        (Span.MONTH, "2027-02-10", "2027-02-01", "2027-02-28", 28),
        (Span.WEEK, "2026-11-29", "2026-11-23", "2026-11-29", 7),
        (Span.AGENDA, "2026-11-24", "2026-11-24", "2026-12-21", 28),
    ],
)
def test_which_days(span: Span, day: str, first: str, last: str, count: int) -> None:
    """TSK-07: months and weeks in whole weeks from Monday on, the agenda from the day on."""
    days = calendar.days_of(span, dt.date.fromisoformat(day))
    assert (days[0].isoformat(), days[-1].isoformat(), len(days)) == (first, last, count)
    assert days == [days[0] + dt.timedelta(days=n) for n in range(count)]


def test_forth_and_back() -> None:
    """TSK-07: a step leads to the next span, a step back to where one was."""
    for span in Span:
        day = dt.date(2026, 12, 1)
        assert calendar.step(span, calendar.step(span, day, forward=True), forward=False) == day
    assert calendar.step(Span.MONTH, dt.date(2026, 1, 31), forward=True) == dt.date(2026, 2, 1)


def test_each_on_its_day(make: Maker) -> None:
    """TSK-07: whole days and hours, mine alone by default, open ones alone."""
    with time_machine.travel(NOW, tick=False):
        make.task(word="tutto il giorno", task={"due": "2026-11-24"})
        make.task(word="alle tre", task={"due": "2026-11-24", "time": "15:00"})
        make.task(word="a mezzanotte", task={"due": "2026-11-25", "time": "00:00"})
        make.task(word="fatto", task={"due": "2026-11-24", "closed": True})
        make.task(word="senza giorno", task={"description": ""})
        make.task(make["livia"], word="di livia", task={"due": "2026-11-24"})
        page, mine = make.page("sergio"), ["alle tre", "tutto il giorno"]
        for span in Span:
            found = shown(page, f"span={span}")
            assert sorted(found["2026-11-24"]) == mine, span
            assert found["2026-11-25"] == ["a mezzanotte"]
        assert sorted(shown(page, "who=everyone")["2026-11-24"]) == ["alle tre", "di livia", "tutto il giorno"]
        assert shown(page, "day=2027-06-01") == {}


def test_a_full_day_shows_its_first(make: Maker) -> None:
    """TSK-07: a cell shows four and says that there are more."""
    with make.app.app_context():
        for hour in range(8, 15):
            make.task(word=f"ore {hour}", task={"due": "2026-11-24", "time": f"{hour:02}:00"})
    page = make.page("sergio")
    assert shown(page, "day=2026-11-24")["2026-11-24"] == [f"ore {hour}" for hour in range(8, 12)]
    assert "More…" in page.get("/tasks/calendar/?day=2026-11-24").text
    assert len(shown(page, "day=2026-11-24&span=agenda")["2026-11-24"]) == 7


def test_a_stranger_sees_no_hidden_one(make: Maker) -> None:
    """ACC-06: neither the task nor that the day holds more than it shows."""
    for _ in range(6):
        make.task(word="segreto", task={"contact": make.contact(private=True), "due": "2026-11-24"})
    for span in Span:
        query = f"who=everyone&day=2026-11-24&span={span}"
        assert "segreto" in str(shown(make.page("sergio"), query))
        assert shown(make.page("nino"), query) == {}
        assert "More…" not in make.page("nino").get(f"/tasks/calendar/?{query}").text


@pytest.mark.parametrize("query", ["span=year", "day=2026-02-31", "day=0001-01-01", "day=9999-12-31", "who=x", "day="])
def test_a_mistyped_address_shows_this_month(make: Maker, query: str) -> None:
    """Bad input: what is not understood is passed over."""
    assert make.page("sergio").get(f"/tasks/calendar/?{query}").status_code == 200


def test_lists_cost_the_same_whatever_they_hold(make: Maker, statements: Callable[[Any], int]) -> None:
    """GEN-02, pages stay flat: no statement a row, at most 25 a page."""
    counts: dict[str, set[int]] = {}
    page = make.page("sergio")
    for _ in range(3):
        with make.app.app_context():
            for number in range(6):
                make.task(task={"due": dt.date(2026, 11, 24), "contact": make.contact(), "case": make.case(),
                                "description": str(number), "category": "Call"})  # fmt: skip
        for path in ("/tasks/list/", "/tasks/list/?group=overdue", "/tasks/calendar/?day=2026-11-24"):
            counts.setdefault(path, set()).add(statements(lambda path=path: page.get(path)))
    assert all(len(found) == 1 and max(found) <= 25 for found in counts.values()), counts

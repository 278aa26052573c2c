"""Every figure of every report, beside the same computed by pandas over random records."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from app.core import clock
from app.settings.models import PickList
from reports.catalogue import REPORTS
from reports.grouping import words
from reports.tables import Table, percent
from tests.factories import Maker

Ask = Callable[..., Table]


def seen_by(who: str, frame: pd.DataFrame) -> pd.DataFrame:
    """What somebody sees of the random records: a stranger those that are open to all."""
    return frame if who in ("sergio", "ada") else frame[~frame.private]


def month(day: dt.date | None) -> dt.date | None:
    return day.replace(day=1) if day else None


def figures(table: Table, *columns: str) -> dict[Any, list[Any]]:
    """The rows by their first cell, of some columns, unrounded amounts rounded to a hundredth of a cent."""
    names = [c.name for c in table.columns]
    return {row[0]: [_rounded(row[names.index(c)]) for c in columns] for row in table.rows}


def _rounded(value: Any) -> Any:
    return value.quantize(Decimal("0.0001")) if isinstance(value, Decimal) else value


def summed(frame: pd.DataFrame, by: Any) -> dict[Any, list[Any]]:
    """Count, sum and weighted sum by pandas."""
    found = {}
    for key, part in frame.groupby(by, dropna=False, sort=False):
        weighted = sum((row.worth * row.percent for row in part.itertuples()), Decimal(0)) / 100
        found[None if pd.isna(key) else key] = [len(part), _rounded(sum(part.worth)), _rounded(weighted)]
    return found


@pytest.mark.parametrize("who", ["sergio", "livia", "ada"])
@pytest.mark.parametrize("by", ["stage", "owner", "month", "currency"])
def test_pipeline(answered: Ask, deals: pd.DataFrame, make: Maker, who: str, by: str) -> None:
    """REP-01: count, sum and weighted sum by stage, person, month and currency; nobody counts what he doesn't see."""
    frame = seen_by(who, deals)
    frame = frame[frame.kind == "open"]
    names = {make["sergio"].id: "Sergio Prova", make["livia"].id: "Livia Prova"}
    keys = {"stage": frame.stage, "owner": frame.owner.map(names), "currency": frame.currency}
    keys["month"] = frame.expected.map(month)
    expected = summed(frame, keys[by])
    assert figures(answered(who, "pipeline", by=by), "count", "total", "weighted") == expected


def test_pipeline_of_one_person_currency_and_period(answered: Ask, deals: pd.DataFrame, make: Maker) -> None:
    """REP-01: filters choose what is counted; an amount in its own currency is not converted."""
    since, until, livia = dt.date(2026, 3, 5), dt.date(2026, 8, 20), make["livia"].id
    asked = {"owner": str(livia), "currency": "USD", "period": "days", "since": str(since), "until": str(until)}
    inside = deals.expected.map(lambda day: bool(day) and since <= day <= until)
    frame = deals[inside & (deals.kind == "open") & (deals.owner == livia) & (deals.currency == "USD")]
    expected = summed(frame.assign(worth=frame.amount), frame.stage)
    assert figures(answered("sergio", "pipeline", **asked), "count", "total", "weighted") == expected
    assert expected


@pytest.mark.parametrize("who", ["sergio", "livia"])
def test_won_and_lost(answered: Ask, deals: pd.DataFrame, who: str) -> None:
    """REP-01: won and lost over time."""
    frame = seen_by(who, deals)
    frame = frame[frame.closed.notna()]
    expected = {}
    for key, part in frame.groupby(frame.closed.map(month)):
        won, lost = (part[part.kind == kind] for kind in ("won", "lost"))
        amounts = [_rounded(sum(which.worth, Decimal(0))) for which in (won, lost)]
        expected[key] = [len(won), amounts[0], len(lost), amounts[1], _rounded(percent(len(won), len(part)))]
    table = answered(who, "won-lost", period="all")
    assert figures(table, "won", "won_total", "lost", "lost_total", "rate") == expected


def test_lost_by_reason(answered: Ask, deals: pd.DataFrame) -> None:
    """REP-01: why what was lost was lost."""
    lost = deals[deals.kind == "lost"]
    expected = sorted(len(part) for _key, part in lost.groupby("reason", dropna=False))
    table = answered("sergio", "won-lost", by="reason", period="all")
    assert sorted(row[3] for row in table.rows) == expected
    assert _rounded(table.totals()[4]) == _rounded(sum(lost.worth))


def test_sales(answered: Ask, deals: pd.DataFrame, make: Maker) -> None:
    """REP-02: sales by manager and month."""
    names = {make["sergio"].id: "Sergio Prova", make["livia"].id: "Livia Prova"}
    won = deals[(deals.kind == "won") & ~deals.private]
    groups = won.groupby([won.closed.map(month), won.owner.map(names)])
    expected = {key: [len(part), _rounded(sum(part.worth))] for key, part in groups}
    rows = answered("livia", "sales", period="all").rows
    assert {(row[0], row[1]): [row[2], _rounded(row[3])] for row in rows} == expected


def test_forecast(answered: Ask, deals: pd.DataFrame) -> None:
    """REP-02: what was won and what may be expected."""
    expected: dict[Any, list[Any]] = {}
    for row in deals[~deals.private].itertuples():
        day = row.closed if row.kind == "won" else row.expected
        if row.kind == "lost" or not day:
            continue
        sums = expected.setdefault(month(day), [0, Decimal(0), Decimal(0), Decimal(0)])
        sums[0] += row.kind == "open"
        sums[1 if row.kind == "won" else 2] += row.worth
        sums[3] += row.worth if row.kind == "won" else row.worth * row.percent / 100
    table = answered("livia", "forecast", period="all")
    wanted = {key: [_rounded(value) for value in sums] for key, sums in expected.items()}
    assert figures(table, "count", "won", "total", "forecast") == wanted


@pytest.mark.parametrize("who", ["sergio", "livia"])
def test_conversion(answered: Ask, deals: pd.DataFrame, who: str) -> None:
    """REP-01: how many came into a stage, went on, were lost, went back, and how many days they stayed."""
    order = ["First contact", "Needs", "Proposal", "Negotiation", "Won", "Lost"]
    stays = []
    for way in seen_by(who, deals).moves:
        for (stage, at), after in zip(way, [*way[1:], None], strict=True):
            days = (after[1] - at).total_seconds() / 86400 if after else None
            stays.append({"stage": stage, "next": after and after[0], "days": days})
    expected = {}
    for stage, part in pd.DataFrame(stays).groupby("stage"):
        moved = part[part.next.notna()]
        lost = (moved.next == "Lost").sum()
        on = sum(order.index(n) > order.index(stage) for n in moved.next if n != "Lost")
        expected[stage] = [len(part), on, lost, len(moved) - on - lost, len(part) - len(moved)]
        expected[stage] += [_rounded(percent(on, len(part))), round(part.days.mean(), 1)]
    table = answered(who, "conversion", period="all")
    found = figures(table, "entered", "on", "lost", "back", "there", "conversion", "days")
    wanted = {stage: row for stage, row in expected.items() if stage not in ("Won", "Lost")}
    assert {k: row[:6] for k, row in found.items()} == {k: row[:6] for k, row in wanted.items()}
    assert {k: float(row[6]) for k, row in found.items()} == pytest.approx(
        {k: r[6] for k, r in wanted.items()}, abs=0.11
    )


def pandas_of_tasks(frame: pd.DataFrame, by: str, since: dt.datetime, now: dt.datetime) -> dict[Any, list[int]]:
    """Open, overdue and closed ones since an instant."""
    found = {}
    for key, part in frame.groupby(by, dropna=False):
        is_open = part.closed.isna()
        late = is_open & part.due.notna() & (part.due < now)
        row = [int(is_open.sum()), int(late.sum()), int((~is_open & (part.closed >= since)).sum())]
        if row[0] or row[2]:
            found[None if pd.isna(key) else key] = row
    return found


@pytest.mark.parametrize("who", ["sergio", "livia"])
def test_tasks(app: Any, answered: Ask, office: dict[str, pd.DataFrame], make: Maker, who: str) -> None:
    """REP-02: open, overdue and closed tasks by person and category; those of a hidden record for who has them."""
    frame, me, now = office["tasks"], make[who].id, clock.now()
    frame = frame if who == "sergio" else frame[~frame.private | (frame.owner == me)]
    since = dt.datetime.combine(clock.today("Europe/Rome") - dt.timedelta(40), dt.time(), ZoneInfo("Europe/Rome"))
    period = {"period": "days", "since": str(since.date())}
    with app.app_context():
        categories = words(PickList.TASK_CATEGORY)
    names: dict[Any, Any] = {make["sergio"].id: "Sergio Prova", make["livia"].id: "Livia Prova"}
    for by, labels in (("owner", names), ("category", categories)):
        expected = {labels.get(k): row for k, row in pandas_of_tasks(frame, by, since, now).items()}
        table = answered(who, "tasks", by=by, **period)
        assert figures(table, "open", "overdue", "closed") == expected, by


@pytest.mark.parametrize("who", ["sergio", "livia"])
def test_workload(answered: Ask, office: dict[str, pd.DataFrame], deals: pd.DataFrame, make: Maker, who: str) -> None:
    """REP-02: what lies before each person, of what the reader sees."""
    me, now = make[who].id, clock.now()
    todo = (
        office["tasks"]
        if who == "sergio"
        else office["tasks"][~office["tasks"].private | (office["tasks"].owner == me)]
    )
    todo, cases, sales = todo[todo.closed.isna()], seen_by(who, office["cases"]), seen_by(who, deals)
    expected = {}
    for name in ("sergio", "livia"):
        mine, owner = todo[todo.owner == make[name].id], make[name].id
        soon = mine.due.notna() & (mine.due >= now) & (mine.due < now + dt.timedelta(7))
        late = mine.due.notna() & (mine.due < now)
        open_sales = ((sales.owner == owner) & (sales.kind == "open")).sum()
        open_cases = ((cases.owner == owner) & ~cases.closed).sum()
        expected[f"{name.title()} Prova"] = [open_sales, open_cases, len(mine), late.sum(), soon.sum()]
    table = answered(who, "workload")
    assert figures(table, "opportunities", "cases", "tasks", "overdue", "soon") == expected


@pytest.mark.parametrize("who", ["sergio", "livia"])
@pytest.mark.parametrize("by", ["type", "temperature", "source"])
def test_contacts(app: Any, answered: Ask, office: dict[str, pd.DataFrame], who: str, by: str) -> None:
    """REP-02: contacts by type, temperature and source over time, months being those of the reader's clock."""
    frame = seen_by(who, office["contacts"])
    with app.app_context():
        labels: dict[Any, Any] = {"type": words(PickList.CONTACT_TYPE), "temperature": words(PickList.TEMPERATURE)}
        labels = labels.get(by) or {True: "Imported", False: "Entered by hand"}
    months = frame["at"].map(lambda at: at.astimezone(ZoneInfo("Europe/Rome")).date().replace(day=1))
    expected = {}
    for (key, what), part in frame.groupby([months, by], dropna=False):
        expected[key, labels.get(None if pd.isna(what) else what)] = len(part)
    rows = answered(who, "contacts", by=by, period="all").rows
    assert {(row[0], row[1]): row[2] for row in rows} == expected


def pandas_of_invoices(frame: pd.DataFrame, by: Any) -> dict[Any, list[Any]]:
    """Count, net, tax, total and open amount in euro; credit notes take away."""
    found = {}
    for key, part in frame.groupby(by):
        sums = [Decimal(0)] * 4
        for row in part.itertuples():
            factor = row.rate * (-1 if row.kind == "credit_note" else 1)
            amounts = (row.net, row.tax, row.total, row.total - row.paid)
            sums = [total + amount * factor for total, amount in zip(sums, amounts, strict=True)]
        found[key] = [len(part), *map(_rounded, sums)]
    return found


@pytest.mark.parametrize("who", ["sergio", "livia", "ada"])
def test_invoices(answered: Ask, office: dict[str, pd.DataFrame], make: Maker, who: str) -> None:
    """REP-02: invoices by status, client and month in one currency by the rates; not those of hidden clients."""
    frame = seen_by(who, office["invoices"])
    billed = frame[frame.status.isin(["billed", "paid"])]
    names = frame.status.str.title()
    columns = ("count", "net", "tax", "total", "open")
    assert figures(answered(who, "invoices", by="month", period="all"), *columns) == pandas_of_invoices(
        billed, billed.date.map(month)
    )
    assert figures(answered(who, "invoices", by="client", period="all"), *columns) == pandas_of_invoices(
        billed, billed.client
    )
    assert figures(answered(who, "invoices", by="status", period="all"), *columns) == pandas_of_invoices(frame, names)
    livia, since = make["livia"].id, clock.today("Europe/Rome") - dt.timedelta(100)
    some = frame[(frame.by == livia) & (frame.currency == "USD") & (frame.date >= since)].assign(rate=Decimal(1))
    asked = {"by": "status", "owner": str(livia), "currency": "USD", "period": "days", "since": str(since)}
    assert figures(answered(who, "invoices", **asked), *columns) == pandas_of_invoices(some, some.status.str.title())


@pytest.mark.parametrize("who", ["sergio", "livia"])
def test_overdue(answered: Ask, office: dict[str, pd.DataFrame], who: str) -> None:
    """REP-02: what is overdue by age, each invoice in one of them; nothing of what is not."""
    frame, today = seen_by(who, office["invoices"]), clock.today("Europe/Rome")
    late = frame[(frame.status == "billed") & (frame.kind == "invoice") & (frame.due < today)]
    ages = late.due.map(lambda day: sum((today - day).days > limit for limit in (30, 60, 90)))
    rows = answered(who, "overdue").rows
    assert [row[0] for row in rows] == ["1–30", "31–60", "61–90", "> 90"]
    for place, row in enumerate(rows):
        part = late[ages == place]
        open_amount = sum(((r.total - r.paid) * r.rate for r in part.itertuples()), Decimal(0))
        assert [row[1], _rounded(row[2])] == [len(part), _rounded(open_amount)], row[0]


@pytest.mark.parametrize("key", REPORTS)
def test_nothing_is_an_empty_table(answered: Ask, key: str) -> None:
    """Bad input, "report of nothing": no row, or rows of zeros, for every grouping; never an error."""
    for by in REPORTS[key].groupings or [""]:
        for row in answered("livia", key, by=by, period="all").rows:
            assert not any(row[1:]), (by, row)

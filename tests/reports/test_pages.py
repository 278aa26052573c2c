"""The doors of a report: page, files, REST."""

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from reports.catalogue import REPORTS
from tests.factories import Maker

LINK = re.compile(r'<td class="num"><a href="([^"]+)">(\d+)</a></td>')
TAB = re.compile(r'aria-current="page">[^<]+<span class="tab-count">(\d+)')
ROW = re.compile(r'<a class="row-link" href="([^"]+)">[^<]+</a></th><td class="num"><a href="[^"]+">(\d+)</a></td>')
LISTED = re.compile(r'<span class="count" aria-hidden="true">(\d+)</span>')


@pytest.mark.parametrize("key", REPORTS)
def test_each_report_by_each_grouping(make: Maker, deals: pd.DataFrame, key: str) -> None:
    """REP-01, REP-02: page, csv and xlsx of every report answer for every grouping."""
    page = make.page("renzo")
    for by in REPORTS[key].groupings or [""]:
        for path in (f"/reports/{key}", f"/reports/{key}/file/csv", f"/reports/{key}/file/xlsx"):
            answer = page.get(f"{path}?by={by}&period=all")
            assert answer.status_code == 200, path


def test_files_hold_the_same_sums(make: Maker, deals: pd.DataFrame) -> None:
    """REP-01: csv, xlsx and REST say the same."""
    page, rest = make.page("livia"), make.rest("livia")
    frame = deals[(deals.kind == "open") & ~deals.private]
    total = round(float(sum(frame.worth)), 0)
    text = page.get("/reports/pipeline/file/csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert round(sum(float(row[2]) for row in rows), 0) == total
    sheet = pd.read_excel(io.BytesIO(page.get("/reports/pipeline/file/xlsx").data), engine="calamine")
    assert round(sheet.iloc[:, 2].sum(), 0) == total
    told = rest.get("/api/v1/reports/pipeline").json
    assert [row["total"] for row in told["result"]] == [row[2] for row in rows]
    assert sum(row["count"] for row in told["result"]) == len(frame)
    assert told["currency"] == "EUR"
    assert page.get("/reports/pipeline/file/pdf").data.startswith(b"%PDF")


def test_a_row_leads_to_the_list_that_it_counts(make: Maker, deals: pd.DataFrame) -> None:
    """REP-01: the number and the list agree, also for who sees less."""
    page = make.page("livia")
    rows = ROW.findall(page.get("/reports/pipeline").text)
    for href, count in rows:
        assert LISTED.search(page.get(href.replace("&amp;", "&")).text)[1] == count, href  # type: ignore[index]
    assert len(rows) == 4


@pytest.mark.parametrize("who", ["livia", "sergio"])
def test_each_linked_figure_is_that_of_its_list(
    make: Maker, deals: pd.DataFrame, office: dict[str, pd.DataFrame], who: str
) -> None:
    """REP-01, REP-02, ACC-06: whatever figure of any report leads to a list, the list counts the same, also for one
    person, and for who sees less."""
    page, checked = make.page(who), set()
    for key, report in REPORTS.items():
        for by in report.groupings or [""]:
            for more in ("&period=all", f"&owner={make['livia'].id}", "&period=year"):
                found = LINK.findall(page.get(f"/reports/{key}?by={by}{more}").text)
                for href, count in found[:6]:
                    text = page.get(href.replace("&amp;", "&")).text
                    seen = (TAB if href.startswith("/tasks/") else LISTED).search(text)
                    assert int(seen[1] if seen else 0) == int(count), (key, by, more, href)
                    checked.add((key, by))
    linked = {("pipeline", by) for by in ("stage", "owner", "month", "currency")} | {("tasks", "owner")}
    linked |= {("forecast", ""), ("won-lost", "month"), ("won-lost", "owner"), ("sales", ""), ("contacts", "type")}
    linked |= {("contacts", "temperature"), ("invoices", "status"), ("overdue", ""), ("workload", "")}
    assert linked <= checked


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=never", "period"),
        ("by=moon", "by"),
        ("currency=XYZ", "currency"),
        ("owner=abc", "owner"),
        ("period=month&since=2026-01-01", "since"),
        ("period=days&since=2026-13-01", "since"),
        ("period=days&since=2026-02-01&until=2026-01-01", "until"),
    ],
)
def test_what_cant_be_asked_is_said(make: Maker, query: str, field: str) -> None:
    """REP-01: a wrong filter is told on page and by REST, never a 500."""
    page = make.page("livia").get(f"/reports/pipeline?{query}")
    assert page.status_code == 200
    assert "note note-danger" in page.text
    answer = make.rest("livia").get(f"/api/v1/reports/pipeline?{query}")
    assert answer.status_code == 400
    assert field in answer.json["errors"]


def test_strangers(make: Maker) -> None:
    """REP-01: no report for visitors; an unknown one is a 404."""
    assert make.page(None).get("/reports/pipeline").status_code == 302
    assert make.page("livia").get("/reports/nothing").status_code == 404
    assert make.rest("livia").get("/api/v1/reports/nothing").status_code == 404


def test_amounts_are_text_with_a_dot(make: Maker, deals: pd.DataFrame) -> None:
    """REP-01, README: money in JSON is a string with a dot."""
    row: dict[str, Any] = make.rest("ada").get("/api/v1/reports/pipeline").json["result"][0]
    assert isinstance(row["total"], str)
    assert Decimal(row["total"]).as_tuple().exponent == -2

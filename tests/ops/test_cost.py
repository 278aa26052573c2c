"""Pages stay flat: no page over 25 statements, and none of the hottest queries reads a big table from end to end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from app.core.db import db
from app.ops import bench_load, demo, demo_deals
from tests.factories import Maker, make
from tests.security import walk

__all__ = ["make"]

BUDGET = 25
CONTACTS = 20_000
PASSING = {"Limit", "Subquery Scan", "Result", "Seq Scan", "Nested Loop", "LockRows", "Append"}
BIG = {"contact", "contact_channel", "contact_address", "contact_tag", "opportunity", "task"}
CAPPED = "sum(opportunity.total)"  # of what a list found: asked only where that is at most the cap of counts
HOTTEST = [
    "/contacts/list/",
    "/contacts/list/?q=zanfrog",
    "/contacts/list/?q=maria+ferr",
    "/contacts/list/?_oc_ContactView=changed_at&_od_ContactView=desc",
    "/contacts/show/{contact}",
    "/opportunities/list/",
    "/opportunities/list/?q=fornitura+777",
    "/opportunities/board/",
    "/tasks/list/",
    "/tasks/calendar/",
    "/search/?q=rinaldi",
    "/api/v1/contacts/",
]


@pytest.fixture
def many(make: Maker, superuser: Any) -> int:
    """Contacts with their opportunities and tasks, owned by Sergio and Livia, one in five private; one of them."""
    owners, group = [make["sergio"].id, make["livia"].id], make.group("", make["sergio"])
    demo.fill(superuser, CONTACTS, 0, owners, [group], lambda _n: None)
    demo_deals.fill(superuser, 0)
    superuser.execute("ANALYZE")
    return int(superuser.execute("SELECT max(id) FROM contact WHERE NOT private").fetchone()[0])


@contextmanager
def listening() -> Iterator[list[tuple[str, Any]]]:
    """The statements of all that happens within, with their values."""
    heard: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        heard.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def scans(plan: dict[str, Any], ends_early: bool = False) -> Iterator[str]:
    """The big tables that a plan reads from end to end. Below a limit, with nothing between that needs all rows, a scan
    ends where enough are found: so pages count their rows to ten thousand and no further. What stands behind such a
    count (a one-time filter) is not begun where there are more."""
    kind = plan["Node Type"]
    if "One-Time Filter" in plan:
        return
    ends_early = kind == "Limit" or (ends_early and kind in PASSING)
    if kind == "Seq Scan" and plan["Relation Name"] in BIG and not ends_early:
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from scans(part, ends_early and part.get("Parent Relationship") in ("Outer", "Subquery"))


def read_whole(app: Flask, heard: list[tuple[str, Any]]) -> set[tuple[str, str]]:
    """(table, statement) of each big table that no index can spare: at this size the planner may still like a scan."""
    found = set()
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in heard:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")) and CAPPED not in statement:
                [(said,)] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).all()
                plan = said if isinstance(said, list) else json.loads(said)
                found |= {(table, statement) for table in scans(plan[0]["Plan"])}
        connection.rollback()
    return found


@pytest.mark.timeout(300)
def test_no_hot_query_reads_a_whole_table(app: Flask, make: Maker, many: int) -> None:
    """Issue 10.1: lists, searches, open records, board and tasks as an ordinary user asks for them, by EXPLAIN."""
    page, rest, found, dear = make.page("sergio"), make.rest("sergio"), {}, {}
    for pattern in HOTTEST:
        path = pattern.format(contact=many)
        with listening() as heard:
            answer = (rest if path.startswith("/api/") else page).get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        if whole := read_whole(app, heard):
            found[path] = sorted(whole)
        if len(heard) > BUDGET:
            dear[path] = len(heard)
    assert not found, found
    assert not dear, dear


def test_no_page_costs_more_than_its_budget(app: Flask, make: Maker) -> None:
    """Issue 10.1: every page of the product that shows a list or a record takes at most 25 statements."""
    pages, dear, tried = make.page("ada"), {}, 0
    keys = {model: factory(None) for model, factory in factories_of(app, make).items()}
    for rule, method in walk.routes(app):
        view = walk.view_of(app, rule)
        model = getattr(getattr(view, "datamodel", None), "obj", None)
        if method != "GET" or rule.rule.startswith(("/api/", "/swagger")):
            continue
        for path in walk.addresses(app, rule, keys.get(model, walk.MISSING)):
            with listening() as heard:
                answer = pages.get(path)
            if answer.status_code == 200 and "text/html" in answer.content_type:
                tried += 1
                if len(heard) > BUDGET:
                    dear[path] = len(heard)
    assert tried > 60
    assert not dear, dear


def factories_of(app: Flask, make: Maker) -> dict[type[Any], Any]:
    """The factories, each in a context of its own."""
    from tests.factories import FACTORIES

    def within(factory: Any) -> Any:
        def do(owner: Any) -> int:
            with app.app_context():
                return int(factory(owner))

        return do

    return {model: within(factory) for model, factory in FACTORIES.items()}


def test_the_load_driver(make: Maker, live_server: str) -> None:
    """Issue 10.2: clients at once get all their lists; an error would be counted."""
    page = make.page("sergio")
    page.get("/contacts/list/")
    name = make.app.config["SESSION_COOKIE_NAME"]
    cookie = f"{name}={page.client.get_cookie(name).value}"
    answers = bench_load.drive(live_server, cookie, 8, 2)
    assert answers.errors == []
    assert len(answers.times) >= 8
    assert bench_load.drive(live_server, "", 1, 0.2).errors

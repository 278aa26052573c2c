"""Pages stay cheap: none takes more than 25 statements, and many clients at once get theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from app.ops import bench_load
from tests.factories import Maker, make
from tests.security import walk

__all__ = ["make"]

BUDGET = 25


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

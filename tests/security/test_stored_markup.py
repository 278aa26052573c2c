"""Markup that people store is text wherever it is shown again: pages in a browser and parts of pages (threats 2, 3,
18)."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import String, text
from sqlalchemy.exc import DBAPIError

from app.core.db import db
from tests import factories
from tests.factories import Maker
from tests.security import walk
from tests.ui.conftest import Open, open_page
from tests.ui.test_pages import walk as all_pages

open_page, make = open_page, factories.make
SHORT = '"><img src=x onerror=window.p=1 data-p=1>'
LONG = (
    f"{SHORT}'><svg onload=window.p=2 data-p=2></svg><script data-p=3>window.p=3</script>{{{{7*7}}}}</textarea></title>"
)
# What people type, or what comes with their files; keys, codes, addresses and digests have rules of their own.
TYPED = {
    *("name", "title", "label", "description", "subject", "text", "error", "words", "terms", "notes", "note"),
    *("heading", "reason", "file_name", "first_name", "last_name", "place", "street", "city", "country", "button"),
    *("sender_name", "what", "who", "order_number", "sku", "search", "sort_name", "zip"),
}
TABLES_OF_OURS = {"ab_role", "ab_permission", "ab_view_menu", "ab_api_key", "ab_register_user"}  # no words of people


class Marks(HTMLParser):
    """Counts elements that only stored markup can have brought in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a marked one."""
        if "data-p" in dict(attrs) or (tag == "img" and dict(attrs).get("src") == "x"):
            self.found.append(tag)


@pytest.fixture
def spoilt(app: Flask, make: Maker) -> list[int]:
    """One of everything, with markup in every text that people can write; the ids."""
    ada = make["ada"]
    field = make.custom_field(LONG[:70], kind="text")
    made = {make.full(ada, custom={field: LONG}, tags=[SHORT]), make.run(ada, word=SHORT), make.group(SHORT, ada)}
    made |= {make.document(ada, name=f"{SHORT}.txt", of=of) for of in ("contact", "opportunity", "case", "project")}
    names = {name_of(factory) for factory in factories.FACTORIES.values()} - {""}
    made |= {getattr(make, name)(ada) for name in names}
    made |= {make.template(SHORT), make.tax(), make.item()}
    with app.app_context():
        fill()
    return sorted(key for key in made if isinstance(key, int))


def name_of(kind: Any) -> str:
    """Under which name a factory is asked for."""
    return next((name for name, made in factories.MADE.items() if made is kind), "")


def fill() -> None:
    """Write markup into each text column; one that must be unique, or has a rule of its own, is passed over."""
    written = 0
    for table in Model.metadata.sorted_tables:
        if table.name in TABLES_OF_OURS:
            continue
        for column in table.columns:
            room = getattr(column.type, "length", None) or 10_000
            if column.name in TYPED and isinstance(column.type, String) and room > len(SHORT) + 6:
                words = LONG if room > len(LONG) + 6 else SHORT
                own = f" || {next(iter(table.primary_key.columns)).name}" if column.name in ("name", "label") else ""
                statement = f'UPDATE "{table.name}" SET "{column.name}" = :words{own} WHERE "{column.name}" IS NOT NULL'
                try:
                    with db.engine.begin() as connection:
                        written += connection.execute(text(statement), {"words": words}).rowcount > 0
                except DBAPIError:
                    continue
    assert written > 40, "hardly anything was spoilt"


@pytest.mark.timeout(300)
def test_no_stored_script_runs(open_page: Open, spoilt: list[int]) -> None:
    """Threats 2, 3, 18: all pages opened in a browser: no script of theirs ran, no element of theirs came in, the
    policy had nothing to report, nothing was asked for elsewhere, nothing failed."""
    page = open_page("ada")
    page.rests = "load"
    faults, shown = {}, 0
    for path, answer in all_pages(page):
        told = page.evaluate("[window.p === undefined, document.querySelectorAll('[data-p], img[src=x]').length]")
        shown += "onerror=window.p=1" in page.locator("body").inner_text()
        if told != [True, 0] or page.faults or answer.status >= 400:
            faults[path] = (told, answer.status, list(page.faults))
    assert not faults
    assert shown > 15, "the markup was hardly anywhere to be seen"


def parts(app: Flask, make: Maker, keys: list[int]) -> Iterator[tuple[str, Any]]:
    """Every address that names a record, with the first key that it has something under: tabs and fragments that the
    walk in the browser does not come to."""
    ada = make.page("ada")
    for rule, method in walk.routes(app):
        if method != "GET" or not rule.arguments or rule.rule.startswith("/api/"):
            continue
        for key in keys:
            answers = [(path, ada.twin().get(path)) for path in walk.addresses(app, rule, key)]
            yield from answers
            if any(answer.status_code == 200 for _path, answer in answers):
                break


@pytest.mark.timeout(300)
def test_no_stored_element_comes_in(app: Flask, make: Maker, spoilt: list[int]) -> None:
    """Threats 2, 3: every address of the product, parts of pages included: markup is text in each answer."""
    faults, pages = [], 0
    for path, answer in parts(app, make, spoilt):
        if answer.status_code >= 500 and path != "/readyz":
            faults.append(f"{path}: {answer.status_code}")
        if answer.mimetype == "text/html" and (found := Marks(answer.text).found):
            faults.append(f"{path}: {found}")
        pages += answer.status_code == 200
    assert not faults, faults
    assert pages > 30

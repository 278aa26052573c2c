"""Every page that the menus, lists and records lead to: readable by all, true to the policy, asking nobody outside."""

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Error

from tests.factories import Maker
from tests.ui.conftest import Open
from tests.ui.watch import Watched

VIEWS = [(lang, scheme) for lang in ("en-GB", "it-IT") for scheme in ("light", "dark")]
LEAVES = re.compile(r"^/(logout|lang|static|back)|openapi")
FIRST_VIEW = 300_000  # bytes, gzipped
LATER_VIEW = 30_000


def walk(page: Watched) -> Iterator[tuple[str, Any]]:
    """Opens one address of each route that links lead to, record numbers counted as one: its path, the answer."""
    seen: set[str] = set()
    todo = ["/"]
    while todo:
        path = todo.pop(0)
        shape = re.sub(r"\d+", "1", path.split("?")[0])
        if shape in seen or LEAVES.search(path):
            continue
        seen.add(shape)
        answer = opened(page, path)
        if answer is None:
            continue
        todo += page.links()
        yield path, answer


def opened(page: Watched, path: str) -> Any:
    """The answer when it is a page; None for what a browser saves or shows by itself, such as a CSV or a PDF."""
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" in error.message:
            return None
        raise
    return answer if answer.status >= 400 or "text/html" in answer.headers.get("content-type", "") else None


def populate(make: Maker) -> None:
    make.full(make["ada"], private=True)
    company = make.contact(make["ada"], kind="company", name="Fonderie Ambrosiane")
    make.contact(make["ada"], first_name="Łukasz", last_name="Greco", company=company)
    make.group("vendite", make["sergio"])


@pytest.mark.timeout(420)
@pytest.mark.parametrize(("language", "scheme"), VIEWS)
def test_every_page_in_both_languages_and_themes(open_page: Open, make: Maker, language: str, scheme: str) -> None:
    """GEN-01, UI rules: axe finds nothing, no policy report, no outside request, no failed answer."""
    populate(make)
    page = open_page("ada", locale=language, color_scheme=scheme)
    faults, paths = {}, set()
    for path, answer in walk(page):
        paths.add(path)
        found = [*page.violations(), *page.faults, *page.missing_icons()]
        if page.locator("html").get_attribute("lang") != language[:2]:
            found.append("another language")
        faults |= {path: [*found, answer.status]} if found or answer.status >= 400 else {}
    assert not faults
    assert {"/contacts/list/", "/contacts/add", "/users/list/", "/roles/list/"} <= paths


@pytest.mark.timeout(300)
def test_every_page_fits_a_phone(open_page: Open, make: Maker) -> None:
    """UI rules: at 390 px no page scrolls sideways, and axe finds nothing."""
    populate(make)
    page = open_page("ada", width=390)
    faults = {}
    for path, _answer in walk(page):
        found = [*page.violations(), *(["too wide"] if page.overflow() > 0 else [])]
        faults |= {path: found} if found else {}
    assert not faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_before_signing_in(open_page: Open, scheme: str) -> None:
    """UI rules: the login and its error are as clean as the rest; a stranger's page says no more than that."""
    page = open_page(None, color_scheme=scheme)
    page.goto("/login/")
    assert not page.violations()
    page.fill("#username", "nobody")
    page.fill("#password", "wrong")
    page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")
    assert page.locator(".note-danger").is_visible()
    assert not page.violations()
    assert not page.faults


def test_error_page(open_page: Open) -> None:
    """A missing page: a sentence, a way back, the id that the log has too; axe finds nothing."""
    page = open_page("ada")
    answer = page.goto("/contacts/show/999999999")
    assert answer.status == 404
    assert answer.headers["x-request-id"] in page.locator(".error-id").inner_text()
    assert not page.violations()


def test_weight_of_views(open_page: Open) -> None:
    """UI rules: the first view weighs at most 300 KB gzipped, a later one 30 KB."""
    page = open_page("ada")
    bodies: dict[str, int] = {}
    page.on("response", lambda r: bodies.update({r.url: len(gzip.compress(r.body()))}) if r.ok else None)
    page.goto("/contacts/list/")
    document = next(size for url, size in bodies.items() if url.endswith("/contacts/list/"))
    assert sum(bodies.values()) <= FIRST_VIEW
    assert document <= LATER_VIEW


def test_theme_is_kept(open_page: Open) -> None:
    """UI rules: dark chosen once is there before the first paint of the next page; "system" follows the machine."""
    page = open_page("ada", color_scheme="light")
    page.click(".user-button")
    page.click("[data-set-theme=dark]")
    page.goto("/contacts/list/")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.click(".user-button")
    page.click("[data-set-theme=system]")
    assert page.locator("html").get_attribute("data-bs-theme") == "light"


def test_keyboard_reaches_the_content_first(open_page: Open) -> None:
    """UI rules: the first Tab offers to skip to the content; Ctrl-K goes to the search, Esc back."""
    page = open_page("ada")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "global-search"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "skip-link"


def test_palette_by_keys(open_page: Open, make: Maker) -> None:
    """GEN-06: from anywhere to a new invoice for somebody, by keys alone; announced, chosen line told, axe content."""
    for first in ("Nicolò", "Zeno"):
        make.contact(first_name=first, last_name="Rossi")
    page = open_page("ada")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("invoice ross")
    page.wait_for_selector('#palette-lines [role=option]:has-text("New invoice for Nicolò Rossi")')
    assert page.locator("[data-palette-says]").inner_text().endswith("results")
    ask = page.locator("#global-search")
    first = ask.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    assert ask.get_attribute("aria-activedescendant") != first
    page.keyboard.press("ArrowUp")
    assert not page.violations()
    page.keyboard.press("Enter")
    page.wait_for_url("**/invoices/add?client=*")


def test_menus_show_what_the_role_may(open_page: Open) -> None:
    """GEN-01: "Create new" for those who write; the administration's links for administrators alone."""
    ada, renzo = open_page("ada"), open_page("renzo")
    for page in (ada, renzo):
        page.goto("/")
    assert ada.locator(".nav-settings a").count()
    assert renzo.locator(".nav-settings a").count() == 0

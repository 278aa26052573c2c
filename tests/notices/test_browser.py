"""The bell in a real browser: its number, its list, and how often it asks."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.factories import Maker, unique
from tests.ui.conftest import Open, open_page

__all__ = ["open_page"]
HIDDEN = "Object.defineProperty(document, 'hidden', {get: () => window.away ?? false})"


def test_from_the_bell_to_the_contact(open_page: Open, make: Maker) -> None:
    """NOT-01: the number, the latest ones by keyboard, and the click that reads one and leads there."""
    contact = make.contact(first_name=(name := unique("Nome")), co_owners=[make["livia"].id], private=True)
    page = open_page("livia")
    expect(page.locator(".bell-count")).to_contain_text("1")
    page.locator(".bell").focus()
    page.keyboard.press("Enter")
    notice = page.get_by_role("menuitem", name=name)
    expect(notice).to_be_visible()
    assert page.violations() == []
    notice.click()
    page.wait_for_url(re.compile(f"/contacts/show/{contact}$"))
    expect(page.locator(".bell-count")).to_be_hidden()
    assert page.faults == []


def test_the_bell_asks_while_somebody_looks(open_page: Open, make: Maker) -> None:
    """NOT-01: once a minute, not at all while the page is hidden, and at once when it is looked at again."""
    page = open_page("livia")
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request) if "/notices/unread" in request.url else None)
    page.add_init_script(HIDDEN)
    page.clock.install()
    page.goto("/notices/wishes")
    make.notice(make["livia"])
    page.clock.run_for(61_000)
    expect(page.locator(".bell-count")).to_contain_text("1")
    assert len(asked) == 1
    page.evaluate("window.away = true")
    page.clock.run_for(300_000)
    assert len(asked) == 1
    make.notice(make["livia"])
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".bell-count")).to_contain_text("2")
    assert len(asked) == 2

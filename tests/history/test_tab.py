"""The History tab in a real browser: written, corrected, taken back, filtered and read on without leaving the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import Maker
from tests.history.conftest import listed
from tests.history.test_timeline import many
from tests.ui.conftest import Open, open_page  # noqa: F401  (a fixture)


def test_a_note_lives_on_the_page(make: Maker, open_page: Open) -> None:  # noqa: F811
    """HIS-01: write, be refused, correct, cancel, delete; nothing reloads the page, nothing typed is lost."""
    contact = make.contact()
    page = open_page("sergio")
    page.goto(f"/contacts/show/{contact}")
    page.get_by_role("tab", name="History").click()
    composer, events = page.locator("#history-composer"), page.locator("#history-events > li")
    expect(events).to_have_count(1)
    composer.get_by_role("button", name="Save").click()
    expect(composer.locator("#text-error")).to_have_text("Write what happened.")
    composer.get_by_label("What happened").fill("Parlato con Anna <b>subito</b>")
    composer.get_by_label("Category").select_option(label="Call")
    composer.get_by_label("Day").fill("02/11/2026")
    composer.get_by_role("button", name="Save").click()
    expect(events).to_have_count(2)
    expect(composer.get_by_label("What happened")).to_have_value("")
    note = events.filter(has_text="Parlato con Anna <b>subito</b>")
    expect(note.locator("time")).to_have_attribute("title", re.compile(r"^02/11/2026 "))
    note.get_by_role("button", name="Edit").click()
    form = page.locator(".event-edit")
    form.get_by_label("What happened").fill("Non questo")
    form.get_by_role("button", name="Cancel").click()
    note.get_by_role("button", name="Edit").click()
    form.get_by_label("What happened").fill("Ha richiamato")
    form.get_by_role("button", name="Save changes").click()
    expect(events.filter(has_text="Ha richiamato")).to_have_count(1)
    assert page.faults == []
    events.filter(has_text="Ha richiamato").get_by_role("button", name="Delete").click()
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    expect(events).to_have_count(1)
    assert listed(make.rest("sergio"), contact)["count"] == 1


def test_filters_and_older_ones(make: Maker, open_page: Open) -> None:  # noqa: F811
    """HIS-02: filters change the list in place; "Show older" goes on where the page ended, under the same filter."""
    contact = make.contact()
    many(make, contact, 40)
    page = open_page("livia")
    page.goto(f"/contacts/show/{contact}#tab-history")
    texts = page.locator(".event-text")
    expect(texts).to_have_count(29)
    page.get_by_role("button", name="Show older").click()
    expect(texts).to_have_count(40)
    filters = page.locator("#history-filters")
    filters.get_by_label("Category").select_option(label="Recorded by itself")
    expect(texts).to_have_count(0)
    expect(page.locator(".event")).to_have_count(1)
    filters.get_by_label("Category").select_option(label="Note")
    expect(texts).to_have_count(30)
    page.get_by_role("button", name="Show older").click()
    expect(texts).to_have_count(40)
    filters.get_by_label("From day").fill("02/01/1970")
    filters.get_by_label("From day").press("Tab")
    expect(page.get_by_text("Nothing that fits these filters.")).to_be_visible()
    assert page.faults == []


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_tab_is_open_to_all(make: Maker, open_page: Open, width: int, look: str) -> None:  # noqa: F811
    """UI: no axe violation, no sideways scrolling, no missing icon, also while an event is corrected."""
    contact = make.contact()
    make.rest("sergio").put(f"/api/v1/contacts/{contact}", json={"description": "x" * 400})
    many(make, contact, 2)
    page = open_page("sergio", width=width, color_scheme=look)
    page.goto(f"/contacts/show/{contact}#tab-history")
    page.get_by_role("button", name="Edit").last.click()
    expect(page.locator(".event-edit")).to_have_count(1)
    assert page.violations() == []
    assert page.overflow() <= 0
    assert page.missing_icons() == []
    assert page.faults == []

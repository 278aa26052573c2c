"""A list made one's own: filtered, its columns chosen, shared; a colleague works in it."""

from typing import Any

from playwright.sync_api import expect

from tests.ui.conftest import Maker, Open, make, open_page  # noqa: F401  (fixtures)


def shared_view(page: Any) -> None:
    """Sergio filters his opportunities by a total, chooses columns, and shares that as a view."""
    page.goto("/opportunities/list/")
    page.click("[popovertarget=filter-add]")
    page.click("#filter-add summary:text-is('Total')")
    form = page.locator("form[data-filter=total]")
    form.locator("[data-filter-op]").select_option(label="More than")
    form.locator("input[name^=_flt_]").fill("1000.50")
    form.locator("button").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".filter-chip")).to_contain_text("Total more than")

    page.click("[popovertarget=columns-menu]")
    page.uncheck("#columns-menu [value=tags]")
    page.check("#columns-menu [value=created_at]")
    move = page.locator("[data-column]", has_text="Responsible").locator("[data-column-move=up]")
    for _ in range(5):
        move.press("Enter")
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("thead")).to_contain_text("Created")
    heads = [text for text in page.locator("thead th").all_inner_texts() if text]
    assert heads.index("Responsible") < heads.index("Probability") < heads.index("Created")
    assert "Tags" not in heads

    page.click("[popovertarget=views-menu]")
    page.click("#views-menu summary:has-text('Save this view')")
    page.fill("#view-new-name", "Grandi")
    page.locator("#views-menu details[open]").get_by_label("Share with everyone").check()
    page.screenshot(path="/tmp/team/v1.png")
    assert page.violations() == []
    page.locator("#views-menu details[open]").get_by_role("button", name="Save").click()
    expect(page.locator(".nav-view")).to_have_text("Grandi")
    page.click("[popovertarget=columns-menu]")
    page.screenshot(path="/tmp/team/v2.png")
    page.keyboard.press("Escape")
    page.click("[popovertarget=filter-add]")
    page.screenshot(path="/tmp/team/v3.png")
    page.keyboard.press("Escape")


def test_a_view_is_shared_and_worked_in(open_page: Open, make: Maker) -> None:  # noqa: F811
    """GEN-09, GEN-08: filter, columns, shared view; a colleague changes a stage in it; who was second is told."""
    make.opportunity(title="Grande", amount="5000", currency="EUR")
    make.opportunity(title="Piccola", amount="10", currency="EUR")
    sergio: Any = open_page("sergio")
    shared_view(sergio)

    livia: Any = open_page("livia")
    livia.goto("/opportunities/list/")
    livia.get_by_role("link", name="Grandi").first.click()
    expect(livia.locator("tbody tr")).to_have_count(1)
    livia.get_by_role("link", name="Change: Stage").press("Enter")
    choice = livia.locator(".change-box select").first
    expect(choice).to_be_focused()
    livia.screenshot(path="/tmp/team/v4.png")
    assert livia.violations() == []
    choice.select_option(label="Proposal")
    choice.press("Enter")
    expect(livia.locator("[data-col=stage]")).to_have_text("Proposal")
    expect(livia.locator("[data-col=probability]")).to_have_text("50 %")
    expect(livia.get_by_role("link", name="Change: Stage")).to_be_focused()
    expect(livia.locator(".toast-success")).to_be_visible()

    sergio.get_by_role("link", name="Change: Stage").click()
    sergio.locator(".change-box select").first.select_option(label="Lost")
    expect(sergio.locator("[name=lost_reason]")).to_be_visible()
    sergio.get_by_role("button", name="Save", exact=True).click()
    expect(sergio.locator(".toast-danger")).to_contain_text("meanwhile")
    expect(sergio.locator("[data-col=stage]")).to_have_text("Proposal")
    assert livia.faults == []

"""What was typed and left unsaved comes back."""

from typing import Any

from playwright.sync_api import expect

from tests.ui.conftest import Maker, Open, make, open_page  # noqa: F401  (fixtures)


def test_what_was_typed_comes_back(open_page: Open, make: Maker) -> None:  # noqa: F811
    """GEN-05: after a reload it is offered and restored with its rows; saved or signed out, it is gone."""
    page: Any = open_page("sergio")
    page.goto("/contacts/add")
    page.fill("#last_name", "Quasiperso")
    page.locator("[data-repeat=emails] [data-repeat-add]").click()
    page.fill("[name=emails-1-value]", "due@example.com")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[data-draft-words]")).to_contain_text("You left this unsaved at")
    assert page.violations() == []
    with page.expect_navigation():
        page.get_by_role("button", name="Restore").click()
    expect(page.locator("#last_name")).to_have_value("Quasiperso")
    expect(page.locator("[name=emails-1-value]")).to_have_value("due@example.com")
    expect(page.locator("[data-draft-note]")).to_have_count(0)
    page.fill("#first_name", "Ugo")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_have_text("Ugo Quasiperso")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft|'))") == []

    page.goto("/tasks/add")
    page.fill("#title", "Di Sergio")
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_url("**/login/**")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft|'))") == []

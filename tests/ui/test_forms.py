"""Forms: rows that repeat, look-ups, leaving without saving, pressing twice."""

from playwright.sync_api import expect

from tests.factories import Maker
from tests.ui.conftest import Open


def test_repeating_rows(open_page: Open, make: Maker) -> None:
    """CON-02: rows are added and taken away in the page, numbered apart, and all of them are saved."""
    page = open_page("ada")
    page.goto("/contacts/add")
    page.fill("#first_name", "Ada")
    page.fill("#last_name", "Greco")
    emails = page.locator("[data-repeat=emails]")
    page.fill("[name=emails-0-value]", "uno@example.com")
    for address in ("due@example.com", "tre@example.com"):
        emails.locator("[data-repeat-add]").click()
        page.keyboard.type(address)
    emails.locator("[data-repeat-remove]").nth(1).click()
    expect(emails.locator("[data-repeat-rows] [data-repeat-row]")).to_have_count(2)
    with page.expect_navigation():
        page.click(".form-bar .btn-primary")
    facts = page.locator(".facts").first
    expect(facts).to_contain_text("uno@example.com")
    expect(facts).to_contain_text("tre@example.com")
    expect(facts).not_to_contain_text("due@example.com")
    assert not page.faults


def test_a_company_is_looked_up_or_made_on_the_spot(open_page: Open, make: Maker) -> None:
    """GEN-05: typing finds it; a new one is made without leaving the form, and nothing typed is lost."""
    make.contact(make["ada"], kind="company", name="Molino Vecchio")
    page = open_page("ada")
    page.goto("/contacts/add")
    page.fill("#first_name", "Ada")
    page.fill("#last_name", "Greco")
    page.fill("#company-ts-control", "molino")
    page.click("#company-ts-dropdown .option:has-text('Molino Vecchio')")
    expect(page.locator("#company + .ts-wrapper .item")).to_have_text("Molino Vecchio")
    page.fill("#company-ts-control", "Cantina Nuova")
    page.click("#company-ts-dropdown .create")
    expect(page.locator("#company + .ts-wrapper .item")).to_have_text("Cantina Nuova")
    with page.expect_navigation():
        page.click(".form-bar .btn-primary")
    expect(page.locator(".record-sub")).to_contain_text("Cantina Nuova")


def test_leaving_a_changed_form_asks(open_page: Open) -> None:
    """GEN-05: a changed form is not left by a slip; an untouched one is."""
    page = open_page("ada")
    page.goto("/contacts/add")
    page.fill("#first_name", "Quasi")
    page.click(".nav-item >> nth=0")
    expect(page.locator("#leave")).to_be_visible()
    page.click("#leave button[value=no]")
    assert page.input_value("#first_name") == "Quasi"
    page.click(".nav-item >> nth=0")
    with page.expect_navigation():
        page.click("#leave button[value=yes]")
    assert "/contacts/add" not in page.url


def test_an_error_is_one_click_from_its_field(open_page: Open) -> None:
    """Input rules: a refused form keeps what was typed, and its summary leads to the field."""
    page = open_page("ada")
    page.goto("/contacts/add")
    page.fill("#first_name", "Senza")
    page.fill("[name=emails-0-value]", "this is no address")
    page.click(".form-bar .btn-primary")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert page.input_value("#first_name") == "Senza"
    assert page.input_value("[name=emails-0-value]") == "this is no address"
    assert not page.violations()

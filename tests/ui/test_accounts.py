"""The engine's own pages in our dress: users, roles, groups, one's own account. All changes are POSTs with a token."""

from playwright.sync_api import expect

from tests.factories import Maker
from tests.ui.conftest import Open

NEW = {"first_name": "Nuova", "last_name": "Utente", "username": "nuova", "email": "nuova@example.com"}


def choose(page: object, field: str, text: str) -> None:
    """Pick a choice of a dressed <select> by typing.

    It looks through its choices 300 ms after the last letter, and opens itself and takes the focus to show what it
    found: whoever has gone on by then finds it above the form's buttons. So what it found is waited for first.
    """
    box = page.locator(f"#{field}-ts-control")  # type: ignore[attr-defined]
    box.fill(text)
    expect(page.locator(f"#{field}-ts-dropdown .option")).to_have_count(1)  # type: ignore[attr-defined]
    page.locator(f"#{field}-ts-dropdown .option:has-text('{text}')").first.click()  # type: ignore[attr-defined]
    box.press("Escape")
    expect(page.locator(f"#{field}-ts-dropdown")).to_be_hidden()  # type: ignore[attr-defined]


def test_a_user_is_made_changed_and_removed(open_page: Open, make: Maker) -> None:
    """Add with a refusal first (typed values stay), edit, find, delete; the password is never sent back."""
    page = open_page("ada")
    page.goto("/users/add")
    for name, value in NEW.items():
        page.fill(f"#{name}", value)
    page.fill("#password", "short")
    page.fill("#conf_password", "different")
    page.click(".form-bar .btn-primary")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".error-summary a")).not_to_have_count(0)
    assert page.input_value("#username") == "nuova"
    assert page.input_value("#password") == ""
    assert not page.violations()
    choose(page, "roles", "User")
    page.fill("#password", "Cavallo-blu-88")
    page.fill("#conf_password", "Cavallo-blu-88")
    with page.expect_navigation():
        page.click(".form-bar .btn-primary")
    page.goto("/users/list/")
    page.fill(".filter-search input", "nuova")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("tbody .row-link")
    expect(page.locator(".facts").first).to_contain_text("nuova")
    page.click(".page-actions a:has-text('Edit')")
    page.fill("#last_name", "Cambiata")
    with page.expect_navigation():
        page.click(".form-bar .btn-primary")
    page.goto("/users/list/?_flt_2_username=nuova")
    expect(page.locator("tbody tr")).to_contain_text("Cambiata")
    page.click(".row-menu")
    page.click(".menu-danger")
    with page.expect_navigation():
        page.click("#confirm button[value=yes]")
    page.goto("/users/list/?_flt_2_username=nuova")
    expect(page.locator("tbody tr")).to_have_count(0)


def test_an_administrator_resets_a_password(open_page: Open, make: Maker) -> None:
    """An action of one record is a POST that leads to its form; the new password works, the old one does not."""
    user = make.user("dimentica")
    page = open_page("ada")
    page.goto(f"/users/show/{user.id}")
    with page.expect_navigation():
        page.click(".facts-actions button")
    page.fill("#password", "Cavallo-blu-88")
    page.fill("#conf_password", "Cavallo-blu-88")
    with page.expect_navigation():
        page.click(".form-bar .btn-primary")
    expect(page.locator(".toast-item")).to_be_visible()
    other = open_page(None)
    other.sign_in(user)
    expect(other.locator(".note-danger")).to_be_visible()


def test_roles_and_groups(open_page: Open, make: Maker) -> None:
    """Role: copied by the bulk bar, its permissions readable; group: made with members."""
    page = open_page("ada")
    page.goto("/roles/list/")
    page.locator("tbody tr", has_text="Read only").locator("[data-check]").click()
    page.click("[data-bulk] button:has-text('Copy')")
    with page.expect_navigation():
        page.click("#confirm button[value=yes]")
    page.goto("/roles/list/")
    expect(page.locator("tbody")).to_contain_text("Read only copy")
    page.goto("/groups/add")
    page.fill("#name", "vendite")
    choose(page, "users", "Sergio")
    with page.expect_navigation():
        page.click(".form-bar .btn-primary")
    page.goto("/groups/list/")
    expect(page.locator("tbody")).to_contain_text("vendite")


def test_signing_out_is_a_post(open_page: Open) -> None:
    """A link can't sign anybody out; the button does, and the page behind is closed."""
    page = open_page("ada")
    page.goto("/")
    page.click(".user-button")
    with page.expect_navigation():
        page.click("#user-menu form button")
    page.goto("/contacts/list/")
    assert "/login" in page.url


def test_language_is_chosen_by_the_person(open_page: Open) -> None:
    """The menu changes the language of the page it stands on."""
    page = open_page("ada")
    page.goto("/contacts/list/")
    page.click(".user-button")
    with page.expect_navigation():
        page.click("#user-menu a[lang=it]")
    assert page.locator("html").get_attribute("lang") == "it"

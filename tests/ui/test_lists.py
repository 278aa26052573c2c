"""Lists: what is typed, chosen and clicked does what it says, and stays in the address."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.factories import Maker
from tests.ui.conftest import Open


def arguments(page: object) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)  # type: ignore[attr-defined]


def test_filters_live_in_the_address(open_page: Open, make: Maker) -> None:
    """GEN-02: a filter added in the bar is a chip and an argument; its cross takes away it alone."""
    make.contact(make["ada"], last_name="Rossi")
    make.contact(make["ada"], kind="company", name="Rossi Srl")
    page = open_page("ada")
    page.goto("/contacts/list/?q=rossi")
    page.click("[popovertarget=filter-add]")
    page.click("#filter-add summary:has-text('Person or company')")
    page.select_option("form[data-filter=kind] [name^=_flt_]", "company")
    page.click("form[data-filter=kind] button")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".filter-chip")).to_contain_text("Person or company is Company")
    assert arguments(page.page)["q"] == ["rossi"]
    page.click(".filter-chip a")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert list(arguments(page.page)) == ["q"]


def test_a_filter_by_day_is_typed_the_italian_way(open_page: Open, make: Maker) -> None:
    """GEN-04: dd/mm/yyyy is understood, nonsense is refused on the field and not sent."""
    make.contact(make["ada"])
    page = open_page("ada")
    page.goto("/contacts/list/")
    page.click("[popovertarget=filter-add]")
    page.click("#filter-add summary:has-text('Changed')")
    form = page.locator("form[data-filter=changed_at]")
    form.locator("[data-filter-op]").select_option(label="From")
    form.locator("input[type=text]").fill("31/02/2020")
    form.locator("button:has-text('Add the filter')").click()
    assert "_flt_" not in page.url
    form.locator("input[type=text]").fill("5/6/2020")
    form.locator("button:has-text('Add the filter')").click()
    expect(page.locator(".filter-chip")).to_be_visible()
    assert "2020-06-05" in page.url
    expect(page.locator("tbody tr")).to_have_count(1)


def test_nothing_found_and_nothing_yet(open_page: Open, make: Maker) -> None:
    """Emptiness is told apart: nothing there teaches, nothing found offers to clear."""
    page = open_page("ada")
    page.goto("/contacts/list/")
    expect(page.locator(".empty")).to_be_visible()
    page.goto("/contacts/list/?q=zzzz")
    page.click(".empty a")
    assert page.url.endswith("/contacts/list/")


def test_rows_are_chosen_and_a_bar_acts_on_them(open_page: Open, make: Maker) -> None:
    """GEN-02: boxes, "all", a range with Shift; the bar counts and POSTs, after one question where it deletes."""
    for n in range(5):
        make.contact(make["ada"], first_name=f"N{n}", last_name="Riga")
    page = open_page("ada")
    page.goto("/contacts/list/")
    boxes = page.locator("[data-check]")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("[data-bulk-count]")).to_have_text("3")
    page.click("[data-check-all]")
    expect(page.locator("[data-bulk-count]")).to_have_text("5")
    page.click("[data-bulk-clear]")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    boxes.nth(0).click()
    boxes.nth(1).click()
    delete = page.locator("[data-bulk] button:has-text('Delete')")
    delete.click()
    page.click("#confirm button[value=no]")
    expect(page.locator("tbody tr")).to_have_count(5)
    delete.click()
    with page.expect_navigation():
        page.click("#confirm button[value=yes]")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator(".toast-success")).to_be_visible()
    assert not page.faults


def test_row_menu_by_keyboard(open_page: Open, make: Maker) -> None:
    """GEN-02: each row's menu opens, edits and deletes without a mouse; Escape gives the focus back."""
    make.contact(make["ada"], first_name="Ugo", last_name="Solo")
    page = open_page("ada")
    page.goto("/contacts/list/")
    page.focus(".row-menu")
    page.keyboard.press("Enter")
    expect(page.locator(".menu:popover-open .menu-item").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    assert "Edit" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Escape")
    assert "row-menu" in page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")
    expect(page.locator(".menu:popover-open .menu-item").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    assert "Delete" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    expect(page.locator("#confirm")).to_contain_text("Ugo Solo")
    with page.expect_navigation():
        page.click("#confirm button[value=yes]")
    expect(page.locator("tbody tr")).to_have_count(0)


def test_sorting_and_paging_are_links(open_page: Open, make: Maker) -> None:
    """GEN-02: a heading sorts both ways and says so; pages and their size are in the address, the words honest."""
    for n in range(27):
        make.contact(make["ada"], first_name="Pag", last_name=f"Ina{n:02}")
    page = open_page("ada")
    page.goto("/contacts/list/?psize_ContactView=25")
    expect(page.locator(".pager-words")).to_have_text("1–25 of 27")
    page.click("[rel=next]")
    expect(page.locator(".pager-words")).to_have_text("26–27 of 27")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.click("thead a.sort >> nth=0")
    page.click("thead a.sort >> nth=0")
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    expect(page.locator("tbody tr").first).to_contain_text("Ina26")
    assert "page_ContactView" not in arguments(page.page)

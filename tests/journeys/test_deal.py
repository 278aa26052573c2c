"""A deal goes through its stages on the board, by mouse and by keys, until it is won; a project is made from it."""

from typing import Any

from playwright.sync_api import expect

from tests.factories import Maker
from tests.opportunities.conftest import result
from tests.ui.conftest import Open, make, open_page  # noqa: F401  (fixtures)

BOARD = "/opportunities/board/"
PATIENCE = 15_000  # milliseconds: others' boards look every few seconds


def column(page: Any, stage: str) -> Any:
    return page.locator(f'[data-stage][data-label="{stage}"]')


def card(page: Any, stage: str, title: str) -> Any:
    return column(page, stage).locator(f'[data-card][data-title="{title}"]')


def test_from_the_first_contact_to_the_project(open_page: Open, make: Maker) -> None:  # noqa: F811
    """OPP-03, OPP-04, OPP-07: dragged, moved by keys and announced, seen by a colleague, won; its project is made."""
    acme = make.contact(kind="company", name="Acme srl")
    deal = make.opportunity(title="Cento sedie", contact=acme, amount="1200")
    make.opportunity(title="Altra", amount="300", stage="Needs")
    page, livia = open_page("sergio", width=1600), open_page("livia", width=1600)
    livia.goto(BOARD)
    page.goto(BOARD)
    assert page.violations() == []
    card(page, "First contact", "Cento sedie").drag_to(column(page, "Proposal").locator("[data-cards]"))
    expect(column(page, "Proposal").locator("[data-head]")).to_contain_text("€1,200.00")
    expect(card(livia, "Proposal", "Cento sedie")).to_be_visible(timeout=PATIENCE)

    card(page, "Proposal", "Cento sedie").locator("[data-grip]").focus()
    page.keyboard.press("Enter")
    says = page.locator("[data-board-says]")
    expect(says).to_contain_text("Cento sedie is picked up, in Proposal")
    page.keyboard.press("ArrowRight")
    expect(says).to_contain_text("Over Negotiation")
    page.keyboard.press("Escape")
    expect(says).to_contain_text("stays in Proposal")
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(says).to_contain_text("Cento sedie moved to Won")
    expect(card(livia, "Won", "Cento sedie")).to_be_visible(timeout=PATIENCE)
    won = result(make, deal)
    assert (won["stage"]["name"], won["probability"]) == ("Won", 100)
    assert won["closed_on"]

    page.get_by_role("link", name="Cento sedie").click()
    page.get_by_role("link", name="Create project").click()
    expect(page.get_by_label("Title *")).to_have_value("Cento sedie")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Cento sedie", level=1)).to_be_visible()
    page.get_by_role("link", name="Cento sedie").first.click()
    page.get_by_role("tab", name="Projects").click()
    expect(page.locator("#tab-projects").get_by_role("link", name="Cento sedie")).to_be_visible()
    assert page.faults == []


def test_a_loss_is_explained(open_page: Open, make: Maker) -> None:  # noqa: F811
    """OPP-04: what is dropped on Lost asks why; called off, the card goes back; somebody else's move is told."""
    deal = make.opportunity(title="Cento sedie", stage="Negotiation")
    page = open_page("sergio", width=1600)
    page.goto(BOARD)
    grip = card(page, "Negotiation", "Cento sedie").locator("[data-grip]")

    def to_lost() -> None:
        page.locator('[data-card][data-title="Cento sedie"] [data-grip]').focus()
        for key in ("Enter", "ArrowRight", "ArrowRight", "Enter"):
            page.keyboard.press(key)

    to_lost()
    page.get_by_role("button", name="Cancel").click()
    expect(grip).to_be_visible()
    to_lost()
    page.get_by_label("Reason of loss").select_option(label="Price")
    page.get_by_role("dialog").get_by_role("button", name="Lost").click()
    expect(page.locator("[data-board-says]")).to_contain_text("moved to Lost")
    assert result(make, deal)["lost_reason"]["name"] == "Price"


def test_the_pages_on_a_phone_and_in_the_dark(open_page: Open, make: Maker) -> None:  # noqa: F811
    """UI: nothing wider than the window, nothing for axe to find, no icon missing."""
    deal = make.opportunity(
        title="Cento sedie di legno massello", amount="1200", expected_close="2020-01-01", tags=["Fiera"]
    )
    project = make.project(opportunity=deal)
    paths = [BOARD, "/opportunities/list/", f"/opportunities/show/{deal}", "/opportunities/add"]
    paths += [f"/projects/show/{project}", "/projects/list/", f"/projects/add?opportunity={deal}"]
    found: list[str] = []
    for width, scheme in ((390, "light"), (1280, "dark")):
        page = open_page("marta", width=width, color_scheme=scheme)
        for path in [*paths, "/settings/currencies/", "/settings/stages/"]:
            page.goto(path)
            faults = [*page.violations(), *page.faults, *page.missing_icons()]
            faults += [f"{page.overflow()} px too wide"] if page.overflow() > 0 else []
            found += [f"{path} {width}: {fault}" for fault in faults]
    assert found == []

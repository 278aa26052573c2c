"""Settings in a real browser: made from an open form without losing it, ordered by keyboard and by drag (GEN-05)."""

from collections.abc import Callable
from typing import Any

from app.settings import custom, service
from app.settings.models import PickList
from tests.factories import Maker
from tests.ui.conftest import Open, open_page  # noqa: F401  (a fixture)

Look = Callable[[Callable[[], Any]], Any]


def test_a_new_value_and_a_new_field_while_a_contact_is_typed(open_page: Open, make: Maker, seen: Look) -> None:  # noqa: F811
    """GEN-05, SET-08: nothing typed is lost, the new ones are chosen and filled in at once, and all of it is saved."""
    watched = open_page("marta")
    page = watched.page
    watched.goto("/contacts/add")
    page.fill("#first_name", "Anna")
    page.fill("#last_name", "Bo")
    page.click("[data-for=type]")
    page.fill("#new-value-text", "client")
    page.keyboard.press("Enter")
    page.get_by_text("is in the list already").wait_for()
    page.fill("#new-value-text", "Giornalista")
    page.keyboard.press("Enter")
    page.locator("#new-value").wait_for(state="hidden")
    assert page.locator("#type option:checked").text_content() == "Giornalista"
    page.click("[data-new-field]")
    page.fill("#new-field-label", "Testata")
    page.select_option("#new-field-kind", "choice")
    page.fill("#new-field-options", "Corriere\nStampa")
    page.click("#new-field .btn-primary")
    page.select_option("[name='custom.testata']", "Stampa")
    assert (page.input_value("#first_name"), page.input_value("#last_name")) == ("Anna", "Bo")
    page.click(".form-bar .btn-primary")
    page.wait_for_url("**/contacts/show/*")
    shown = page.text_content("main")
    assert "Giornalista" in shown
    assert "Stampa" in shown
    assert [f.label for f in seen(lambda: custom.fields_of("contact"))] == ["Testata"]
    assert not watched.faults or all("400" in fault for fault in watched.faults)


def names() -> list[str]:
    return [v.name for v in service.pick_values(PickList.TEMPERATURE)]


def test_order_by_keyboard_and_by_drag(open_page: Open, seen: Look) -> None:  # noqa: F811
    """SET-09: the arrows keep the focus where it was; a dragged row stays where it was dropped."""
    watched = open_page("marta")
    page = watched.page
    watched.goto("/settings/lists/temperature/")
    page.get_by_label("Move Hot up").focus()
    with page.expect_response("**/order"):
        page.keyboard.press("Enter")
    assert seen(names) == ["Cold", "Hot", "Warm"]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move Hot up"
    with page.expect_response("**/order"):
        page.locator("[data-grip]").nth(2).drag_to(page.locator("[data-grip]").nth(0), target_position={"x": 5, "y": 2})
    assert seen(names) == ["Warm", "Cold", "Hot"]
    assert not watched.faults


def test_a_field_is_edited_where_it_stands(open_page: Open, make: Maker) -> None:  # noqa: F811
    """CON-08: pencil, value, save: the page shows it without being loaded again."""
    key = make.custom_field("Peso", "number")
    contact = make.contact(make["marta"])
    watched = open_page("marta")
    page = watched.page
    watched.goto(f"/contacts/show/{contact}")
    page.get_by_label("Edit Peso").click()
    page.fill(f"[name='custom.{key}']", "molto")
    page.click(".fact-form .btn-primary")
    page.get_by_text("Write the number as").wait_for()
    page.fill(f"[name='custom.{key}']", "1,234.5")
    page.click(".fact-form .btn-primary")
    page.locator(f"[data-custom={key}] .num").wait_for()
    assert "1,234.5" in page.text_content(f"[data-custom={key}]")
    assert not watched.violations()
    assert not watched.faults

"""A day of Sergio: a task from a contact's tab, the reminder in his mailbox when its time comes, done from the list."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import expect

from app.core import access, clock
from app.mailing import sending
from tests.harness.mail import Mailbox
from tests.tasks.conftest import bell, mails, minute  # noqa: F401  (fixtures)
from tests.ui.conftest import Maker, Open, make, open_page  # noqa: F401  (fixtures)


def send(make: Maker) -> None:  # noqa: F811
    """What the worker does with the mails that wait."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        sending.work(0)


def test_a_day_of_sergio(
    open_page: Open,  # noqa: F811
    make: Maker,  # noqa: F811
    minute: Callable[[], int],  # noqa: F811
    smtp: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TSK-01…03, 05, 06: by the browser, with shortcuts and keyboard, to a mail that names the task and its hour."""
    contact = make.contact(first_name="Carla", last_name="Neri")
    page: Any = open_page("sergio")
    page.goto(f"/contacts/show/{contact}#tab-tasks")
    page.get_by_role("link", name="New task").click()
    page.fill("#title", "Chiamare per il rinnovo")
    page.get_by_role("button", name="3 days").click()
    page.fill("#time", "15:00")
    expect(page.locator(".ts-control .item", has_text="Carla Neri")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("row", name="Chiamare per il rinnovo")
    expect(row).to_be_visible()
    assert page.faults == []

    day = clock.today("Europe/Rome") + dt.timedelta(days=3)
    monkeypatch.setitem(make.app.config, "BASE_URL", "https://crm.example.com")
    assert minute() == 0
    the_day_before = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(15, 1), ZoneInfo("Europe/Rome"))
    with time_machine.travel(the_day_before, tick=False):
        assert minute() == 1
        send(make)
        assert minute() == 0
        send(make)
    [came] = smtp.wait_for(1)
    assert came.recipients == ["sergio@example.com"]
    assert came.message["Subject"] == f"“Chiamare per il rinnovo” is due on {day:%d/%m/%Y} 15:00"
    assert "https://crm.example.com/tasks/show/" in came.message.get_content()

    page.goto("/tasks/list/")
    box = page.get_by_role("checkbox", name="Done: Chiamare per il rinnovo")
    box.press("Enter")
    expect(box).to_have_attribute("aria-checked", "true")
    page.goto(f"/contacts/show/{contact}#tab-history")
    expect(page.get_by_text("Task closed")).to_be_visible()
    assert page.faults == []

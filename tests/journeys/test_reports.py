"""A manager's pipeline: asked for one person, opened down to the deals, planned for each week, and in the mailbox."""

import datetime as dt
import io
import re
from decimal import Decimal
from typing import Any

import openpyxl
import time_machine
from playwright.sync_api import expect

from app.core import access, clock
from app.core.db import db
from app.mailing import sending
from app.reporting import running
from tests.harness.mail import Mailbox
from tests.ui.conftest import Maker, Open, make, open_page  # noqa: F401  (fixtures)

DEALS = [("Impianto", "Proposal", "1200.50"), ("Licenze", "Proposal", "800"), ("Presse", "Negotiation", "4300.25")]


def tick(make: Maker) -> int:  # noqa: F811
    """What the clock and the workers do; how many mails it made."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        made = sum(running.run(schedule_id) for schedule_id in running.due())
        db.session.commit()
        sending.work(0)
        db.session.remove()
    return made


def test_a_weekly_pipeline(open_page: Open, make: Maker, smtp: Mailbox) -> None:  # noqa: F811
    """REP-01, REP-03: filter by person, drill into the deals, plan it in four clicks; when its hour comes, a mail with
    table, chart and an Excel file whose sums are those of the page."""
    for title, stage, amount in DEALS:
        make.opportunity(make["livia"], title=title, stage=stage, amount=amount, currency="EUR")
    make.opportunity(make["sergio"], title="Altrui", stage="Proposal", amount="99999", currency="EUR")
    page: Any = open_page("marta")
    page.goto("/reports/")
    page.get_by_role("link", name="Pipeline").click()
    page.select_option('[name="owner"]', label="Livia Prova")
    page.get_by_role("button", name="Show").click()
    proposal = page.get_by_role("row", name="Proposal")
    expect(proposal).to_contain_text("2,000.50")
    proposal.get_by_role("link", name="2", exact=True).click()
    for title, stage, _amount in DEALS:
        expect(page.get_by_role("link", name=title, exact=True)).to_have_count(int(stage == "Proposal"))
    expect(page.get_by_role("link", name="Altrui", exact=True)).to_have_count(0)
    page.go_back()
    page.get_by_role("link", name="Send regularly").click()
    page.get_by_label("Excel file").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()
    assert page.faults == []

    assert tick(make) == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=7, minutes=1), tick=False):
        assert tick(make) == 1
        assert tick(make) == 0
    [came] = smtp.wait_for(1)
    assert came.recipients == ["marta@example.com"]
    html = came.message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "bgcolor" in html
    assert re.search(r"<b>3</b>.*6,300\.75", html, re.DOTALL)
    [file] = list(came.message.iter_attachments())
    sheet: Any = openpyxl.load_workbook(io.BytesIO(file.get_payload(decode=True))).active  # type: ignore[arg-type]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {row[0]: (row[1], Decimal(str(row[2]))) for row in rows} == {
        "Proposal": (2, Decimal("2000.5")),
        "Negotiation": (1, Decimal("4300.25")),
    }

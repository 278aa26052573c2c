"""An invoice's whole life in the browser, mostly by keyboard: from the profile to the credit note."""

import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.factories import Maker
from tests.invoices.test_pages import picture
from tests.ui.conftest import Open, make, open_page  # noqa: F401  (fixtures)

PATIENCE = 60_000  # milliseconds for the worker


def profile(page: Any, folder: Path) -> None:
    """Name, address, IBAN and logo."""
    logo = folder / "logo.png"
    logo.write_bytes(picture().getvalue())
    page.goto("/settings/invoices/organization")
    for name, value in (("name", "Officine Rossi"), ("city", "Torino"), ("iban", "IT60X0542811101000000123456")):
        page.fill(f"#{name}", value)
    page.set_input_files("#logo", str(logo))
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("img", name="The logo")).to_be_visible()


def choose(page: Any, field: str, typed: str) -> None:
    """A record of a look-up, by typing."""
    box = page.locator(f"#{field}-ts-control")
    box.fill(typed)
    page.locator(f"#{field}-ts-dropdown .option", has_text=typed).first.click()


def make_tax_and_item(page: Any) -> None:
    """Both in place, without leaving the editor."""
    page.get_by_role("button", name="Create new tax").click()
    page.fill("#new-tax-name", "IVA 22%")
    page.fill("#new-tax-rate", "22")
    page.keyboard.press("Enter")
    expect(page.locator("#new-tax")).not_to_be_visible()
    page.get_by_role("button", name="Create new item").click()
    page.fill("#new-item-name", "Ora di consulenza")
    page.fill("#new-item-price", "100.05")
    page.select_option("#new-item-tax1", label="IVA 22% (22 %)")
    page.keyboard.press("Enter")
    expect(page.locator("#new-item")).not_to_be_visible()


def write_lines(page: Any) -> None:
    """SPEC's example: the made item, and a line of its own after Enter; moved up by keyboard."""
    expect(page.locator("[data-sum=total]")).to_have_text("€122.06")
    page.keyboard.press("Enter")
    line = page.locator("[data-line]").nth(1)
    expect(line).to_be_visible()
    for part, value in (("name", "Sedia"), ("quantity", "3"), ("price", "19.99"), ("discount", "10")):
        line.locator(f"[name$='-{part}']").fill(value)
    line.locator("[name$='-tax1']").select_option(label="IVA 22% (22 %)")
    expect(page.locator("[data-sum=total]")).to_have_text("€187.90")
    line.get_by_role("button", name="Move this line up").press("Enter")
    expect(page.locator("[data-line] [name$='-name']").first).to_have_value("Sedia")


def pdf_text(page: Any, folder: Path) -> str:
    """What the downloaded PDF says."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()
    file = folder / "invoice.pdf"
    download.value.save_as(file)
    return "".join(p.extract_text() for p in PdfReader(io.BytesIO(file.read_bytes())).pages)


@pytest.mark.timeout(300)
def test_an_invoices_life(open_page: Open, make: Maker, workers: Any, smtp: Any, tmp_path: Path) -> None:  # noqa: F811
    """INV-02…10, SET-06: profile with logo, item and tax in place, consignee, PDF, mail, two payments, duplicate,
    credit note."""
    make.contact(kind="company", name="Bianchi spa", emails=["cliente@example.com"])
    make.contact(first_name="Anna", last_name="Verdi")
    page = open_page("marta")
    profile(page, tmp_path)
    page.goto("/invoices/add")
    choose(page, "client", "Bianchi")
    choose(page, "consignee", "Anna")
    make_tax_and_item(page)
    write_lines(page)
    assert page.violations() == []
    page.get_by_role("button", name="Add this invoice").click()
    expect(page.get_by_text("Draft", exact=True).first).to_be_visible()
    expect(page.locator("tbody th").first).to_contain_text("Sedia")

    assert page.violations() == []
    page.get_by_role("link", name="Send").click()
    expect(page.locator("#to")).to_have_value("cliente@example.com")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Billed", exact=True).first).to_be_visible()
    (mail,) = smtp.wait_for(1, 60)
    assert "INV0000001" in mail.message["Subject"]
    assert len(list(mail.message.iter_attachments())) == 1
    text = pdf_text(page, tmp_path)
    for word in ("INV0000001", "Officine Rossi", "Bianchi spa", "Anna Verdi", "€187.90"):
        assert word in text, word

    page.fill("#pay-amount", "100")
    page.get_by_role("button", name="Write down a payment").click()
    expect(page.locator("#pay-amount")).to_have_value("87.9")
    page.get_by_role("button", name="Write down a payment").click()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()

    page.get_by_role("button", name="Duplicate").click()
    expect(page.locator("[data-sum=total]")).to_have_text("€187.90")
    page.go_back()
    page.get_by_role("button", name="Credit note").click()
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("button", name="Bill it").click()
    expect(page.get_by_role("heading", name="Credit note INV0000002")).to_be_visible()
    assert page.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_on_a_phone(open_page: Open, make: Maker, theme: str) -> None:  # noqa: F811
    """UI: list, editor, record and settings fit 390 px, in both themes, and axe finds nothing."""
    invoice = make.sent_invoice(kind="company", name="Società con un nome piuttosto lungo e lunghissimo srl")
    page = open_page("marta")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
    paths = ["/invoices/list/", "/invoices/add", f"/invoices/show/{invoice}", f"/invoices/send/{invoice}"]
    paths += ["/settings/invoices/organization", "/settings/invoices/numbers", "/settings/items/list/"]
    paths += ["/settings/items/add", "/settings/taxes/list/", "/settings/taxes/add"]
    for path in paths:
        page.goto(path)
        assert page.overflow() <= 0, path
        assert page.violations() == [], path
        assert page.faults == [], path

"""A newcomer's first hour: a file comes in, a refused row is mended, a contact is found, a colleague sees nothing."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.ui.conftest import Open, make, open_page  # noqa: F401  (fixtures)

HEADINGS = "Nome;Cognome;Azienda;E-mail;Cellulare;Città\r\n"
ROWS = [
    "Nicolò;D'Àngelo;Officine Bianchi;nicolo@example.com;+39 333 1234567;Torino\r\n",
    "Giulia;Ferrari;Officine Bianchi;giulia@example.com;02 5550001;Milano\r\n",
    "Luca;Neri;;luca at example.com;;Roma\r\n",
]
PATIENCE = 30_000  # milliseconds for the worker


def upload(page: Any, file: Path) -> None:
    """From the file to the check."""
    page.set_input_files("#file", str(file))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="The first rows")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("columnheader", name="Becomes")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Check what will happen").click()


def checked_and_run(page: Any, rows: str) -> None:
    """The check ends by itself; then the rows go in, watched."""
    start = page.get_by_role("button", name=f"Import {rows} rows")
    expect(start).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Nothing is written yet.", exact=False).first).to_be_visible()
    start.click()
    expect(page.get_by_text("Imported", exact=True)).to_be_visible(timeout=PATIENCE)


def mend(page: Any, folder: Path) -> Path:
    """Download the refused rows and put the address right, as a person would in a spreadsheet."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    refused = folder / "refused.csv"
    download.value.save_as(refused)
    text = refused.read_text("utf-8-sig")
    assert "_reason" in text
    assert "luca at example.com" in text
    refused.write_text(text.replace("luca at example.com", "luca@example.com"), "utf-8-sig")
    return refused


def found_by(page: Any, typed: str) -> list[str]:
    """The names in the list of contacts for what is typed into its search box."""
    page.goto(f"/contacts/list/?q={typed}")
    return [name.strip() for name in page.locator("tbody .person > span:last-child").all_inner_texts()]


def test_a_newcomer_brings_contacts_in(open_page: Open, workers: Any, tmp_path: Path) -> None:  # noqa: F811
    """IMP-01…04, CON-07, GEN-06: upload, map, check, run, mend, upload again, find, edit; a colleague sees nothing."""
    file = tmp_path / "clienti.csv"
    file.write_bytes((HEADINGS + "".join(ROWS)).encode("cp1252"))
    page = open_page("sergio")
    page.goto("/imports/new")
    upload(page, file)
    checked_and_run(page, "2")
    page.get_by_role("link", name="See what came in").click()
    expect(page.locator("tbody tr")).to_have_count(3)  # two persons and their company
    page.go_back()
    refused = mend(page, tmp_path)
    page.get_by_role("link", name="Upload the mended file").click()
    upload(page, refused)
    checked_and_run(page, "1")

    assert found_by(page, "angelo") == ["Nicolò D'Àngelo"]
    assert found_by(page, "333 123") == ["Nicolò D'Àngelo"]
    assert found_by(page, "luca@exa") == ["Luca Neri"]
    edit_title(page)
    assert page.faults == []

    colleague = open_page("livia")
    assert found_by(colleague, "angelo") == []
    colleague.goto("/contacts/list/")
    assert "Nicol" not in colleague.content()


def edit_title(page: Page) -> None:
    """Open the found one, change a field, see it."""
    page.locator("tbody a.row-link").first.click()
    page.get_by_role("link", name="Edit").first.click()
    page.fill("[name=title]", "Direttore")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Direttore")).to_be_visible()


def test_sales_come_in_from_a_spreadsheet(open_page: Open, workers: Any, make: Any, tmp_path: Path) -> None:  # noqa: F811
    """IMP-01…04, OPP-01: choose what the file holds, see its columns recognised, check, run, and open the list of what
    came in; an unknown contact refuses its row alone."""
    make.contact(first_name="Maria", last_name="Rossi")
    file = tmp_path / "trattative.csv"
    head = "Titolo;Contatto;Fase;Importo;Chiusura prevista\n"
    file.write_text(head + "Fornitura;Maria Rossi;Proposta;1.200,50;13/01/2027\nAltra;Nessuno;;;\n", "utf-8")
    page = open_page("sergio")
    page.goto("/imports/")
    page.get_by_role("button", name="Import").click()
    page.get_by_role("menuitem", name="Import opportunities").click()
    upload(page, file)
    checked_and_run(page, "1")
    expect(page.get_by_text("There is no such contact.")).to_be_visible()
    page.get_by_role("link", name="See what came in").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Fornitura")
    expect(page.locator("tbody tr")).to_contain_text("1,200.50")
    assert page.faults == []

"""Each entity as a file: what it names, and nothing that the person does not see."""

import io
import zipfile
from typing import Any

import pytest

from tests.exports.conftest import rows
from tests.factories import Maker


def test_everything_has_a_file_in_the_archive(make: Maker, exported: Any) -> None:
    """IMP-07: one file an entity, and its rows in it."""
    make.opportunity()
    make.task()
    make.case()
    make.event()
    archive = zipfile.ZipFile(io.BytesIO(exported("ada", "all", "zip")))
    names = {name.removesuffix(".csv") for name in archive.namelist()}
    assert {"contacts", "opportunities", "cases", "tasks", "invoices", "projects", "history"} <= names
    for name in ("opportunities", "cases", "tasks", "history"):
        assert rows(archive.read(f"{name}.csv")), name


def test_an_opportunity(make: Maker, exported: Any) -> None:
    """IMP-07: its amount is exact, its contact is named; one whose access is limited is not there for others."""
    make.opportunity(title="Aperta", amount="1000.50", currency="EUR", contact=make.contact(last_name="Rossi"))
    make.opportunity(title="Riservata", private=True)
    [row] = rows(exported("nino", "opportunities"))
    assert (row["title"], row["amount"], row["currency"], row["owner"]) == ("Aperta", "1000.5000", "EUR", "sergio")
    assert row["contact"].endswith("Rossi")
    assert {row["title"] for row in rows(exported("sergio", "opportunities"))} == {"Aperta", "Riservata"}


def test_what_a_row_names_may_be_hidden(make: Maker, exported: Any) -> None:
    """ACC-06: an open record that hangs on a private contact does not name it."""
    hidden = make.contact(last_name="Segretissimo", private=True)
    make.opportunity(title="Aperta", contact=hidden)
    content = exported("nino", "opportunities")
    assert b"Segretissimo" not in content


@pytest.mark.parametrize("entity", ["opportunities", "tasks", "invoices", "projects"])
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_a_list_of_each(make: Maker, exported: Any, entity: str, format_: str) -> None:
    """IMP-07: csv and xlsx of any list."""
    made = {"opportunities": "opportunity", "tasks": "task", "invoices": "invoice", "projects": "project"}
    getattr(make, made[entity])()
    assert len(exported("sergio", entity, format_)) > 50

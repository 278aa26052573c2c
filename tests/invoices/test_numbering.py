"""Numbers: their form, by hand, yearly, and without gap or double whoever bills at once."""

import datetime as dt
import multiprocessing
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import access
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.people import load_actor
from app.invoices import numbering, profile, service
from app.invoices.basics import NumberFormat
from app.invoices.models import Invoice
from tests.factories import Maker, acting
from tests.invoices.conftest import LINE, move, write

PROCESSES, EACH = 8, 125
APP: list[Flask] = []  # what the forked processes begin with


def choose(make: Maker, who: str = "marta", **keys: Any) -> None:
    """Set the format of numbers as somebody."""
    with make.app.app_context(), acting(make[who]):
        profile.save_format({"automatic": True, **keys})
        db.session.commit()


def billed(make: Maker, client: int, **keys: Any) -> str:
    """Write and bill an invoice; its number."""
    rest = make.once("rest", "sergio")
    answer = move(rest, write(rest, client, **keys)["id"], "billed")
    assert answer.status_code == 200, answer.text
    return str(answer.json["result"]["number"])


@pytest.mark.parametrize(
    ("prefix", "suffix", "digits", "count", "number"),
    [
        ("INV", "", 7, 1, "INV0000001"),
        ("", "/{year}", 1, 12, "12/2026"),
        ("{yy}-{month}-", "A", 4, 5, "26-03-0005A"),
        ("F", "", 2, 12345, "F12345"),
    ],
)
def test_form(prefix: str, suffix: str, digits: int, count: int, number: str) -> None:
    """INV-01: prefix and seven digits by default, and patterns."""
    how = NumberFormat(prefix=prefix, suffix=suffix, digits=digits)
    assert numbering.written(how, count, dt.date(2026, 3, 1)) == number


def test_changed_format(make: Maker) -> None:
    """INV-01: prefix and starting number, by administrators alone; numbers that are taken are passed over."""
    client = make.contact()
    assert billed(make, client) == "INV0000001"
    with pytest.raises(NotAllowed):
        choose(make, "sergio", prefix="X")
    choose(make, prefix="F", digits="3", start="57")
    assert [billed(make, client) for _ in range(2)] == ["F057", "F058"]
    choose(make, prefix="F", digits="3", start="56")
    assert [billed(make, client) for _ in range(2)] == ["F056", "F059"]


def test_yearly_restart(make: Maker) -> None:
    """INV-01: each year its own row of numbers, by the invoice's date."""
    client = make.contact()
    choose(make, prefix="", suffix="/{year}", digits="1", yearly=True)
    days = ("2026-05-01", "2027-01-01", "2026-12-31", "2027-01-02")
    assert [billed(make, client, date=day) for day in days] == ["1/2026", "1/2027", "2/2026", "2/2027"]


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"yearly": True, "prefix": "INV"}, "yearly"),
        ({"prefix": "{day}"}, "prefix"),
        ({"digits": "0"}, "digits"),
        ({"start": "0"}, "start"),
        ({"suffix": "x" * 21}, "suffix"),
    ],
)
def test_bad_formats(make: Maker, keys: dict[str, Any], field: str) -> None:
    """INV-01: a format that would give doubles, or that cannot be written, is refused on its field."""
    with pytest.raises(RuleBroken) as broken:
        choose(make, **keys)
    assert list(broken.value.errors) == [field]


def test_typed_by_hand(make: Maker) -> None:
    """INV-01: automatic off: typed, unique (409 on the field), needed for billing; numbers of hidden ones count too."""
    choose(make, automatic=False)
    rest, client = make.rest("sergio"), make.contact()
    first = write(rest, client, number="A-1")
    answer = make.rest("nino").post("/api/v1/invoices/", {"client": client, "number": "A-1", "lines": [LINE]})
    assert answer.status_code == 409
    assert list(answer.json["errors"]) == ["number"]
    second = write(rest, client)["id"]
    assert list(move(rest, second, "billed").json["errors"]) == ["number"]
    assert (
        rest.put(f"/api/v1/invoices/{second}", {"number": "A-2", "status": "billed"}).json["result"]["number"] == "A-2"
    )
    assert rest.put(f"/api/v1/invoices/{first['id']}", {"number": "A-1", "notes": "x"}).status_code == 200
    write(make.rest("sergio"), make.contact(private=True), number="A-3")
    answer = make.rest("nino").post("/api/v1/invoices/", {"client": client, "number": "A-3", "lines": [LINE]})
    assert answer.status_code == 409


def _bill_many(client: int, who: int) -> list[str]:
    """One process: bills invoices, and takes every tenth back before it is committed; what went wrong."""
    failures = []
    with APP[0].app_context():
        db.engine.dispose(close=False)  # the connections are the parent's
        found = load_actor(who)
        assert found
        with access.acting_as(found):
            for n in range(EACH + EACH // 9):
                try:
                    service.save({"client": client, "lines": [LINE], "status": "billed"})
                    db.session.rollback() if n % 10 == 9 else db.session.commit()
                except Exception as error:
                    db.session.rollback()
                    failures.append(repr(error))
    return failures


@pytest.mark.timeout(600)
def test_no_gap_and_no_double(app: Flask, make: Maker) -> None:
    """INV-01, threat 37: 8 processes bill 1,000 invoices, others are rolled back: 1..n, each once."""
    client = make.contact()
    APP[:] = [app]
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        failures = pool.starmap(_bill_many, [(client, make["sergio"].id)] * PROCESSES)
    assert not any(failures), failures
    with app.app_context(), access.acting_as(access.SYSTEM):
        numbers = sorted(db.session.scalars(select(Invoice.number)))
        db.session.remove()
    assert len(numbers) >= PROCESSES * EACH
    assert numbers == [f"INV{n:07}" for n in range(1, len(numbers) + 1)]

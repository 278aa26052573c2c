"""Currencies: the default one, those in use, dated rates by hand and from the ECB, what is worth how much (SET-03)."""

import datetime as dt
import http.server
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from app.core import fetching
from app.core.db import db
from app.settings import currencies, ecb
from tests.factories import Maker

PAGE = "/settings/currencies/"
See = Callable[[Callable[[], Any]], Any]
DAY = dt.date(2026, 11, 20)
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<Cube><Cube time='2026-11-20'><Cube currency='USD' rate='1.25'/><Cube currency='JPY' rate='160'/>
<Cube currency='CHF' rate='0.80'/></Cube></Cube></gesmes:Envelope>"""


def factors(day: dt.date | None = None) -> dict[str, Decimal]:
    return {code: rate.normalize() for code, rate in currencies.rates_of(day).factors.items()}


def typed(currency: str, rate: str, day: dt.date = DAY, base: str | None = None) -> None:
    currencies.add_rate({"currency": currency, "rate": rate, "day": day, "base": base})
    db.session.commit()


def test_the_default_one_and_those_in_use(make: Maker, seen: See) -> None:
    """SET-03: chosen by an administrator; forms offer them, the default one first; a user may not."""
    page = make.page("marta")
    assert page.post(PAGE, {"default": "CHF", "used": ["USD", "EUR"]}).status_code == 302
    assert seen(currencies.in_use) == ["CHF", "EUR", "USD"]
    form = make.page("sergio").get("/opportunities/add").text
    assert form.index('value="CHF"') < form.index('value="EUR"') < form.index('value="USD"')
    assert page.post(PAGE, {"default": "XXX"}).status_code == 400
    assert page.post(PAGE, {"default": "EUR", "used": ["ABC"]}).status_code == 400
    make.page("sergio").post(PAGE, {"default": "USD"})
    assert seen(currencies.default) == "CHF"


def test_rates_by_hand(make: Maker, seen: See) -> None:
    """SET-03: dated; a day has the latest one up to it; the same day's is replaced; taken away again."""
    page = make.page("marta")
    sent = {"currency": "USD", "day": "2026-11-10", "rate": "0.90"}
    assert page.post(f"{PAGE}rates", sent).status_code == 302
    page.post(f"{PAGE}rates", sent | {"day": "2026-11-20", "rate": "0.95"})
    page.post(f"{PAGE}rates", sent | {"day": "2026-11-20", "rate": "0.96"})
    looked = {
        day: seen(lambda day=day: factors(day)).get("USD") for day in (dt.date(2026, 11, 9), dt.date(2026, 11, 19), DAY)
    }
    assert list(looked.values()) == [None, Decimal("0.9"), Decimal("0.96")]
    rate = seen(lambda: currencies.rates()[0].id)
    page.post(f"{PAGE}rates/{rate}/delete")
    assert seen(lambda: factors(DAY))["USD"] == Decimal("0.9")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rate", "0"),
        ("rate", "-1"),
        ("rate", "tanto"),
        ("rate", ""),
        ("currency", "EUR"),
        ("currency", "ABC"),
        ("day", "x"),
        ("day", ""),
    ],
)
def test_what_is_refused(make: Maker, seen: See, field: str, value: str) -> None:
    """SET-03: a sentence on its field, what was typed stays, nothing is written."""
    sent = {"currency": "USD", "day": "2026-11-10", "rate": "0.1234"} | {field: value}
    answer = make.page("marta").post(f"{PAGE}rates", sent)
    assert answer.status_code == 400
    assert "field-bad" in answer.text
    assert field == "rate" or "0.1234" in answer.text
    assert seen(currencies.rates) == []


def test_ways_round(make: Maker, seen: See) -> None:
    """SET-03: turned round, and by way of a third currency; exact to many digits."""
    seen(lambda: typed("EUR", "1.25", base="USD"))
    seen(lambda: typed("EUR", "0.8", base="CHF"))
    assert seen(lambda: factors(DAY)) == {"EUR": 1, "USD": Decimal("0.8"), "CHF": Decimal("1.25")}
    seen(lambda: currencies.save("CHF", []))
    make.page("marta").post(PAGE, {"default": "CHF"})
    assert seen(lambda: factors(DAY)) == {"CHF": 1, "EUR": Decimal("0.8"), "USD": Decimal("0.64")}
    total, missing = seen(
        lambda: currencies.rates_of(DAY).converted({"USD": Decimal(100), "GBP": Decimal(5), "CHF": Decimal(1)})
    )
    assert (total, missing) == (Decimal("65.00"), ["GBP"])


class Bank(http.server.BaseHTTPRequestHandler):
    """Answers as the ECB's server does."""

    asked = 0
    file = FILE

    def do_GET(self) -> None:
        Bank.asked += 1
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(Bank.file)))
        self.end_headers()
        self.wfile.write(Bank.file.encode())

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Bank]]:
    """A server of rates on this machine, which the product takes for the ECB's."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    monkeypatch.setattr(ecb, "URL", f"http://127.0.0.1:{port}/rates.xml")
    monkeypatch.setattr(ecb, "GATE", fetching.Gate(public=lambda _address: True, ports=(port,)))
    Bank.asked, Bank.file = 0, FILE
    yield Bank
    server.shutdown()
    server.server_close()


def fetched() -> dict[str, Decimal]:
    ecb.fetch_rates()
    db.session.commit()
    return factors(DAY)


def test_rates_from_the_bank(make: Maker, seen: See, bank: type[Bank]) -> None:
    """SET-03: nothing is asked before it is turned on; then rates are fetched, and a typed one goes before them."""
    assert seen(fetched) == {"EUR": 1}
    assert bank.asked == 0
    page = make.page("marta")
    page.post(PAGE, {"default": "EUR", "fetching": "y"})
    seen(lambda: typed("EUR", "2", base="USD"))
    assert seen(fetched) == {"EUR": 1, "USD": Decimal("0.5"), "JPY": Decimal("0.00625"), "CHF": Decimal("1.25")}
    assert bank.asked == 1
    assert "20/11/2026" in page.get(PAGE).text
    assert seen(fetched)["CHF"] == Decimal("1.25")  # twice is once


@pytest.mark.parametrize("file", ["", "<html>sorry</html>", FILE.replace("'1.25'", "'0'"), "x" * 200_000])
def test_a_bank_that_answers_otherwise(make: Maker, seen: See, bank: type[Bank], file: str) -> None:
    """SET-03: is noted on the page, and no rate is written."""
    page = make.page("marta")
    page.post(PAGE, {"default": "EUR", "fetching": "y"})
    bank.file = file
    assert seen(fetched) == {"EUR": 1}
    assert "The last fetch failed" in page.get(PAGE).text

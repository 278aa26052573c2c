"""Rates of the European Central Bank, fetched once a working day when an administrator has turned that on (SET-03)."""

import datetime as dt
import logging
import re
from decimal import Decimal

from app.core import clock, fetching
from app.core.db import db
from app.settings import currencies
from app.settings.models import Preference
from app.settings.preferences import put

log = logging.getLogger(__name__)
URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
GATE = fetching.INTERNET
LARGEST = 100_000  # bytes; the file has 2,000
ON_KEY, SAID_KEY = "currency.ecb", "currency.ecb_said"
DAY = re.compile(r"""time=['"](\d{4}-\d{2}-\d{2})['"]""")
RATE = re.compile(r"""currency=['"]([A-Z]{3})['"]\s+rate=['"](\d{1,10}(?:\.\d{1,10})?)['"]""")


def is_on() -> bool:
    """Whether rates are fetched."""
    row = db.session.get(Preference, ON_KEY)
    return row is not None and bool(row.value)


def turn(on: bool) -> None:
    """Turn fetching on or off."""
    put(ON_KEY, on)
    db.session.flush()


def said() -> dict[str, str]:
    """How the last fetch went: `at` (an instant), `day` of the rates or `error`; empty before the first."""
    row = db.session.get(Preference, SAID_KEY)
    return dict(row.value) if row is not None else {}


def fetch_rates() -> None:
    """Fetch the rates of the day, if that is on. Safe to run twice; a failure is noted for the page. Flushes."""
    if not is_on():
        return
    try:
        day, rates = parsed(fetching.fetch(URL, LARGEST, gate=GATE).content.decode("utf-8", "replace"))
    except (fetching.NotFetched, ValueError) as error:
        log.warning("no rates from the ECB: %s", error)
        put(SAID_KEY, {"at": clock.now().isoformat(), "error": str(error)[:200]})
    else:
        rows = [{"currency": "EUR", "base": code, "day": day, "rate": rate} for code, rate in rates.items()]
        currencies.store([row | {"source": currencies.ECB} for row in rows])
        put(SAID_KEY, {"at": clock.now().isoformat(), "day": day.isoformat()})
    db.session.flush()


def parsed(text: str) -> tuple[dt.date, dict[str, Decimal]]:
    """The day and what one euro is worth, of a file as the ECB gives it. Raises ValueError for any other file."""
    day, rates = DAY.search(text), {code: Decimal(rate) for code, rate in RATE.findall(text)}
    if day is None or not rates or not all(rates.values()):
        raise ValueError("this is not the file of rates")
    return dt.date.fromisoformat(day[1]), rates

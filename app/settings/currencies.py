"""The default currency, those in use, and dated rates (SET-03): typed by hand, or fetched from the ECB.

A rate says what one unit of `currency` was worth in `base` from `day` on. What one of any is worth in the default one
is found from these: directly, turned round, or by way of one third (the ECB gives all of them against the euro).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from app.core import access, audit, clock, money
from app.core.cleaning import Cleaning
from app.core.db import db
from app.core.errors import RuleBroken
from app.settings.models import CurrencyRate, Preference
from app.settings.preferences import put
from app.settings.values import decimal

DEFAULT_KEY, USED_KEY = "currency.default", "currency.used"
FIRST = "EUR"
EXACT = Context(prec=34)
TYPED, ECB = "typed", "ecb"
Pair = tuple[str, str]


def default() -> str:
    """The code of the currency in which totals are given."""
    row = db.session.get(Preference, DEFAULT_KEY)
    return str(row.value) if row is not None else FIRST


def in_use() -> list[str]:
    """The codes that forms offer, the default one first."""
    row = db.session.get(Preference, USED_KEY)
    first = default()
    return [first, *(code for code in (row.value if row is not None else ()) if code != first)]


def save(chosen: Any, used: list[Any]) -> None:
    """Choose the default currency and those in use besides. Raises RuleBroken."""
    known, errors = set(money.currency_codes()), {}
    if chosen not in known:
        errors["default"] = _("“%(name)s” is not a currency.", name=str(chosen)[:10])
    if wrong := next((code for code in used if code not in known), None):
        errors["used"] = _("“%(name)s” is not a currency.", name=str(wrong)[:10])
    if errors:
        raise RuleBroken(errors)
    put(DEFAULT_KEY, chosen)
    put(USED_KEY, sorted({str(code) for code in used} - {chosen}))
    db.session.flush()


def add_rate(data: Mapping[str, Any]) -> None:
    """One unit of `currency` is worth `rate` in `base` (the default one, unless named) from `day` on; a rate of the
    same day is replaced. Raises RuleBroken."""
    base = data.get("base") or default()
    cleaning = Cleaning({"day": clock.today(access.current().timezone), **data, "base": base})
    cleaning.day("day")
    for key in ("currency", "base"):
        if data.get(key, base) not in money.currency_codes():
            cleaning.refuse(key, _("“%(name)s” is not a currency.", name=str(data.get(key))[:10]))
    if data.get("currency") == base:
        cleaning.refuse("currency", _("Choose another currency than the default one."))
    rate = _rate(data.get("rate"), cleaning)
    clean = cleaning.done()
    if clean["day"] is None:
        raise RuleBroken({"day": _("This field is required.")})
    store([{"currency": data["currency"], "base": base, "day": clean["day"], "rate": rate, "source": TYPED}])
    audit.note("setting.changed", f"currency_rate: {data['currency']}/{base} {clean['day']}", None, str(rate))


def _rate(value: Any, cleaning: Cleaning) -> Decimal | None:
    try:
        rate = decimal(value)
    except ValueError as error:
        cleaning.refuse("rate", str(error.args[0]))
        return None
    if not Decimal("0.0000000001") <= rate < 10**10:
        cleaning.refuse("rate", _("A rate is more than zero."))
    return rate


def store(rows: list[dict[str, Any]]) -> None:
    """Write rates, in place of those of the same day. A typed one is not replaced by a fetched one."""
    if not rows:
        return
    new = insert(CurrencyRate).values(rows)
    fresh = {"rate": new.excluded.rate, "source": new.excluded.source}
    typed_first = (CurrencyRate.source != TYPED) | (new.excluded.source == TYPED)
    key = ["currency", "base", "day"]
    db.session.execute(new.on_conflict_do_update(index_elements=key, set_=fresh, where=typed_first))


def delete_rate(pk: int) -> None:
    """Take a rate away."""
    if (rate := db.session.get(CurrencyRate, pk)) is not None:
        db.session.delete(rate)
        db.session.flush()


def rates(limit: int = 100) -> list[CurrencyRate]:
    """The latest rates."""
    newest = select(CurrencyRate).order_by(CurrencyRate.day.desc(), CurrencyRate.currency, CurrencyRate.id)
    return list(db.session.scalars(newest.limit(limit)))


@dataclass(frozen=True)
class Rates:
    """What one unit of each currency is worth in `currency`, the default one, on a day."""

    currency: str
    factors: Mapping[str, Decimal]

    def converted(self, sums: Mapping[str, Decimal]) -> tuple[Decimal, list[str]]:
        """Sums by currency as one amount of the default one, and the currencies left out for want of a rate."""
        known = {code: amount for code, amount in sums.items() if code in self.factors}
        total = sum((EXACT.multiply(amount, self.factors[code]) for code, amount in known.items()), Decimal(0))
        return total, sorted(code for code, amount in sums.items() if code not in known and amount)


def rates_of(day: dt.date | None = None) -> Rates:
    """The rates of a day (today). What can't be converted is not in them."""
    day, target = day or clock.today(access.current().timezone), default()
    pairs = _pairs(day)
    found = {target: Decimal(1)}
    for code in {code for pair in pairs for code in pair} - {target}:
        direct = pairs.get((code, target))
        middles = {b for a, b in pairs if a == code}
        ways = (EXACT.multiply(pairs[code, m], pairs[m, target]) for m in sorted(middles) if (m, target) in pairs)
        if (factor := direct or next(ways, None)) is not None:
            found[code] = factor
    return Rates(target, found)


def _pairs(day: dt.date) -> dict[Pair, Decimal]:
    """The latest rate of each pair up to `day`, in both directions; one that was given goes before one turned round."""
    latest = (
        select(CurrencyRate.currency, CurrencyRate.base, CurrencyRate.rate)
        .where(CurrencyRate.day <= day)
        .ext(distinct_on(CurrencyRate.currency, CurrencyRate.base))
        .order_by(CurrencyRate.currency, CurrencyRate.base, CurrencyRate.day.desc())
    )
    given: dict[Pair, Decimal] = {(a, b): rate for a, b, rate in db.session.execute(latest)}
    return {(b, a): EXACT.divide(Decimal(1), rate) for (a, b), rate in given.items()} | given

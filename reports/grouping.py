"""What reports share: who and what the ids of a grouping are called, months, and sums of several currencies in one."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, select

from app.core.db import db
from app.core.people import User
from app.settings import currencies
from app.settings.models import PickList
from app.settings.service import pick_values
from reports.asking import Asked

Folded = dict[Any, list[Any]]


def month_of(day: Any) -> ColumnElement[dt.date]:
    """The first day of a day's month."""
    return cast(func.date_trunc("month", day), Date)


def month_of_instant(instant: Any, zone: str) -> ColumnElement[dt.date]:
    """The first day of the month in which an instant falls where `zone` is the local time."""
    return cast(func.date_trunc("month", func.timezone(zone, instant)), Date)


def people(ids: Iterable[int | None]) -> dict[int | None, str]:
    """The names of users."""
    wanted = select(User.id, User.first_name + " " + User.last_name).where(User.id.in_([i for i in ids if i]))
    return {row[0]: row[1].strip() for row in db.session.execute(wanted)}


def words(which: PickList) -> dict[int | None, str]:
    """The words of a pick list by id, in its order."""
    return {value.id: value.label for value in pick_values(which)}


def folded(rows: Iterable[Any], asked: Asked, keys: int, amounts: range) -> tuple[Folded, list[str]]:
    """Rows of (key…, currency, number…) with the currencies of a key added up into the one that is shown.

    `amounts`: the positions, among the numbers, of those that are money. What has no rate adds nothing there and is
    named in the second answer.
    """
    factors = _factors(asked)
    found: Folded = {}
    missing: set[str] = set()
    for row in rows:
        key, code, numbers = tuple(row[:keys]), row[keys], row[keys + 1 :]
        factor = factors.get(code)
        worth = [_worth(n, i in amounts, factor) for i, n in enumerate(numbers)]
        if factor is None and any(numbers[i] for i in amounts):
            missing.add(code)
        total = found.setdefault(key, [0] * len(numbers))
        found[key] = [a + b for a, b in zip(total, worth, strict=True)]
    return found, sorted(missing)


def _factors(asked: Asked) -> Mapping[str, Decimal]:
    return {asked.currency: Decimal(1)} if asked.currency else currencies.rates_of().factors


def _worth(number: Any, is_money: bool, factor: Decimal | None) -> Any:
    if not is_money:
        return number or 0
    return currencies.EXACT.multiply(number or Decimal(0), factor or Decimal(0))


def in_order(keys: Iterable[Any], order: Callable[[Any], Any]) -> list[Any]:
    """Keys sorted, those that are None last."""
    return sorted(keys, key=lambda key: (key is None, order(key) if key is not None else 0))

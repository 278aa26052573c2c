"""The answer of a report: typed columns and rows, and what a chart of them shows. Nothing here knows any entity."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from app.core import money

CENT = Decimal("0.01")


class Kind(StrEnum):
    """What the cells of a column hold: str, int, Decimal (money, percent, days) or a month's first day."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    DAYS = "days"
    MONTH = "month"


SUMS = (Kind.COUNT, Kind.MONEY)


@dataclass(frozen=True)
class Column:
    """`adds`: whether its sum says something."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    adds: bool = True

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right."""
        return self.kind not in (Kind.TEXT, Kind.MONTH)


@dataclass(frozen=True)
class Chart:
    """Bars: one a value of column `label`, as long as `value`, in parts by column `split` where there is one."""

    label: int
    value: int
    split: int | None = None


@dataclass(frozen=True)
class Link:
    """The list that a figure counts: an entity, and what its list is filtered by: {column: value} for what is equal,
    {("gt", column): value} and {("lt", column): value} for what is more or less; of tasks the words of its address."""

    entity: str
    filters: Mapping[Any, Any]


def within(column: str, since: dt.date | None, until: dt.date | None) -> dict[Any, dt.date]:
    """What keeps a list's column of days within a span, both days in it, as Link.filters have it."""
    first = {("gt", column): since - dt.timedelta(1)} if since else {}
    return first | ({("lt", column): until + dt.timedelta(1)} if until else {})


@dataclass
class Table:
    """`links` are, for each row, the lists that its cells count, by the place of their column; or is empty. `missing`
    are the currencies left out for want of a rate."""

    columns: list[Column]
    rows: list[list[Any]]
    chart: Chart | None = None
    currency: str = ""
    missing: list[str] = field(default_factory=list)
    links: Sequence[Mapping[int, Link]] = field(default_factory=list)

    def totals(self) -> list[Any]:
        """The last row: a sum where it says something, None elsewhere."""
        return [
            sum(row[i] for row in self.rows if row[i] is not None) if c.kind in SUMS and c.adds else None
            for i, c in enumerate(self.columns)
        ]


def shown(value: Any, kind: Kind, currency: str) -> str:
    """A cell in the reader's way of writing."""
    if value is None:
        return "–" if kind != Kind.TEXT else _("None")
    if kind == Kind.MONEY:
        return money.format_money(value, currency)
    if kind == Kind.MONTH:
        return format_date(value, "LLL yyyy", locale=get_locale() or "en")
    if kind == Kind.PERCENT:
        return f"{value} %"
    return str(value)


def plain(value: Any, kind: Kind, currency: str) -> Any:
    """A cell as files and REST have it: money rounded to its minor unit, a month as 2026-11."""
    if kind == Kind.MONEY and value is not None:
        return money.round_money(value, currency)
    return f"{value:%Y-%m}" if kind == Kind.MONTH and isinstance(value, dt.date) else value


def percent(part: Any, whole: Any) -> Decimal | None:
    """`part` of `whole` in percent with one decimal; None of nothing."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


def in_days(seconds: Any) -> Decimal | None:
    """Seconds as days with one decimal."""
    return None if seconds is None else (Decimal(seconds) / 86400).quantize(Decimal("0.1"), ROUND_HALF_UP)


def headed(*columns: tuple[Any, ...]) -> list[Column]:
    """Columns from (name, label[, kind[, adds]])."""
    return [Column(*column) for column in columns]


def labels_of(table: Table, at: int) -> Sequence[str]:
    """A column as words."""
    return [shown(row[at], table.columns[at].kind, table.currency) for row in table.rows]

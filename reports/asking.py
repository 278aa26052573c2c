"""What a report is asked: a period, a grouping, a person, a currency. One reading of it for page, REST and mail."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import access, clock, money
from app.core.errors import RuleBroken
from app.settings import currencies
from reports.tables import Table

ALL, FROM_TO = "all", "days"
PERIODS: dict[str, Any] = {
    "month": _l("This month"),
    "last_month": _l("Last month"),
    "quarter": _l("This quarter"),
    "last_quarter": _l("Last quarter"),
    "year": _l("This year"),
    "last_year": _l("Last year"),
    "12_months": _l("Last 12 months"),
    "next_12_months": _l("Next 12 months"),
    ALL: _l("All time"),
    FROM_TO: _l("From … to …"),
}
KEYS = ("period", "since", "until", "by", "owner", "currency")


@dataclass(frozen=True)
class Report:
    """One question. `make` answers it; `groupings` are what it may be told `by`, the usual one first; `permission` is
    the entity that one must be allowed to read."""

    key: str
    label: Any
    about: Any
    permission: str
    make: Callable[["Asked"], Table]
    groupings: Mapping[str, Any] = field(default_factory=dict)
    period: str = ALL
    has_money: bool = True
    dated_by: Any = ""


@dataclass(frozen=True)
class Asked:
    """What one asks. `since` and `until` are days, both within, None without end, where `zone` is the local time; no
    `owner` means everybody; no `currency` means all of them, converted into the default one by the day's rates."""

    by: str
    period: str = ALL
    since: dt.date | None = None
    until: dt.date | None = None
    owner: int | None = None
    currency: str = ""

    @property
    def zone(self) -> str:
        """Where the reader's days begin and end."""
        return access.current().timezone

    @property
    def shown_currency(self) -> str:
        """The currency of the amounts."""
        return self.currency or currencies.default()

    def of_month(self, first: dt.date) -> tuple[dt.date, dt.date]:
        """The days of a month, given by its first, that lie within the period."""
        last = later(first, 1) - dt.timedelta(1)
        return max(first, self.since or first), min(last, self.until or last)

    @property
    def chosen(self) -> dict[Any, Any]:
        """Person and currency, as a list's filters (`tables.Link`)."""
        return {name: value for name, value in (("owner", self.owner), ("currency", self.currency)) if value}

    def days(self, column: Any) -> list[Any]:
        """Conditions that hold a column of days within the period."""
        begins = [column >= self.since] if self.since else []
        return [*begins, column <= self.until] if self.until else begins

    def instants(self, column: Any) -> list[Any]:
        """The same for a column of instants."""
        begins = [column >= self._midnight(self.since)] if self.since else []
        return [*begins, column < self._midnight(self.until + dt.timedelta(1))] if self.until else begins

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), ZoneInfo(self.zone))


def read(report: Report, args: Mapping[str, Any]) -> Asked:
    """What an address (or a stored row) asks, relative periods counted from today. Raises RuleBroken."""
    errors: dict[str, str] = {}
    by, period, currency = (str(args.get(key) or "") for key in ("by", "period", "currency"))
    by, period = by or next(iter(report.groupings), ""), period or report.period
    if report.groupings and by not in report.groupings:
        errors["by"] = _("Choose one of: %(names)s.", names=", ".join(report.groupings))
    if period not in PERIODS:
        errors["period"] = _("Choose one of: %(names)s.", names=", ".join(PERIODS))
    if currency and currency not in money.currency_codes():
        errors["currency"] = _("“%(name)s” is not a currency.", name=currency[:10])
    owner = _number(args.get("owner"), errors)
    since, until = _day(args, "since", errors), _day(args, "until", errors)
    if period != FROM_TO:
        if since or until:
            errors["since"] = _("From and To count with the period “%(name)s” alone.", name=PERIODS[FROM_TO])
        since, until = span(period)
    if since and until and since > until:
        errors["until"] = _("The last day comes before the first one.")
    if errors:
        raise RuleBroken(errors)
    return Asked(by, period, since, until, owner, currency)


def _number(value: Any, errors: dict[str, str]) -> int | None:
    text = str(value or "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        errors["owner"] = _("Choose a user.")
        return None
    return int(text) if text else None


def _day(args: Mapping[str, Any], key: str, errors: dict[str, str]) -> dt.date | None:
    text = str(args.get(key) or "")
    try:
        found = dt.date.fromisoformat(text) if text else None
    except ValueError:
        found = dt.date.max
    if found and not 1970 <= found.year < 2200:
        errors[key] = _("Please write the date as dd/mm/yyyy")
        return None
    return found


def span(period: str) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a period as seen today."""
    today = clock.today(access.current().timezone)
    month = today.replace(day=1)
    quarter, year = month.replace(month=(today.month - 1) // 3 * 3 + 1), today.replace(month=1, day=1)
    begins = {"month": (month, 1), "quarter": (quarter, 3), "year": (year, 12), "next_12_months": (month, 12)}
    begins |= {"last_month": (later(month, -1), 1), "last_quarter": (later(quarter, -3), 3)}
    begins |= {"last_year": (later(year, -12), 12), "12_months": (later(month, -11), 12)}
    if period not in begins:
        return None, None
    first, months = begins[period]
    return first, later(first, months) - dt.timedelta(1)


def later(first: dt.date, months: int) -> dt.date:
    """The first day of the month so many months later."""
    count = first.year * 12 + first.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)

"""Reads what comes from forms and programs: each value clean, or a sentence on its field."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

Errors = dict[str, list[str]]
YEARS = range(1900, 2200)


class Reader:
    """Takes values out of `data` and puts what is wrong with them into `errors`, under `place` where one is named."""

    def __init__(self, data: dict[str, Any], errors: Errors, place: str = "", words: str = "%s") -> None:
        self.data, self.errors, self.place, self.words = data, errors, place, words

    def refuse(self, key: str, why: str) -> None:
        """Note a reason."""
        self.errors.setdefault(self.place or key, []).append(self.words % why)

    def text(self, key: str, limit: int, required: bool = False) -> str | None:
        """Trimmed text; None for an empty one."""
        given = self.data.get(key)
        value = str(given).replace("\r\n", "\n").strip() if given is not None else ""
        if len(value) > limit:
            self.refuse(key, _("At most %(limit)s characters.", limit=limit))
        elif "\0" in value:
            self.refuse(key, _("This text holds characters that can't be stored."))
        elif required and not value:
            self.refuse(key, _("This field is required."))
        return value or None

    def number(self, key: str, low: str, high: str, places: int, default: str | None = None) -> Decimal:
        """An exact number from `low` to `high` with at most `places` decimals. Zero stands for what was refused."""
        given = self.data.get(key)
        given = default if given in (None, "") and default is not None else given
        try:
            value = Decimal(str(given).strip())
        except InvalidOperation:
            value = Decimal("NaN")
        if given is None or isinstance(given, bool) or not value.is_finite():
            self.refuse(key, _("This is not a number."))
            return Decimal(0)
        if not Decimal(low) <= value <= Decimal(high):
            self.refuse(key, _("A number from %(low)s to %(high)s, please.", low=low, high=high))
        elif value != round(value, places):
            self.refuse(key, _("At most %(n)s decimals.", n=places))
        return value

    def day(self, key: str, default: dt.date | None = None) -> dt.date | None:
        """A day, as a date or in ISO form."""
        given = self.data.get(key)
        if given in (None, ""):
            return default
        try:
            value = given if isinstance(given, dt.date) else dt.date.fromisoformat(str(given))
        except ValueError:
            value = None
        if value is None or value.year not in YEARS:
            self.refuse(key, _("This is not a day."))
            return default
        return value

    def choice(self, key: str, offered: Collection[str], default: str) -> str:
        """One of a few words."""
        value = str(self.data.get(key) or default)
        if value not in offered:
            self.refuse(key, _("“%(name)s” is not in the list.", name=value[:60]))
        return value


def identity(wanted: Any) -> int | None:
    """The id in what names a row: a number, its digits, or an object with `id`; None for anything else."""
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    if isinstance(wanted, str) and wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        return int(wanted)
    return wanted if type(wanted) is int and 0 < wanted < 2**63 else None


def number(value: Decimal) -> str:
    """An exact number as short as it can be said."""
    return f"{value.normalize():f}"

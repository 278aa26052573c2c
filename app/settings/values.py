"""What a value of a custom field may be, by the field's kind, and its one normal form (SET-08). Pure.

Normal forms are plain JSON: text, a bool, a day as `2026-11-24`, a number as exact decimal text (`12.5`), money as
`{"amount": "12.50", "currency": "EUR"}`. Equal values have equal forms, so that an index finds them by containment.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import get_currency_precision, list_currencies
from flask_babel import lazy_gettext as _l

LONGEST = {"text": 1_000, "long_text": 100_000, "link": 2_000}
DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?", re.ASCII)  # fits the precision that Decimal computes with
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
HOST = re.compile(r"[\w-]+(\.[\w-]+)+([:/?#]\S*)?")
DEFAULT_CURRENCY = "EUR"
CURRENCIES = frozenset(list_currencies())


class FieldKind(StrEnum):
    """What a custom field holds. A heading holds nothing: it stands above the fields that follow it."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHECKBOX = "checkbox"
    DATE = "date"
    HEADING = "heading"
    NUMBER = "number"
    MONEY = "money"
    LINK = "link"


def clean(kind: str, value: Any, options: Sequence[str] = ()) -> Any:
    """The normal form of `value`; None for an empty one. Raises ValueError with a (lazily translated) sentence."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if kind == FieldKind.CHOICE:
        return _choice(value, options)
    return RULES[FieldKind(kind)](value)


def _words(value: Any, limit: int) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise ValueError(_l("This is not a text."))
    text = str(value).strip()
    if "\0" in text:
        raise ValueError(_l("This text holds characters that can't be stored."))
    if len(text) > limit:
        raise ValueError(_l("At most %(limit)s characters.", limit=limit))
    return text


def _text(value: Any) -> str:
    return " ".join(_words(value, LONGEST["text"]).split())


def _long_text(value: Any) -> str:
    return _words(value, LONGEST["long_text"]).replace("\r\n", "\n")


def _choice(value: Any, options: Sequence[str]) -> str:
    text = _words(value, LONGEST["text"])
    found = next((o for o in options if o.casefold() == text.casefold()), None)
    if found is None:
        raise ValueError(_l("“%(name)s” is not one of the choices.", name=text[:60]))
    return found


def _checkbox(value: Any) -> bool:
    words = {"true": True, "false": False}
    found = words.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise ValueError(_l("This is neither yes nor no."))
    return found


def _date(value: Any) -> str:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    try:
        if isinstance(value, str) and DAY.fullmatch(value.strip()):
            return dt.date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        pass
    raise ValueError(_l("“%(text)s” is not a date.", text=str(value)[:60]))


def decimal(value: Any) -> Decimal:
    """An exact number: 12, "12.50", a float as it is written. Raises ValueError."""
    text = str(value).strip() if isinstance(value, (str, int, float, Decimal)) and not isinstance(value, bool) else ""
    if isinstance(value, (float, Decimal)) and Decimal(text).is_finite():
        text = f"{Decimal(text):f}"
    if not DECIMAL.fullmatch(text):
        raise ValueError(_l("“%(text)s” is not a number (at most 15 digits and 10 decimals).", text=str(value)[:60]))
    return Decimal(text)


def _number(value: Any) -> str:
    number = decimal(value)
    plain = f"{number:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain if number else "0"


def _money(value: Any) -> dict[str, str] | None:
    parts = value if isinstance(value, dict) else {"amount": value}
    if set(parts) - {"amount", "currency"}:
        raise ValueError(_l("Money is an amount and a currency."))
    amount = parts.get("amount")
    if amount is None or (isinstance(amount, str) and not amount.strip()):
        return None
    currency = str(parts.get("currency") or DEFAULT_CURRENCY).strip().upper()
    if currency not in CURRENCIES:
        raise ValueError(_l("“%(name)s” is not a currency.", name=currency[:10]))
    places = get_currency_precision(currency)
    number = decimal(amount)
    if number != round(number, places):
        raise ValueError(_l("%(currency)s has at most %(places)s decimals.", currency=currency, places=places))
    return {"amount": f"{number or abs(number):.{places}f}", "currency": currency}


def _link(value: Any) -> str:
    text = _words(value, LONGEST["link"])
    address = f"https://{text}" if HOST.fullmatch(text) else text
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f\\]", text)
    except ValueError:
        fine = False
    if not fine:
        raise ValueError(_l("“%(text)s” is not a web address.", text=text[:60]))
    return address


def _nothing(_value: Any) -> None:
    raise ValueError(_l("A heading holds no value."))


RULES: dict[FieldKind, Callable[[Any], Any]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.CHECKBOX: _checkbox,
    FieldKind.DATE: _date,
    FieldKind.HEADING: _nothing,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.LINK: _link,
}

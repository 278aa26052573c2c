"""Money is a Decimal beside an ISO 4217 code. Rounded half-up to the currency's minor unit, here and nowhere else."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import format_currency, get_currency_name, get_currency_precision, list_currencies
from flask_babel import get_locale

# Codes of ISO 4217 that are no money one bills in: metals, funds, tests (CLDR lists the withdrawn ones too).
NO_MONEY = {"XAU", "XAG", "XPT", "XPD", "XDR", "XTS", "XXX", "XUA", "XSU", "XBA", "XBB", "XBC", "XBD", "CHE", "CHW"}


@cache
def currency_codes() -> tuple[str, ...]:
    """The codes in use today, in alphabetical order (CLDR: those that are legal tender of some territory)."""
    from babel.core import get_global

    tenders = get_global("territory_currencies").values()
    present = {entry[0] for entries in tenders for entry in entries if entry[2] is None and entry[3]}
    return tuple(sorted((present - NO_MONEY) & set(list_currencies())))


def minor_digits(currency: str) -> int:
    """Digits after the decimal mark: EUR 2, JPY 0, KWD 3 (CLDR)."""
    return int(get_currency_precision(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Half-up to the currency's minor unit (SPEC INV, formulae)."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


def format_money(amount: Decimal, currency: str, locale: str | None = None) -> str:
    """`1.234,56 €` in the reader's way of writing, or in that of `locale`; always with all its minor digits."""
    return str(format_currency(round_money(amount, currency), currency, locale=locale or get_locale() or "en"))


def plain(amount: Decimal, currency: str) -> str:
    """Exact text with a dot and all minor digits, as JSON and e-invoices have it."""
    return f"{round_money(amount, currency):f}"


def currency_choices() -> list[tuple[str, str]]:
    """(code, "code – name in the reader's language")."""
    locale = get_locale() or "en"
    return [(code, f"{code} – {get_currency_name(code, locale=locale)}") for code in currency_codes()]

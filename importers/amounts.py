"""Amounts as people write them, exact. Whether a comma or a dot is the decimal mark is settled by column (policy 6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import list_currencies
from flask_babel import lazy_gettext as _l

LONGEST = 40
# Blanks and apostrophes within a number stand between groups of three digits and nowhere else.
GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:[\s'’]\d{3})+(?!\d)")
BETWEEN = re.compile(r"[\s'’]")
CURRENCY = re.compile(r"^([A-Za-z]{3}|[€$£¥]|[Ff]r\.?)\s*|\s*([A-Za-z]{3}|[€$£¥])$")
SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "FR": "CHF", "FR.": "CHF"}
CODES = frozenset(list_currencies())
SHAPES = {
    ",": re.compile(r"(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)?(?:,\d+)?"),
    ".": re.compile(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)?(?:\.\d+)?"),
}
THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


@dataclass
class Evidence:
    """What a column's cells say about its decimal mark: `add` them chunk by chunk, then ask."""

    comma: bool = False
    dot: bool = False
    unclear: bool = False

    def add(self, cells: Iterable[str]) -> None:
        """Look at trimmed cells."""
        for cell in cells:
            if not 0 < len(cell) <= LONGEST:
                continue
            body = _body(cell)[1]
            comma, dot = SHAPES[","].fullmatch(body), SHAPES["."].fullmatch(body)
            if ("," in body or "." in body) and bool(comma) != bool(dot):
                self.comma |= bool(comma)
                self.dot |= bool(dot)
            self.unclear |= bool(THOUSANDS.fullmatch(body))

    def verdict(self) -> str | None:
        """The decimal mark; None when it makes a difference and the column does not tell, or says both."""
        if self.comma != self.dot:
            return "," if self.comma else "."
        return None if self.unclear or self.comma else "."


def parse(cell: str, decimal: str = ".") -> Decimal | None:
    """The exact number of a trimmed cell, None for an empty one. Raises ValueError with a sentence."""
    number, currency = money(cell, decimal)
    if currency:
        raise _not_an_amount(cell)
    return number


def money(cell: str, decimal: str = ".") -> tuple[Decimal | None, str]:
    """The exact amount of a trimmed cell (None for an empty one) and the code of its currency, "" where it names none.

    Raises ValueError with a sentence.
    """
    if not cell:
        return None, ""
    if len(cell) <= LONGEST:
        negative, body, currency = _body(cell)
        if any(c.isdecimal() for c in body) and body.isascii() and SHAPES[decimal].fullmatch(body):
            group = "," if decimal == "." else "."
            number = Decimal(body.replace(group, "").replace(decimal, "."))
            code = SYMBOLS.get(currency, currency)
            if not code or code in CODES:
                return -number if negative else number, code
    raise _not_an_amount(cell)


def _not_an_amount(cell: str) -> ValueError:
    return ValueError(_l("“%(text)s” is not an amount", text=cell[:60]))


def _body(cell: str) -> tuple[bool, str, str]:
    """Sign, digits with their marks, currency: `(€ 1.234,50)` is negative `1.234,50` in `€`."""
    plain = GROUPED.sub(lambda found: BETWEEN.sub("", found[0]), cell)
    signed = negative = plain[:1] == "(" and plain[-1:] == ")"
    plain, currency = plain[1:-1].strip() if negative else plain, ""
    for _ in range(2):
        if plain[:1] in ("-", "−", "+") and not signed:
            signed, negative = True, plain[0] != "+"
            plain = plain[1:].lstrip()
        found = None if currency else CURRENCY.search(plain)
        if found:
            currency = (found[1] or found[2]).upper()
            plain = plain[: found.start()] + plain[found.end() :]
    if plain[-1:] in ("-", "−") and not signed:
        negative, plain = True, plain[:-1].rstrip()
    return negative, plain, currency

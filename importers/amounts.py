"""Amounts as people write them, exact. Whether a comma or a dot is the decimal mark is settled by column (policy 6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import lazy_gettext as _l

LONGEST = 40
SPACES = re.compile(r"[\s\u00a0\u202f'’]")
CURRENCY = re.compile(r"^(?:[A-Za-z]{3}|[€$£¥]|Fr\.?)|(?:[A-Za-z]{3}|[€$£¥])$")
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
    if not cell:
        return None
    if len(cell) <= LONGEST:
        negative, body = _body(cell)
        if any(c.isdecimal() for c in body) and body.isascii() and SHAPES[decimal].fullmatch(body):
            group = "," if decimal == "." else "."
            number = Decimal(body.replace(group, "").replace(decimal, "."))
            return -number if negative else number
    raise ValueError(_l("“%(text)s” is not an amount", text=cell[:60]))


def _body(cell: str) -> tuple[bool, str]:
    """Sign and digits with their marks: `(€ 1.234,50)` is negative `1.234,50`."""
    plain = SPACES.sub("", cell)
    negative = plain[:1] == "(" and plain[-1:] == ")"
    plain = plain[1:-1] if negative else plain
    for _ in range(2):
        if plain[:1] in ("-", "−", "+"):
            negative ^= plain[0] != "+"
            plain = plain[1:]
        plain = CURRENCY.sub("", plain, count=1)
    if plain[-1:] in ("-", "−"):
        negative, plain = not negative, plain[:-1]
    return negative, plain

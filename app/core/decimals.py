"""Amounts as a reader writes them: `1.234,5` in Italian and `1,234.5` in English are one exact number."""

import re
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

CANONICAL = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
BLANKS = re.compile(r"[\s\u00a0\u202f']")


def local_decimal(text: str) -> str:
    """An amount as its reader writes it, as exact text with a dot. Raises ValueError with an example."""
    locale = get_locale()
    try:
        return f"{parse_decimal(BLANKS.sub('', text), locale=locale, strict=True):f}"
    except NumberFormatError:
        example = format_decimal(Decimal("1234.5"), locale=locale)
        raise ValueError(_("Write the number as %(example)s.", example=example)) from None


def shown_decimal(number: Any) -> str:
    """Exact text with a dot, as its reader writes it, with all its decimals; any other text as it is."""
    text = str(number)
    if not CANONICAL.fullmatch(text):
        return text
    pattern = f"#,##0.{'0' * len(text.partition('.')[2])}"
    return format_decimal(Decimal(text), format=pattern, locale=get_locale(), decimal_quantization=False)

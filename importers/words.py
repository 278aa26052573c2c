"""Words and small values in the cells of flat records: times of day, percents, kinds of budget, done or not. Pure.

Each takes a trimmed, filled cell and raises ValueError with a sentence.
"""

import datetime as dt
import re
from functools import cache

from flask_babel import lazy_gettext as _l

from importers import values
from importers.headings import normal
from importers.known import records

CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2}(?:\.\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?"
TIME = re.compile(CLOCK)
AFTER_DAY = re.compile(rf".*[ T,](?:{CLOCK})")
ZONED = re.compile(r".*\d:\d{2}.* ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})")
NUMBER = re.compile(r"(\d{1,9})(?:[.,]0+)?")
SPAN = re.compile(r"(\d{1,5})\s*([a-zA-Z]*).*")
MINUTES = {"m": 1, "h": 60, "o": 60, "d": 24 * 60, "g": 24 * 60, "": 1}
NEVER = -1  # as minutes
NEVER_WORDS = {"never", "mai", "nessuno", "nessuna", "none", "no", "off"}


@cache
def _table(lists: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {normal(word): name for name, words in lists for word in words.split(",")}


def budget(cell: str) -> str:
    """The type of a budget, as the room names it."""
    found = _table(tuple(records.BUDGETS.items())).get(normal(cell[:60]))
    if found is None:
        raise ValueError(
            _l("“%(text)s” is no kind of budget: fixed, or per hour, day, week, month, year", text=cell[:60])
        )
    return found


def whole(cell: str) -> int:
    """A whole number, with or without a percent sign."""
    found = NUMBER.fullmatch(cell.removesuffix("%").rstrip())
    if found is None:
        raise ValueError(_l("“%(text)s” is not a whole number", text=cell[:60]))
    return int(found[1])


def done(cell: str) -> bool:
    """Whether a record is closed, from yes and no or from the name of a status."""
    word = normal(cell[:60])
    known = _table((("done", records.DONE), ("undone", records.UNDONE))).get(word)
    return values.flag(cell) if known is None else known == "done"


def reminder(cell: str) -> int:
    """Minutes before, NEVER for none; `60`, `1 hour`, `2 ore`, `1 giorno prima`."""
    if cell[:20].lower() in NEVER_WORDS:
        return NEVER
    found = SPAN.fullmatch(cell[:40])
    unit = MINUTES.get(found[2][:1].lower()) if found else None
    if not found or unit is None:
        raise ValueError(_l("“%(text)s” is no time before: write minutes, or never", text=cell[:60]))
    return int(found[1]) * unit


def time(cell: str) -> dt.time:
    """A time of day: `14:30`, `9.05`, `2:30 PM`."""
    found = TIME.fullmatch(cell[:20])
    if found is None or (read := _time(found)) is None:
        raise ValueError(_l("“%(text)s” is not a time of day", text=cell[:60]))
    return read


def time_beside(cell: str) -> dt.time | None:
    """The time that stands behind a day in its cell; None for a day alone, and for midnight, as spreadsheets write a
    day alone."""
    if ZONED.fullmatch(cell[:40]):
        raise ValueError(_l("“%(text)s” says its time zone: write the time of the responsible person", text=cell[:60]))
    found = AFTER_DAY.fullmatch(cell[:40])
    if found is None:
        return None
    read = _time(found)
    if read is None:
        raise ValueError(_l("“%(text)s” is not a time of day", text=cell[:60]))
    return None if read == dt.time() else read


def _time(found: re.Match[str]) -> dt.time | None:
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None

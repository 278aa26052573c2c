"""Days as people write them. Whether `03/04/2025` is March or April is settled once for the whole column (policy 6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

LONGEST = 40
TIME = r"(?:[ T,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"
NUMBERS = re.compile(rf"(\d{{1,4}})([./ -])(\d{{1,2}})\2(\d{{1,4}}){TIME}")
BASIC = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){TIME}")
EMPTY = re.compile(r"0{1,4}[./-]0{1,2}[./-]0{1,4}(?:[ T]00:00(?::00)?)?")
DAY_NAME = re.compile(rf"(\d{{1,2}})[a-zº°.]{{0,3}}[ /-]+([^\W\d]{{3,12}})[.,]?[ /-]+(\d{{2}}|\d{{4}}){TIME}")
NAME_DAY = re.compile(rf"([^\W\d]{{3,12}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}}){TIME}")
MONTHS = [
    "jan january gen gennaio",
    "feb february febbraio",
    "mar march marzo",
    "apr april aprile",
    "may mag maggio",
    "jun june giu giugno",
    "jul july lug luglio",
    "aug august ago agosto",
    "sep sept september set settembre",
    "oct october ott ottobre",
    "nov november novembre",
    "dec december dic dicembre",
]
MONTH = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split()}


@dataclass
class Evidence:
    """What a column's cells say about its order: `add` them chunk by chunk, then ask."""

    day_first: bool = False
    month_first: bool = False
    unclear: bool = False

    def add(self, cells: Iterable[str]) -> None:
        """Look at trimmed cells."""
        for cell in cells:
            found = NUMBERS.fullmatch(cell) if 0 < len(cell) <= LONGEST else None
            if not found or len(found[1]) > 2 or EMPTY.fullmatch(cell):
                continue
            one, two = int(found[1]), int(found[3])
            self.day_first |= one > 12 >= two
            self.month_first |= two > 12 >= one
            self.unclear |= one <= 12 and two <= 12 and one != two

    def verdict(self) -> bool | None:
        """Day first? None when it makes a difference and the column does not tell, or says both."""
        if self.day_first != self.month_first:
            return self.day_first
        return None if self.unclear or self.day_first else True


def parse(cell: str, day_first: bool = True) -> date | None:
    """The day of a trimmed cell; None for an empty one and for `0/0/00`. Raises ValueError with a sentence."""
    if not cell:
        return None
    try:
        if len(cell) <= LONGEST:
            return None if EMPTY.fullmatch(cell) else _day(cell, day_first)
    except (ValueError, KeyError):
        pass
    raise ValueError(_l("“%(text)s” is not a date", text=cell[:60]))


def _day(cell: str, day_first: bool) -> date:
    if found := NUMBERS.fullmatch(cell):
        one, two, three = found[1], found[3], found[4]
        if len(one) == 4 and len(three) <= 2:
            return date(int(one), int(two), int(three))
        day, month = (one, two) if day_first else (two, one)
        return date(_year(three), int(month), int(day))
    if found := BASIC.fullmatch(cell):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := DAY_NAME.fullmatch(cell):
        return date(_year(found[3]), MONTH[found[2].lower()], int(found[1]))
    if found := NAME_DAY.fullmatch(cell):
        return date(int(found[3]), MONTH[found[1].lower()], int(found[2]))
    raise ValueError(cell)


def _year(digits: str) -> int:
    """Two digits as POSIX reads them: 69 to 99 are the last century. One or three digits are no year."""
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise ValueError(digits)
    return int(digits) + (1900 if int(digits) >= 69 else 2000)

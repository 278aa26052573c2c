"""The one writer of CSV, so that no export, report or error file lets a cell run as a formula (threat 7, policy 7).

A cell that a spreadsheet could take for a formula gets an apostrophe before it; the importers take it off again. Cells
that begin with apostrophes and then such a mark get one more, so that reading gives back exactly what was written.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

MARKS = frozenset("'=+-@\t\r")
GUARDED = re.compile(r"'*[=+\-@\t\r]")
GUARD = re.compile(r"'+[=+\-@\t\r]")
# What may begin with + or - without being a formula: numbers anywhere, phones in columns of phones.
NUMBER = re.compile(r"[+-]?\d{1,30}([.,]\d{1,30})?")
PHONE = re.compile(r"\+[\d\s()./-]{1,60}")

# Names in one cell: what makes one need quotes, and a list with such ones.
QUOTE = '"'
UNSAFE = re.compile(r'[;,|"\r\n]|^\* | ::: |^(?:mycontacts|starred)$', re.IGNORECASE)
QUOTED_ITEM = re.compile(r'"((?:[^"]|"")*)"(?:; |$)|([^;"]+)(?:; |$)')
QUOTED_LIST = re.compile(rf"(?:{QUOTED_ITEM.pattern})+")


def safe_cell(value: Any, phone: bool = False) -> str:
    """The text of one cell, guarded unless it is a number (or, in a column of phones, a phone number)."""
    text = "" if value is None else str(value)
    if text[:1] not in MARKS or not GUARDED.match(text) or NUMBER.fullmatch(text) or (phone and PHONE.fullmatch(text)):
        return text
    return f"'{text}"


def unguarded(text: str) -> str:
    """The inverse of `safe_cell`: our apostrophe taken off, every other cell as it is."""
    return text[1:] if text[:1] == "'" and GUARD.match(text) else text


def joined(names: Iterable[str]) -> str:
    """Several short names in one cell, as `parted` reads them; a name that holds a separator stands in quotes."""
    return "; ".join(f'"{name.replace(QUOTE, QUOTE * 2)}"' if UNSAFE.search(name) else name for name in names)


def parted(cell: str) -> list[str] | None:
    """The names of a cell that `joined` wrote with quotes; None for a cell without any."""
    if QUOTE not in cell or not QUOTED_LIST.fullmatch(cell):
        return None
    found = QUOTED_ITEM.finditer(cell)
    return [m[1].replace(QUOTE * 2, QUOTE) if m[1] is not None else m[2] for m in found]


class CsvWriter:
    """Writes rows as UTF-8 with BOM, CRLF, commas (RFC 4180; the BOM is for Excel).

    `phones`: positions of the columns that hold phone numbers.
    """

    def __init__(self, file: "SupportsWrite[str]", columns: Sequence[Any], phones: Iterable[int] = ()) -> None:
        self._phones = frozenset(phones)
        self._writer = csv.writer(file, lineterminator="\r\n")
        self.row(columns)

    @classmethod
    def to_bytes(cls, file: BinaryIO, columns: Sequence[Any], phones: Iterable[int] = ()) -> "CsvWriter":
        """A writer to a binary file, which gets the BOM first."""
        file.write(codecs.BOM_UTF8)
        return cls(codecs.getwriter("utf-8")(file), columns, phones)

    def rows(self, many: Iterable[Sequence[str | None]]) -> None:
        """Many rows of texts at once. Only a cell that begins with a mark is looked at closely."""
        guarded, phones = MARKS, self._phones
        self._writer.writerows(
            [c if not c or c[0] not in guarded else safe_cell(c, i in phones) for i, c in enumerate(row)]
            for row in many
        )

    def row(self, cells: Iterable[Any]) -> None:
        """One row; cells may be any value with a text, None is an empty cell."""
        self._writer.writerow([safe_cell(c, i in self._phones) for i, c in enumerate(cells)])

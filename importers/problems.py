"""The refused rows as a file to mend and upload again: the same columns, then `_line` and `_reason` (SPEC IMP-04)."""

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from app.core.tables import CsvWriter
from importers.mapping import Mapping

COLUMNS = ("_line", "_reason")
Problem = tuple[int, Any, Sequence[str]]


def write(file: BinaryIO, titles: Sequence[str], problems: Iterable[Problem], mapping: Mapping | None = None) -> int:
    """Write refused rows, each (line, reason, cells as read), to a binary file; gives their number.

    Cells beyond the headings stand after the reason, so nothing is lost and such a row stays refused until mended.
    Reasons are put into the language that is current.
    """
    width, count = len(titles), 0
    phones = [c.position for c in mapping.columns if c.field.startswith("phone")] if mapping else []
    writer = CsvWriter.to_bytes(file, [*_named(titles), *COLUMNS], phones)
    for line, reason, cells in problems:
        padded = [*cells[:width], *[""] * (width - len(cells))]
        writer.row([*padded, line, str(reason), *cells[width:]])
        count += 1
    return count


def _named(titles: Sequence[str]) -> list[str]:
    """Without headings the columns get numbers, so that the file's first line is not a row."""
    return list(titles) if any(titles) else [f"#{i + 1}" for i in range(len(titles))]

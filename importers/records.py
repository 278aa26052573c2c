"""Text into records of cells with the physical line on which each begins.

Two tokenizers. pandas' C engine reads a block in which every line is one record: no quote, no NUL, and on each line the
right number of cells. The csv module reads all other blocks, because pandas can't say on which line a record begins,
which records were ragged, nor that text follows a closing quote (it would silently glue it on).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from flask_babel import lazy_gettext as _l

from importers.dialect import Dialect
from importers.errors import Refused
from importers.values import BLANKS, unguarded

MAX_CELL = 64 * 1024
MAX_LINE = 1 << 22
MAX_BLOCK = 1 << 23


class Lines:
    """The physical lines of a file, counted. `number` is that of the last one read, from 1."""

    def __init__(self, path: Path, encoding: str) -> None:
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        self._encoding, self.number = encoding, 0
        self._file = path.open(encoding=codec, errors="strict", newline="")

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[str]:
        while line := self.next():
            yield line

    def next(self) -> str:
        """The next line with its end, "" at the end of the file. Raises Refused for bytes of another encoding."""
        try:
            line = self._file.readline(MAX_LINE)
        except UnicodeError:
            where = self.number + 1
            raise Refused(_l("From line %(line)s on, the file is not in the encoding %(name)s: choose another.",
                             line=where, name=self._encoding)) from None  # fmt: skip
        if len(line) == MAX_LINE:
            raise Refused(_l("Line %(line)s is too long for a table.", line=self.number + 1))
        if self.number == 0:
            line = line.removeprefix("\ufeff")
        self.number += 1 if line else 0
        return line

    def take(self, count: int) -> list[str]:
        """Up to `count` lines, fewer when they are long."""
        taken: list[str] = []
        size = 0
        while len(taken) < count and size < MAX_BLOCK and (line := self.next()):
            taken.append(line)
            size += len(line)
        return taken


@dataclass
class Block:
    """Consecutive records: `lines[i]` is where `rows[i]` begins, `problems` by index what is wrong with one."""

    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    problems: dict[int, Any] = field(default_factory=dict)


def reader(lines: Iterable[str], dialect: Dialect, strict: bool = True) -> Any:
    """A csv.reader for the dialect; a cell of more than 64 KiB is an error."""
    csv.field_size_limit(MAX_CELL)
    quoting: Any = csv.QUOTE_MINIMAL if dialect.quotechar else csv.QUOTE_NONE
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quotechar or None,
        quoting=quoting,
        skipinitialspace=dialect.skip_space,
        strict=strict,
    )


def table(batch: list[str], dialect: Dialect, width: int) -> pd.DataFrame | None:
    """The block as pandas' C engine reads it, or None where it can't be trusted with it (see above)."""
    text = "".join(batch)
    quoted = dialect.quotechar and dialect.quotechar in text
    if width < 2 or quoted or "\0" in text or text.startswith("\ufeff"):  # pandas would take the mark for a BOM
        return None
    if text.count(dialect.delimiter) != (width - 1) * len(batch) or max(map(len, batch)) > MAX_CELL:
        return None
    try:
        found = pd.read_csv(
            io.StringIO(text, newline=""),
            engine="c",
            sep=dialect.delimiter,
            header=None,
            names=range(width),
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            quoting=csv.QUOTE_NONE,
            skip_blank_lines=False,
            skipinitialspace=dialect.skip_space,
        )
    except pd.errors.ParserError:
        return None
    if len(found) != len(batch) or not isinstance(found.index, pd.RangeIndex):
        return None
    return _without_guard(found) if "'" in text else found


def _without_guard(found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({c: [unguarded(cell) for cell in found[c].tolist()] for c in found.columns}, dtype="str")


def block(batch: list[str], lines: Lines, dialect: Dialect) -> Block:
    """The records that begin in the batch; the last may need further lines, which it takes from `lines`.

    Raises Refused where a quote left open makes it unsure where records begin, or a cell is too long.
    """
    first, result = lines.number - len(batch) + 1, Block()
    feed = _Feed(batch, lines)
    cells = reader(feed, dialect)
    while feed.taken < len(batch):
        start = feed.taken
        try:
            row = next(cells)
        except StopIteration:
            break
        except csv.Error as error:
            row, problem = _mended(feed, start, first, dialect, str(error))
            if problem:
                result.problems[len(result.rows)] = problem
        result.lines.append(first + start)
        result.rows.append(row)
    if any("'" in line for line in batch) or feed.taken > len(batch):
        result.rows = [[unguarded(c) if c[:1] == "'" else c for c in row] for row in result.rows]
    return result


class _Feed:
    """Hands out the batch and then the file's further lines, and remembers how far it is."""

    def __init__(self, batch: list[str], lines: Lines) -> None:
        self._batch, self._lines = batch, lines
        self.taken, self.last = 0, ""

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._batch[self.taken] if self.taken < len(self._batch) else self._lines.next()
        if not line:  # `last` stays: a quote left open on the file's last line is judged by that line
            raise StopIteration
        self.last = line
        self.taken += 1
        return self.last


def _mended(feed: _Feed, start: int, first: int, dialect: Dialect, error: str) -> tuple[list[str], Any]:
    """A record with text after a closing quote: harmless blanks are taken off, all else refuses the row."""
    where, line = first + start, feed.last
    if "field larger" in error:
        raise Refused(_l("The cell that begins on line %(line)s is longer than 64 KB, or a quote is not closed there.",
                         line=where))  # fmt: skip
    if feed.taken != start + 1 or line.count(dialect.quotechar) % 2:
        raise Refused(_l("A quote opened on line %(line)s is not closed as it should be.", line=where))
    quote, mark = re.escape(dialect.quotechar), re.escape(dialect.delimiter)
    loose = next(reader([line], dialect, strict=False))
    try:
        tight = next(reader([re.sub(rf"{quote}[ \t]+(?={mark}|\r|\n|$)", dialect.quotechar, line)], dialect))
    except csv.Error:
        tight = []
    if [c.strip(BLANKS) for c in loose] == [c.strip(BLANKS) for c in tight]:
        return tight, None
    return loose, _l("text follows a closing quote")

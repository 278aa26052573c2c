"""Files in, DataFrames of text out: `detect`, `preview`, `count_rows`, `frames` (SPEC IMP-01, IMP-02, policy 2-4, 9).

Everything streams: memory holds one block of lines, whatever the size of the file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from flask_babel import lazy_gettext as _l

from importers import detecting, encoding, records, sheets
from importers.dialect import Dialect
from importers.errors import Refused
from importers.memory import without_collector
from importers.records import Block, Lines
from importers.values import BLANKS, text, unguarded
from importers.vocabulary import Knows

MAX_BYTES = 200 * 1024 * 1024
MAX_COLUMNS = 1_000
MAX_ROWS = 5_000_000
SIZE = 20_000
LINE, EXTRA, PROBLEM = "_line", "_extra", "_problem"


@dataclass(frozen=True)
class PreviewColumn:
    """A column as the mapping page shows it. `heading` is "" where there is none."""

    position: int
    heading: str
    samples: list[str]


@dataclass(frozen=True)
class Preview:
    """The first rows as they would be read; `rows` are as wide as `columns` or padded to it."""

    columns: list[PreviewColumn]
    rows: list[list[str]]

    @property
    def headings(self) -> list[str]:
        """The headings in order, for `guessing.guess` and `mapping.parse`."""
        return [c.heading for c in self.columns]

    @property
    def samples(self) -> list[list[str]]:
        """The sample cells of each column."""
        return [c.samples for c in self.columns]


def detect(path: Path | str, max_bytes: int = MAX_BYTES, knows: Knows = detecting.knows_contacts) -> Dialect:
    """How to read this file; `knows` tells its headings. Raises Refused for what is empty, too large or no table."""
    path = Path(path)
    size = path.stat().st_size
    if size > max_bytes:
        raise Refused(_l("The file is larger than %(limit)s MB.", limit=max_bytes >> 20))
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise Refused(_l("The file is empty."))
    if sheets.is_workbook(head, path):
        sheets.prove(path)
        return _workbook(path, knows)
    name, certain = encoding.detect(path)
    return detecting.dialect_of(detecting.sample(path, name), name, certain, knows)


def redetect(path: Path | str, name: str, knows: Knows = detecting.knows_contacts) -> Dialect:
    """As `detect`, with the encoding chosen by a person."""
    chosen = Dialect().changed(encoding=name)
    return detecting.dialect_of(detecting.sample(Path(path), chosen.encoding), chosen.encoding, knows=knows)


def _workbook(path: Path, knows: Knows) -> Dialect:
    """The sheet with the most headings that we know, else the first that holds anything."""
    found = []
    for name in sheets.sheets(path):
        first = [(n, r) for n, r in islice(sheets.rows(path, name), detecting.SAMPLE_LINES) if any(map(text, r))]
        if first:
            heads = max(detecting.known(r, knows) for _, r in first[:25])
            found.append((heads, name, detecting.header_line(first, knows)))
    if not found:
        raise Refused(_l("The file is empty."))
    best = max(found, key=lambda f: f[0])
    return Dialect(kind="xlsx", encoding="", delimiter=",", header_line=best[2], sheet=best[1])


def titles(path: Path | str, dialect: Dialect) -> list[str]:
    """The headings, one a column; empty texts where the file has none. Raises Refused above 1,000 columns."""
    with _source(Path(path), dialect) as source:
        return source.titles


def preview(path: Path | str, dialect: Dialect, rows: int = 20) -> Preview:
    """The first `rows` rows and the columns with samples from them. Raises Refused as `frames` does."""
    with _source(Path(path), dialect) as source:
        first = next(source.frames(max(rows, 1) * 2), pd.DataFrame())
        cells = [_cells(source.titles, r) for r in first.head(rows).itertuples(index=False)] if len(first) else []
        samples = [[row[i] for row in cells if i < len(row) and text(row[i])][:5] for i in range(len(source.titles))]
        columns = [PreviewColumn(i, t, samples[i]) for i, t in enumerate(source.titles)]
    return Preview(columns, cells)


def _cells(columns: Sequence[str], row: Any) -> list[str]:
    return [*row[: len(columns)], *(row[-2] or [])]


def count_rows(path: Path | str, dialect: Dialect) -> int:
    """How many rows `frames` will give (the refused ones too), for the progress bar.

    The one reading of the whole file before anything is written. Raises Refused when the file has no rows, too many
    of them, bytes of another encoding, a quote left open or a cell of more than 64 KB.
    """
    total = 0
    for frame in frames(path, dialect):
        total += len(frame)
        if total > MAX_ROWS:
            raise Refused(_l("The file has more than %(limit)s rows.", limit=f"{MAX_ROWS:,}"))
    if not total:
        raise Refused(_l("The file has headings but no rows.") if dialect.header_line is not None else _l("No rows."))
    return total


def frames(path: Path | str, dialect: Dialect, size: int = SIZE, start_line: int = 0) -> Iterator[pd.DataFrame]:
    """The rows, up to `size` a frame, of all records that begin on line `start_line` (from 1) or after.

    Columns: 0..n-1 (str, our own formula guard taken off, else as in the file), `_line` (int, the physical line on
    which the record begins, from 1; in a workbook the row), `_extra` (None, or the cells beyond the headings),
    `_problem` (None, or why the row is refused). Blank rows are left out, short ones padded.
    Raises Refused as soon as the file as a whole turns out to be unreadable.
    """
    with _source(Path(path), dialect) as source:
        for frame in source.frames(size):
            wanted = frame if start_line <= 1 else frame[frame[LINE] >= start_line].reset_index(drop=True)
            if len(wanted):
                yield wanted


def _source(path: Path, dialect: Dialect) -> "_Text | _Book":
    return _Book(path, dialect) if dialect.kind == "xlsx" else _Text(path, dialect)


def _headings(cells: Sequence[str]) -> list[str]:
    """Without the empty ones at the end: a cell below those is beyond the headings."""
    found = [unguarded(c).strip(BLANKS) for c in cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > MAX_COLUMNS:
        raise Refused(_l("The file has more than 1,000 columns."))
    if not found:
        raise Refused(_l("There are no headings on the line that was chosen for them."))
    return found


class _Text:
    """A delimited text file, positioned after its headings."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self._dialect = dialect
        self.titles = self._without_headings(path) if dialect.header_line is None else []
        self._lines = Lines(path, dialect.encoding)
        if dialect.header_line is not None:
            self.titles = self._read_headings(dialect.header_line)

    def __enter__(self) -> "_Text":
        return self

    def __exit__(self, *error: object) -> None:
        self._lines.__exit__(*error)

    def _read_headings(self, line: int) -> list[str]:
        for _ in range(line):
            self._lines.next()
        first = self._lines.take(1)
        found = records.block(first, self._lines, self._dialect) if first else Block()
        if not found.rows or found.problems:
            raise Refused(_l("There are no headings on the line that was chosen for them."))
        return _headings(found.rows[0])

    def _without_headings(self, path: Path) -> list[str]:
        """As many columns as the widest of the first records has."""
        first = detecting.records(detecting.sample(path, self._dialect.encoding), self._dialect)
        width = max((len(row) for _, row in first), default=1)
        if width > MAX_COLUMNS:
            raise Refused(_l("The file has more than 1,000 columns."))
        return [""] * width

    def frames(self, size: int) -> Iterator[pd.DataFrame]:
        """See the function of that name."""
        while batch := self._lines.take(size):
            with without_collector():
                frame = self._frame(batch)
            if len(frame):
                yield frame

    def _frame(self, batch: list[str]) -> pd.DataFrame:
        first = self._lines.number - len(batch) + 1
        if first == 1 and detecting.SEPARATOR.match(batch[0]):
            batch, first = batch[1:], 2
        found = records.table(batch, self._dialect, len(self.titles)) if batch else None
        if found is not None:
            return _plain(found, first)
        return _framed(records.block(batch, self._lines, self._dialect), self.titles)


class _Book:
    """One sheet of a workbook."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self._rows = sheets.rows(path, dialect.sheet)
        self._pending: list[tuple[int, list[str]]] = []
        self.titles: list[str] = []
        if dialect.header_line is not None:
            row = next((r for n, r in self._rows if n == dialect.header_line), [])
            self.titles = _headings(row)
        else:
            self._pending = list(islice(self._rows, detecting.SAMPLE_LINES))
            self.titles = [""] * max((len(r) for _, r in self._pending), default=1)

    def __enter__(self) -> "_Book":
        return self

    def __exit__(self, *error: object) -> None:
        self._rows.close()

    def frames(self, size: int) -> Iterator[pd.DataFrame]:
        """See the function of that name."""
        while batch := self._pending or list(islice(self._rows, size)):
            self._pending = []
            block = Block([n + 1 for n, _ in batch], [[unguarded(c) for c in r] for _, r in batch])
            if any(len(c) > records.MAX_CELL for row in block.rows for c in row):
                raise Refused(_l("A cell is longer than 64 KB."))
            frame = _framed(block, self.titles)
            if len(frame):
                yield frame


def _plain(found: pd.DataFrame, first: int) -> pd.DataFrame:
    """A frame read by pandas, without its blank rows."""
    maybe = [i for i, cell in enumerate(found[0].tolist()) if not cell.strip(BLANKS)]
    rows = found.iloc[maybe].to_numpy(dtype=object).tolist()
    blank = [i for i, row in zip(maybe, rows, strict=True) if not "".join(row).strip(BLANKS)]
    found = found.assign(**{LINE: range(first, first + len(found)), EXTRA: None, PROBLEM: None})
    return found.drop(index=blank).reset_index(drop=True) if blank else found


def _framed(block: Block, headings: Sequence[str]) -> pd.DataFrame:
    """Records as a frame as wide as the headings, with what is wrong with each."""
    width = len(headings)
    rows, lines, extras, problems = [], [], [], []
    for i, row in enumerate(block.rows):
        joined, count = "".join(row), len(row)
        if not joined.strip(BLANKS + "\x1a"):
            continue
        extra = problem = None
        if count != width:
            extra = row[width:] if any(c.strip(BLANKS) for c in row[width:]) else None
            row = row[:width] + [""] * (width - count)
        if i in block.problems:
            problem = block.problems[i]
        elif "\0" in joined:
            problem = _l("it holds a NUL character")
        elif extra:
            problem = _l("it has %(cells)s cells, the headings are %(width)s", cells=count, width=width)
        rows.append(row)
        lines.append(block.lines[i])
        extras.append(extra)
        problems.append(problem)
    frame = pd.DataFrame(rows, columns=range(width), dtype="str")
    return frame.assign(**{LINE: pd.Series(lines, dtype="int64"), EXTRA: pd.Series(extras, dtype=object),
                           PROBLEM: pd.Series(problems, dtype=object)})  # fmt: skip

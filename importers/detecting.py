"""Delimiter, quote and the line of the headings: told by headings that we know, else by regularity."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from importers import vocabulary
from importers.dialect import DELIMITERS, Dialect
from importers.records import Lines, reader
from importers.values import BLANKS
from importers.vocabulary import Knows

SAMPLE_LINES = 400
SAMPLE_SIZE = 1 << 18
HEADER_WITHIN = 25
SEPARATOR = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
DATA = re.compile(r"\S@\S|\d{5}|\d[ ./-]\d{3}|https?:|^www\.")
Record = tuple[int, list[str]]
knows_contacts = vocabulary.knows("contacts")


def sample(path: Path, encoding: str) -> list[str]:
    """The first lines of a file."""
    with Lines(path, encoding) as lines:
        taken, size = [], 0
        for line in islice(lines, SAMPLE_LINES):
            taken.append(line)
            size += len(line)
            if size > SAMPLE_SIZE:
                break
    return taken


def dialect_of(lines: list[str], encoding: str, certain: bool = True, knows: Knows = knows_contacts) -> Dialect:
    """The dialect that fits these first lines of a file best."""
    base = Dialect(encoding=encoding, certain=certain, quotechar=_quote(lines))
    told = SEPARATOR.match(lines[0]) if lines else None
    marks = [told[1]] if told and told[1] in DELIMITERS else list(DELIMITERS)
    best = max((replace(base, delimiter=m) for m in marks), key=lambda d: _score(lines, d, knows))
    best = replace(best, skip_space=_spaced(lines, best))
    skipped = 1 if told else 0
    return replace(best, header_line=header_line([(n, r) for n, r in records(lines, best) if n >= skipped], knows))


def _quote(lines: list[str]) -> str:
    text = "".join(lines)
    single = len(re.findall(r"(?:^|[,;\t|])'[^'\r\n]*'(?=[,;\t|\r\n]|$)", text, re.MULTILINE))
    return "'" if '"' not in text and single >= max(2, len(lines)) else '"'


def _spaced(lines: list[str], dialect: Dialect) -> bool:
    """`"a", "b"`: the blank before the quote is not part of the cell, if reading it so leaves no broken quotes."""
    if not re.search(rf"{re.escape(dialect.delimiter)} +{dialect.quotechar}", "".join(lines)):
        return False
    try:
        list(reader(lines, replace(dialect, skip_space=True)))
    except csv.Error as error:
        return "end of data" in str(error)
    return True


def records(lines: Sequence[str], dialect: Dialect) -> list[Record]:
    """The filled records of a sample, each with the line (from 0) on which it begins. Quoting is read leniently."""
    found: list[Record] = []
    cells = reader(iter(lines), dialect, strict=False)
    start = 0
    while True:
        try:
            row = next(cells)
        except StopIteration:
            return found
        except csv.Error:
            row = []
        if any(c.strip(BLANKS) for c in row):
            found.append((start, row))
        start = cells.line_num


def known(row: Sequence[str], knows: Knows) -> int:
    """How many cells of a row are headings that we know."""
    return sum(1 for c in row if 0 < len(c) < 100 and knows(c))


def _score(lines: list[str], dialect: Dialect, knows: Knows) -> tuple[int, float, int, int]:
    """How well a delimiter fits: headings that it reveals, regularity, width; last, how seldom it is within cells."""
    found = records(lines, dialect)
    first = found[:HEADER_WITHIN]
    heads = max((known(row, knows) for _, row in first), default=0)
    widths = Counter(len(row) for _, row in found)
    width, count = widths.most_common(1)[0] if widths else (1, 0)
    if heads == 1 and any(len(row) == 1 and known(row, knows) for _, row in first[:1]):
        width = 1  # the only heading of the file; a delimiter in its cells is text
    regular = count / len(found) if width > 1 else 0.0
    seldom = -sum(line.count(dialect.delimiter) for line in lines) if width == 1 else 0
    return heads if heads > 1 else 0, round(regular, 2), width, seldom


def header_line(found: Sequence[Record], knows: Knows) -> int | None:
    """The line (from 0) of the headings among the first records; None when the file seems to have none."""
    if not found:
        return 0
    counts = [count if (count := known(row, knows)) > _data(row) else 0 for _, row in found[:HEADER_WITHIN]]
    enough = max(max(counts) / 2, min(max(counts), 2))
    index = next(i for i, count in enumerate(counts) if count >= enough)
    filled = sum(1 for c in found[index][1] if c.strip(BLANKS))
    if counts[index] >= 2 or (counts[index] == 1 and filled <= 2 and (index == 0 or filled == 1)):
        return found[index][0]
    first = found[0][1]
    if not _is_data(first) and any(_is_data(r) for _, r in found[1:]) and _is_title_row(first, found):
        return found[0][0]
    return None


def _is_data(row: Sequence[str]) -> bool:
    return _data(row) > 0


def _data(row: Sequence[str]) -> int:
    """How many cells look like emails, phones, codes or links, as no heading does."""
    return sum(1 for c in row if DATA.search(c[:200]))


def _is_title_row(first: Sequence[str], found: Sequence[Record]) -> bool:
    """Headings in words we don't know: one over every column, all different, above rows that hold other things."""
    cells = [c.strip(BLANKS) for c in first]
    width = max(len(row) for _, row in found)
    return all(cells) and len(set(cells)) == len(cells) == width >= 2 and all(_is_data(r) for _, r in found[1:6])

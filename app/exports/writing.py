"""Lists become a file, slice by slice: whatever their length, only ids and one slice are in memory."""

import datetime as dt
import re
import zipfile
from array import array
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO, cast

from flask_babel import gettext as _
from sqlalchemy import Text, func, literal
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import aggregate_order_by
from xlsxwriter import Workbook

from app.core.ahead import ahead
from app.core.db import appbuilder_of, db
from app.core.errors import RuleBroken
from app.core.tables import CsvWriter, safe_cell
from app.exports import filters, shown
from app.exports.models import Format
from app.exports.sources import SOURCES, Cells, Source, Table

SLICE = 5_000
NUMBER = re.compile(r"\d+")
EXCEL_ROWS, EXCEL_CELL, EXCEL_DIGITS = 1_048_575, 32_767, 15
ALL = "all"
Tick = Callable[[int, int], None]
Columns = Sequence[Sequence[str]]  # pairs of name and label


@dataclass(frozen=True)
class Listing:
    """One list as it was when the export began."""

    source: Source
    ids: "array[int]"
    table: Table

    def slices(self) -> Generator[list[Cells], None, None]:
        """Its rows, some at a time; to be closed by who leaves early, as the session is used ahead."""
        parts = (self.ids[start : start + SLICE] for start in range(0, len(self.ids), SLICE))
        with closing(ahead((ids, self.table.fetch(ids)) for ids in parts)) as fetched:
            for ids, found in fetched:
                yield list(self.table.rows(ids, found))


def write(
    entity: str, format_: str, args: filters.Args, file: BinaryIO, tick: Tick, columns: Columns | None = None
) -> None:
    """Write what the actor may see of an entity ("all": of each) to a binary file.

    `tick(done, total)` is called after each slice. Raises RuleBroken where the format can't hold it.
    """
    if format_ == Format.ZIP:
        listings = [listed(source, {}) for source in readable()]
    else:
        listings = [listed(SOURCES[entity], args, columns)]
    counter = Counter(sum(len(listing.ids) for listing in listings), tick)
    {Format.CSV: to_csv, Format.XLSX: to_xlsx, Format.ZIP: to_zip}[Format(format_)](listings, file, counter)


class Counter:
    """Tells how far it is."""

    def __init__(self, total: int, tick: Tick) -> None:
        self.total, self.done, self.tick = total, 0, tick
        tick(0, total)

    def count(self, rows: int) -> None:
        """Some more rows are written."""
        self.done += rows
        self.tick(self.done, self.total)


def readable() -> list[Source]:
    """The sources whose list the actor may open."""
    return [s for s in SOURCES.values() if appbuilder_of().sm.has_access("can_read", s.permission)]


def listed(source: Source, args: filters.Args, columns: Columns | None = None) -> Listing:
    """The ids of a list, in the order of the file: as one text, which is fetched much faster than a million rows; with
    what it shows where `columns` are named, else all fields."""
    chosen = filters.chosen(source, args)
    order = aggregate_order_by(literal(","), *source.order, source.model.id)
    ids = db.session.scalar(chosen.with_only_columns(func.string_agg(as_type(source.model.id, Text), order)))
    table = shown.table(source, columns) if columns else source.table(chosen)
    return Listing(source, array("q", (int(key[0]) for key in NUMBER.finditer(ids or ""))), table)


def to_csv(listings: list[Listing], file: BinaryIO, counter: Counter) -> None:
    """UTF-8 with BOM, guarded against formulas (IMP-07)."""
    for listing in listings:
        writer = CsvWriter.to_bytes(file, listing.table.headings, listing.table.phones)
        with closing(listing.slices()) as slices:
            for rows in slices:
                writer.rows([c if type(c) is str or c is None else as_text(c) for c in row] for row in rows)
                counter.count(len(rows))


def as_text(value: Any) -> str | None:
    """A cell as text that an import understands: plain decimals, ISO days and instants."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


def to_zip(listings: list[Listing], file: BinaryIO, counter: Counter) -> None:
    """One CSV an entity."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for listing in listings:
            with archive.open(f"{listing.source.name}.csv", "w", force_zip64=True) as member:
                to_csv([listing], cast(BinaryIO, member), counter)


def to_xlsx(listings: list[Listing], file: BinaryIO, counter: Counter) -> None:
    """One sheet of typed cells, written row by row."""
    if counter.total > EXCEL_ROWS:
        raise RuleBroken({"format": _("An Excel sheet holds %(n)s rows: choose CSV.", n=EXCEL_ROWS)})
    [listing] = listings
    options = {"constant_memory": True, "default_date_format": "dd/mm/yyyy", "remove_timezone": True}
    with Workbook(file, options) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, listing.table.headings, bold)
        phones = frozenset(listing.table.phones)
        with closing(listing.slices()) as slices:
            for rows in slices:
                for line, row in enumerate(rows, counter.done + 1):
                    for column, value in enumerate(row):
                        put(sheet, line, column, value, column in phones)
                counter.count(len(rows))


def put(sheet: Any, line: int, column: int, value: Any, phone: bool) -> None:
    """One cell. Texts stay texts, whatever they look like; a number with more digits than Excel keeps does too."""
    if isinstance(value, Decimal) and len(value.as_tuple().digits) <= EXCEL_DIGITS:
        sheet.write_number(line, column, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, column, value)
    elif isinstance(value, int):
        sheet.write_number(line, column, value)
    elif value not in (None, ""):
        text = safe_cell(as_text(value), phone)
        if len(text) > EXCEL_CELL:
            raise RuleBroken({"format": _("A text is longer than an Excel cell holds: choose CSV.")})
        sheet.write_string(line, column, text)

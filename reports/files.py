"""A report as a file: csv, xlsx or PDF. The same table, the same order, money rounded to its minor unit."""

import io
from collections.abc import Callable
from typing import Any

from flask import current_app
from xlsxwriter import Workbook

from app.core.tables import CsvWriter, safe_cell
from reports import documents
from reports.asking import Asked, Report
from reports.charts import picture
from reports.tables import Kind, Table, plain, shown
from reports.words import subtitle

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
NUMBERS = {Kind.MONEY: "#,##0.00", Kind.PERCENT: "0.0", Kind.DAYS: "0.0", Kind.COUNT: "#,##0"}


def headings(table: Table) -> list[str]:
    """The first row: money columns say their currency."""
    return [f"{c.label} ({table.currency})" if c.kind == Kind.MONEY else c.label for c in table.columns]


def cells(table: Table, row: list[Any]) -> list[Any]:
    """A row as files have it."""
    return [plain(value, c.kind, table.currency) for value, c in zip(row, table.columns, strict=True)]


def to_csv(_report: Report, _asked: Asked, table: Table) -> bytes:
    """UTF-8 with BOM by the one writer."""
    file = io.BytesIO()
    writer = CsvWriter.to_bytes(file, headings(table))
    for row in table.rows:
        writer.row(cells(table, row))
    return file.getvalue()


def to_xlsx(report: Report, _asked: Asked, table: Table) -> bytes:
    """One sheet of typed cells, and the sums below where they say something."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(str(report.label)[:31]), book.add_format({"bold": True})
        formats = [book.add_format({"num_format": NUMBERS.get(c.kind, "General")}) for c in table.columns]
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [safe_cell(h) for h in headings(table)], bold)
        for line, row in enumerate(table.rows, 1):
            for at, value in enumerate(cells(table, row)):
                _put(sheet, line, at, value, formats[at])
        sheet.autofit()
    return file.getvalue()


def _put(sheet: Any, line: int, at: int, value: Any, format_: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(line, at, safe_cell(value))
    elif value is not None:
        sheet.write_number(line, at, value, format_)


def html(template: str, report: Report, asked: Asked, table: Table, **more: Any) -> str:
    """A template of ours about the report, outside any request."""
    values = {"report": report, "about": subtitle(report, asked), "table": table, "picture": picture(table)}
    return current_app.jinja_env.get_template(template).render(values, shown=shown, **more)


def to_pdf(report: Report, asked: Asked, table: Table) -> bytes:
    """Chart and table on A4. Raises documents.NotMade."""
    text = html("reporting/document.html", report, asked, table)
    return documents.pdf(text.replace("<style>", f"<style>{documents.fonts(text)}", 1))


MAKERS: dict[str, Callable[[Report, Asked, Table], bytes]] = {"csv": to_csv, "xlsx": to_xlsx, "pdf": to_pdf}

"""Workbooks (.xlsx) into records of text, by calamine, after the zip inside was proved harmless (threat 9)."""

import re
import zipfile
import zlib
from collections.abc import Generator
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from importers.errors import Refused

BLOCK = 1 << 20
MAX_INFLATED = 200 << 20
MAX_RATIO = 100
RATIO_FROM = 16 << 20
MAX_CELLS = 10_000_000
MAX_ENTRIES = 2_000
MAX_LIST = 1 << 20
END_WITHIN = 65_557  # the longest comment and the record before it
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
ROW = re.compile(rb'<(?:\w+:)?row\b[^>]{0,400}?\sr="(\d{1,9})"')
WIDE = re.compile(rb'\sr="(?:A(?:L[N-Z]|[M-Z][A-Z])|[B-Z][A-Z]{2})\d')
COLUMN = re.compile(rb'\sr="([A-Z]{1,3})\d{1,7}"')
TOO_BIG = _l("This workbook is too large when unpacked: save it as CSV.")
NOT_A_WORKBOOK = _l("This is not an .xlsx workbook that can be read: save it as CSV.")


def is_workbook(head: bytes, path: Path) -> bool:
    """Whether the file is a zip that holds a workbook's list of parts."""
    if not head.startswith(b"PK\x03\x04"):
        return False
    _refuse_long_list(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist() and any("xl/" in n for n in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _refuse_long_list(path: Path) -> None:
    """The list of parts is held in memory whole by zipfile, so its size is looked at first (APPNOTE 4.3.16)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_WITHIN))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if size > MAX_LIST or (end >= 20 and tail[end - 20 : end].startswith(b"PK\x06\x07")):
        raise Refused(TOO_BIG)


def prove(path: Path) -> None:
    """Inflate every part once, counting. Raises Refused for bombs, declared or not, entities, and sparse giants."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_ENTRIES or sum(p.file_size for p in parts) > MAX_INFLATED:
                raise Refused(TOO_BIG)
            if any(p.file_size > max(RATIO_FROM, p.compress_size * MAX_RATIO) for p in parts):
                raise Refused(TOO_BIG)
            for part in parts:
                _prove_part(archive, part)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise Refused(NOT_A_WORKBOOK) from None


def _prove_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """zipfile stops at the declared size and checks the sum, so a part that lies about its size is a bad file."""
    is_sheet = "/worksheets/" in part.filename
    rows, width, tail = 0, 1, b""
    with archive.open(part) as file:
        while block := file.read(BLOCK):
            text = tail + block
            if part.filename.endswith((".xml", ".rels")) and DOCTYPE.search(text):
                raise Refused(NOT_A_WORKBOOK)
            if is_sheet:
                if WIDE.search(text):
                    raise Refused(_l("The file has more than 1,000 columns."))
                rows = max([rows, *map(int, ROW.findall(text))])
                width = max([width, *map(_number, set(COLUMN.findall(text)))])
            tail = text[-500:]
    if rows * width > MAX_CELLS:
        raise Refused(TOO_BIG)


@lru_cache(maxsize=2048)
def _number(letters: bytes) -> int:
    total = 0
    for letter in letters:
        total = total * 26 + letter - 64
    return total


def sheets(path: Path) -> list[str]:
    """The names of the visible sheets, in order."""
    with _opened(path) as book:
        return [s.name for s in book.sheets_metadata
                if s.typ == SheetTypeEnum.WorkSheet and s.visible == SheetVisibleEnum.Visible]  # fmt: skip


def rows(path: Path, sheet: str) -> Generator[tuple[int, list[str]], None, None]:
    """Rows of text with their number (from 0). Raises Refused when the workbook can't be read."""
    with _opened(path) as book:
        try:
            # Rows come from the first of the sheet on, cells from the first filled column on.
            for number, row in enumerate(book.get_sheet_by_name(sheet).iter_rows()):
                yield number, [as_text(cell) for cell in row]
        except CalamineError:
            raise Refused(NOT_A_WORKBOOK) from None


def _opened(path: Path) -> Any:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError):
        raise Refused(NOT_A_WORKBOOK) from None


def as_text(cell: Any) -> str:
    """As a person reads it: whole numbers without `.0`, days as ISO, so that no order of day and month is in doubt."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)

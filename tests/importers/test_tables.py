"""What our writer writes, our reader reads back, and no cell runs as a formula (threat 7, policy 7)."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.tables import CsvWriter, safe_cell, unguarded
from importers import contacts, guessing, mapping, problems, reading
from importers.dialect import Dialect
from importers.options import Options

CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''=",
        "+39 055",
        "-2",
        "@x",
        "\t",
        "\r\n",
        '"',
        ",",
        ";",
        "NA",
        "null",
        "007",
        "'",
        "a\nb",
        "\ufeff",
        " ",
    ]
)
TABLES = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=8))
UNSAFE = ("=", "+", "-", "@", "\t", "\r")


def written(rows: list[list[str]], folder: Path) -> Path:
    """A file by our writer, with headings c0, c1…"""
    path, buffer = folder / "table.csv", io.BytesIO()
    writer = CsvWriter.to_bytes(buffer, [f"c{i}" for i in range(len(rows[0]))])
    for row in rows:
        writer.row(row)
    path.write_bytes(buffer.getvalue())
    return path


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES)
def test_reading_gives_back_what_was_written(tmp_path: Path, rows: list[list[str]]) -> None:
    """Threat 7: import(export(table)) is the table, but for its blank rows; a NUL is marked."""
    path = written(rows, tmp_path)
    filled = [r for r in rows if "".join(r).strip(reading.BLANKS + "\x1a")]
    frames = list(reading.frames(path, Dialect(), size=3))
    read = [row for f in frames for row in f.iloc[:, : len(rows[0])].to_numpy(dtype=object).tolist()]
    assert read == filled
    marked = [p is not None for f in frames for p in f[reading.PROBLEM].tolist()]
    assert marked == ["\0" in "".join(r) for r in filled]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES, st.sampled_from([1, 2, 7]))
def test_lines_are_physical(tmp_path: Path, rows: list[list[str]], size: int) -> None:
    """IMP-04: `_line` is where the record begins in an editor, whatever is in quotes before it."""
    path = written(rows, tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = file.readlines()
    for frame in reading.frames(path, Dialect(), size=size):
        for line, first in zip(frame[reading.LINE].tolist(), frame[0].tolist(), strict=True):
            begin = safe_cell(first).split(",")[0].split("\n")[0].split("\r")[0].replace('"', '""')
            assert lines[line - 1].lstrip('"').startswith(begin.lstrip('"'))


@settings(deadline=None)
@given(st.text(max_size=20), st.booleans())
def test_no_cell_is_a_formula(cell: str, phone: bool) -> None:
    """Threat 7: guarded unless a number (or a phone in a column of phones); the guard comes off exactly."""
    safe = safe_cell(cell, phone)
    assert unguarded(safe) == cell or safe == cell
    if safe.startswith(UNSAFE):
        assert set(safe) <= set("+-0123456789., ()/\t\n\r\x0b\x0c") or safe[1:].replace(".", "").isdecimal() or phone


@pytest.mark.parametrize("cell", ["=1", "@SUM(1)", "+A1", "-A1", "\tx", "\rx", "-2+3", "+39 055 12=A1", "'=1", "+1 2"])
def test_formulas_are_guarded(cell: str) -> None:
    """Policy 7: an apostrophe before what a spreadsheet may run."""
    assert safe_cell(cell) == f"'{cell}"
    assert unguarded(safe_cell(cell)) == cell


@pytest.mark.parametrize("cell", ["-2", "+39", "-1.234", "O'Brien", "'ciao", "", "x=1"])
def test_harmless_cells_stay(cell: str) -> None:
    """Policy 7: numbers and all other texts are written as they are."""
    assert safe_cell(cell) == cell == unguarded(cell)


def test_phones_stay_in_their_columns() -> None:
    """Policy 7: `+39 055…` is a phone in a column of phones and guarded elsewhere."""
    assert safe_cell("+39 055 123", phone=True) == "+39 055 123"
    assert safe_cell("+39 055 123") == "'+39 055 123"
    assert safe_cell("+39 055 =A1", phone=True) == "'+39 055 =A1"


def test_refused_rows_come_back(tmp_path: Path) -> None:
    """IMP-04: the refused rows as a file; mended and uploaded again it maps by itself and goes in."""
    source = tmp_path / "a.csv"
    source.write_text("Nome,Cognome,E-mail,Telefono\n'=Ada,Poli,no,+39 055 123456\nUgo,Neri,,,troppo\nIvo,,,\n")
    dialect = reading.detect(source)
    columns = guessing.guess(reading.titles(source, dialect))
    frame = next(reading.frames(source, dialect))
    bad = contacts.clean(frame, columns, Options()).problems
    buffer = io.BytesIO()
    rows = zip(bad["line"], bad["reason"], bad["raw"], strict=True)
    assert problems.write(buffer, reading.titles(source, dialect), rows, columns) == 3
    content = buffer.getvalue().decode("utf-8-sig")
    assert content.splitlines()[0] == "Nome,Cognome,E-mail,Telefono,_line,_reason"
    assert "'=Ada,Poli,no,+39 055 123456,2," in content
    mended = tmp_path / "b.csv"
    for bad_cell, good_cell in ((",no,", ",ada@example.com,"), (",troppo", ","), ("Ivo,,", "Ivo,Riva,")):
        content = content.replace(bad_cell, good_cell)
    mended.write_text(content, encoding="utf-8-sig")
    again = reading.detect(mended)
    chosen = guessing.guess(reading.titles(mended, again))
    cleaned = contacts.clean(next(reading.frames(mended, again)), chosen, Options())
    assert cleaned.good["first_name"].tolist() == ["=Ada", "Ugo", "Ivo"]
    assert cleaned.problems.empty
    assert mapping.signature(["Nome"]) == mapping.signature([" nome "])

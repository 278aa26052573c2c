"""Reading whole files: limits, bombs, resuming, and nothing but rows or one sentence whatever the bytes."""

import io
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers import guessing, reading, records, sheets
from importers.dialect import Dialect
from importers.errors import Refused
from importers.records import Lines
from tests.importers.corpus import workbook

Make = Callable[[bytes | str], Path]
BITS = [b"Nome,Cognome,Email\n", b"Mario,Rossi,a@b.it\n", b"sep=;\n", b"PK\x03\x04", b"x" * 300, b" ", b"=1"]
BITS += [b'"', b'""', b"'", b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\n", b"\0", b"\x1a"]
BITS += [b"\xff\xfe", b"\xef\xbb\xbf", b"\xe0", b"\xc3\xa0"]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a file and give its path."""

    def write(content: bytes | str) -> Path:
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(BITS) | st.binary(max_size=20), max_size=25).map(b"".join))
def test_any_bytes_are_rows_or_one_sentence(make: Make, content: bytes) -> None:
    """Policy 9: no file makes it fail; it is read to its end or refused with a sentence."""
    path, sentence = make(content), None
    try:
        dialect = reading.detect(path)
        seen = reading.preview(path, dialect)
        guessing.guess(seen.headings, seen.samples)
        total = reading.count_rows(path, dialect)
    except Refused as refused:
        sentence = str(refused)
    if sentence is None:
        assert total == sum(len(f) for f in reading.frames(path, dialect, size=3))
    assert sentence != ""


cells = st.text(st.characters(exclude_characters='"\0\r\n,', exclude_categories=["Cs"]), max_size=5)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(["\n", "\r", "\r\n"]))
def test_both_tokenizers_read_alike(make: Make, rows: list[list[str]], end: str) -> None:
    """Trap 16: where pandas' C engine is trusted with a block, it gives what the csv module gives."""
    path, dialect = make("".join(",".join(row) + end for row in rows)), Dialect(header_line=None)
    with Lines(path, "utf-8") as lines:
        batch = lines.take(100)
        fast = records.table(batch, dialect, 3)
        slow = records.block(batch, lines, dialect).rows
    if fast is not None:
        assert fast.to_numpy(dtype=object).tolist() == slow


@pytest.mark.parametrize(
    "row",
    ["a,b", "a,b,c,d", "a,b,c\nd,e", '"a",b,c', "a,b\0,c", "\ufeffa,b,c", f"a,b,{'c' * 70_000}", "a,b\n\nc,d,e,f"],
)
def test_pandas_is_not_trusted_with(make: Make, row: str) -> None:
    """Blocks that pandas would read wrong, cut or refuse go to the csv module."""
    with Lines(make("a,b,c\n" + row + "\n"), "utf-8") as lines:
        lines.next()
        assert records.table(lines.take(10), Dialect(), 3) is None


def test_reading_goes_on_from_a_line(make: Make) -> None:
    """IMP-04: a run that was killed goes on with the records after the last line it has."""
    path = make("Nome,Cognome,Note\n" + "".join(f'N{i},C{i},"a\nb"\n' for i in range(10)))
    dialect = reading.detect(path)
    everything = [line for f in reading.frames(path, dialect, size=3) for line in f["_line"]]
    assert everything == list(range(2, 22, 2))
    for start in everything:
        rest = [line for f in reading.frames(path, dialect, size=3, start_line=start) for line in f["_line"]]
        assert rest == [line for line in everything if line >= start]


def test_frames_are_text(make: Make) -> None:
    """Policy 4, trap 16: NA, 007 and 1e5 are text in either tokenizer."""
    for quote in ("", '"'):
        path = make(f"Nome,Cognome,CAP\n{quote}NA{quote},null,007\n,1e5,TRUE\n")
        frame = next(reading.frames(path, reading.detect(path)))
        assert frame.iloc[:, :3].to_numpy(dtype=object).tolist() == [["NA", "null", "007"], ["", "1e5", "TRUE"]]


def test_limits(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat 8: bytes, rows and the length of a line have limits; a cell of 64 KB is still one."""
    with pytest.raises(Refused, match="larger than 0 MB"):
        reading.detect(make("Nome,Cognome\nMario,Rossi\n"), max_bytes=10)
    path = make(f"Nome,Cognome,Note\nMario,Rossi,{'x' * 65_536}\n")
    assert reading.count_rows(path, reading.detect(path)) == 1
    path = make(f"Nome,Cognome,Note\nMario,Rossi,{'x' * 65_537}\n")
    with pytest.raises(Refused, match="64 KB"):
        reading.count_rows(path, reading.detect(path))
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    path = make("Nome,Cognome\n" + "Mario,Rossi\n" * 4)
    with pytest.raises(Refused, match="more than 3 rows"):
        reading.count_rows(path, reading.detect(path))


def test_one_endless_line(make: Make) -> None:
    """Threat 8: a line without end is refused without being held whole."""
    with pytest.raises(Refused, match="too long"):
        reading.detect(make(b"Nome,Cognome\n" + b"x" * (5 << 20)))


def test_memory_is_flat(make: Make) -> None:
    """Threat 8, IMP-08: 40 MB take no more memory than a block."""
    path = make("Nome,Cognome,Note\n" + f"Mario,Rossi,{'x' * 500}\n" * 80_000)
    dialect = reading.detect(path)
    reading.count_rows(path, dialect)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert reading.count_rows(path, dialect) == 80_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def zipped(**parts: bytes) -> bytes:
    """A zip that looks like a workbook."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": b"<Types/>", **parts}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


BOMBS = {
    "blanks": zipped(**{"xl/worksheets/sheet1.xml": b" " * (150 << 20)}),
    "entities": zipped(
        **{"xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'}
    ),
    "far cell": zipped(
        **{"xl/worksheets/sheet1.xml": b'<sheetData><row r="1048576"><c r="XFD1048576"/></row></sheetData>'}
    ),
    "far row": zipped(
        **{"xl/worksheets/sheet1.xml": b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="ALL1048576"/></row>'}
    ),
    "many parts": zipped(**{f"xl/{i:0200}.xml": b"" for i in range(5000)}),
    "not a workbook": zipped(**{"xl/workbook.xml": b"<workbook"}),
    "cut": workbook(["Nome", "Cognome"], ["Mario", "Rossi"])[:-200],
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_workbook_bombs(make: Make, bomb: str) -> None:
    """Threat 9: bombs, entities, giants of two cells and damaged workbooks are refused."""
    with pytest.raises(Refused):
        reading.detect(make(BOMBS[bomb]))


def test_a_workbook_that_lies_about_its_size(make: Make) -> None:
    """Threat 9: counted while inflating, not believed."""
    content = bytearray(zipped(**{"xl/worksheets/sheet1.xml": b"<x>" + b" " * 100_000 + b"</x>"}))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    with pytest.raises(Refused):
        sheets.prove(make(bytes(content)))


def test_the_sheet_with_headings_is_taken(tmp_path: Path) -> None:
    """IMP-01: of several sheets the one whose headings are known."""
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Vuoto")
        book.add_worksheet("Altro").write_row(0, 0, ["uno", "due"])
        sheet = book.add_worksheet("Clienti")
        sheet.write_row(2, 1, ["Nome", "Cognome", "Cellulare"])
        sheet.write_row(3, 1, ["Mario", "Rossi", 3331234567])
    dialect = reading.detect(path)
    assert (dialect.sheet, dialect.header_line) == ("Clienti", 2)
    frame = next(reading.frames(path, dialect))
    assert frame.iloc[0].tolist()[:5] == ["Mario", "Rossi", "3331234567", 4, None]


def test_choices_of_the_person() -> None:
    """IMP-02: all that was detected can be changed; the impossible is refused."""
    chosen = Dialect(certain=False).changed(delimiter=";", quotechar="", header_line=None, encoding="cp850")
    assert (chosen.delimiter, chosen.header_line, chosen.certain) == (";", None, True)
    assert Dialect.from_json(chosen.to_json()) == chosen
    for wrong in ({"delimiter": "x"}, {"quotechar": "#"}, {"header_line": -1}, {"encoding": "rot13"}):
        with pytest.raises(Refused):
            Dialect().changed(**wrong)


def test_a_file_that_is_almost_utf8(make: Make) -> None:
    """Policy 2: bytes are never replaced; a file mixed of two encodings is refused, not read wrong."""
    with pytest.raises(Refused, match="mend it"):
        reading.detect(make("Nome,Cognome\nNiccolò,Rossi\n".encode() + "Zoè,Neri\n".encode("cp1252")))

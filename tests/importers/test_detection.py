"""Files put together at random from what real ones are made of: always read as they were written, without a click."""

import csv
import io
from pathlib import Path
from random import Random

import pytest

from importers import guessing, reading

HEADINGS = {
    "first_name": ["Nome", "First Name", "Given Name", "nome"],
    "last_name": ["Cognome", "Last Name", "Surname"],
    "email": ["E-mail", "Email", "Email Address", "Posta elettronica", "mail"],
    "phone": ["Telefono", "Phone", "Tel.", "Phone Number"],
    "phone_mobile": ["Cellulare", "Mobile", "Cell."],
    "company": ["Azienda", "Company", "Società", "Ragione sociale"],
    "notes": ["Note", "Notes", "Commenti"],
    "address_city": ["Città", "City", "Comune"],
    "address_zip": ["CAP", "Zip"],
    "title": ["Ruolo", "Job Title", "Posizione"],
    "tags": ["Tag", "Etichette"],
    "": ["Stipendio", "Codice", "Altro campo", "Fatturato 2023", "Data contratto"],
}
CELLS = {
    "first_name": ["Mario", "Anna", "Zoë", "Niccolò", "Maria Luisa"],
    "last_name": ["Rossi", "De Luca", "O'Brien", "Müller"],
    "email": ["", "u1@example.com", "u2@example.com; b@example.com", "u3@example.com, c@example.com"],
    "phone": ["", "055 123456", "055/1234567", "+39 055 12345"],
    "phone_mobile": ["", "333 1234567"],
    "company": ["", "Acme, Srl", "Beta; Gamma", "Delta | Co", 'Acme "Top" srl'],
    "notes": ["", "riga uno, due, tre", "a;b;c", "prima\nseconda", "x|y|z", "così; e, poi|ancora", "tab\tqui"],
    "address_city": ["", "Firenze", "Forlì"],
    "address_zip": ["", "50100", "00123"],
    "title": ["", "CEO", "Direttore, vendite"],
    "tags": ["", "uno, due", "vip;top"],
    "": ["", "12,5", "1.234,50", "2024-01-02", "abc", "A;B"],
}
ABOVE = [[], [], [["Elenco contatti"]], [[], ["Export del 01/02/2024 10:00"], []],
         [["Notes:"], ["Testo, lungo; con punteggiatura | varia"], []]]  # fmt: skip


def made_up(random: Random) -> tuple[bytes, str, list[str], list[str], list[list[str]]]:
    """A file with its delimiter, the fields of its columns, its headings and its rows."""
    rest = random.sample([f for f in HEADINGS if not f.endswith("_name")], random.randint(1, 8))
    columns = ["first_name", "last_name", *rest]
    random.shuffle(columns)
    titles = [random.choice(HEADINGS[c]) for c in columns]
    mark, end = random.choice(",;\t|"), random.choice(["\n", "\r\n", "\r"])
    encoding = random.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    rows = [[random.choice(CELLS[c]) for c in columns] for _ in range(random.randint(1, 12))]
    if end == "\r":
        rows = [[c.replace("\n", " ") for c in row] for row in rows]
    buffer = io.StringIO(newline="")
    quoting = random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    csv.writer(buffer, delimiter=mark, lineterminator=end, quoting=quoting).writerows(
        [*random.choice(ABOVE), titles, *rows]
    )
    return buffer.getvalue().encode(encoding), mark, columns, titles, rows


@pytest.mark.parametrize("seed", range(150))
def test_files_are_read_as_they_were_written(tmp_path: Path, seed: int) -> None:
    """IMP-02: encoding, delimiter, headings, cells and fields are found without being told."""
    content, mark, columns, titles, rows = made_up(Random(seed))
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    dialect = reading.detect(path)
    seen = reading.preview(path, dialect, 50)
    assert (dialect.delimiter, seen.headings, seen.rows) == (mark, titles, rows)
    assert [c.field for c in guessing.guess(seen.headings, seen.samples).columns] == columns
    assert reading.count_rows(path, dialect) == len(rows)

"""The corpus: small files as people have them, each with what must become of every row of it, written by hand.

`python -m tests.importers.corpus` writes them to tests/data/imports, each NAME.csv beside NAME.json.
"""
# ruff: noqa: E501 (a row of a file stays on one line)

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

HERE = Path(__file__).parents[1] / "data" / "imports"
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A file and its outcome. `rows`: by line, every filled field of the contact (see `test_corpus.summary`).
    `refused`: by line, a part of the reason. `whole`: a part of the sentence when the file is refused as a whole."""

    name: str
    about: str
    content: bytes
    rows: dict[int, Row] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    whole: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    mapping: Any = None
    custom: list[tuple[str, str, str]] = field(default_factory=list)
    dialect: dict[str, Any] = field(default_factory=dict)
    certain: bool = True

    def outcome(self) -> dict[str, Any]:
        """As it stands beside the file."""
        found: dict[str, Any] = {"about": self.about, "created": len(self.rows)}
        for name in ("rows", "refused", "whole", "options", "mapping", "custom", "dialect"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        return found if self.certain else {**found, "certain": False}


def person(first: str, last: str, **more: Any) -> Row:
    """A person with further fields."""
    return {"kind": "person", "first_name": first, "last_name": last, **more}


def company(name: str, **more: Any) -> Row:
    """A company with further fields."""
    return {"kind": "company", "name": name, **more}


def text(*lines: str, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """Lines as a file."""
    return "".join(line + end for line in lines).encode(encoding)


def workbook(*rows: list[Any]) -> bytes:
    """Rows as an .xlsx file."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Contatti")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                write = sheet.write_string if isinstance(cell, str) else sheet.write
                write(number, column, cell)
    book.close()
    return buffer.getvalue()


MARIO = person("Mario", "Rossi", emails=["work mario@example.com"])
ANNA = person("Anna", "Verdi", emails=["work anna@example.com"])
ITALIAN = ("Nome;Cognome;Città;Note", "Niccolò;D’Angelò;Forlì;Perché è così: 10 €", "Zoë;Müller;Cefalù;")
ITALIAN_ROWS = {
    2: person("Niccolò", "D’Angelò", addresses=["work||Forlì|||"], notes=["Perché è così: 10 €"]),
    3: person("Zoë", "Müller", addresses=["work||Cefalù|||"]),
}
PLAIN_ITALIAN = ("Nome;Cognome;Città;Note", "Niccolò;Degradò;Forlì;Perché è così", "Zoè;Mulè;Cefalù;")
PLAIN_ROWS = {
    2: person("Niccolò", "Degradò", addresses=["work||Forlì|||"], notes=["Perché è così"]),
    3: person("Zoè", "Mulè", addresses=["work||Cefalù|||"]),
}
TWO = ("First Name{0}Last Name{0}Email", "Mario{0}Rossi{0}mario@example.com", "Anna{0}Verdi{0}anna@example.com")


def two(mark: str) -> tuple[str, ...]:
    """Two persons with this delimiter."""
    return tuple(line.format(mark) for line in TWO)


ENCODINGS = [
    Case("utf8", "UTF-8 without mark", text(*ITALIAN), ITALIAN_ROWS),
    Case("utf8-bom", "UTF-8 with mark, CRLF", text(*ITALIAN, end="\r\n", encoding="utf-8-sig"), ITALIAN_ROWS),
    Case("utf16-le", "UTF-16 little endian with mark", text(*ITALIAN, encoding="utf-16"), ITALIAN_ROWS),
    Case(
        "utf16-be",
        "UTF-16 big endian with mark",
        b"\xfe\xff" + text(*ITALIAN, encoding="utf-16-be"),
        ITALIAN_ROWS,
    ),
    Case(
        "cp1252", "Windows, accents, euro and typographic apostrophe", text(*ITALIAN, encoding="cp1252"), ITALIAN_ROWS
    ),
    Case(
        "latin1", "ISO 8859-1, no sign that tells it from cp1252", text(*PLAIN_ITALIAN, encoding="latin-1"), PLAIN_ROWS
    ),
    Case(
        "latin9",
        "ISO 8859-15, the euro tells",
        text("Nome;Cognome;Note", "Niccolò;Rossi;10 €", encoding="iso8859-15"),
        {2: person("Niccolò", "Rossi", notes=["10 €"])},
    ),
    Case("macroman", "Old Macintosh", text(*PLAIN_ITALIAN, end="\r", encoding="mac_roman"), PLAIN_ROWS),
    Case("cp850", "DOS", text(*PLAIN_ITALIAN, end="\r\n", encoding="cp850"), PLAIN_ROWS),
    Case(
        "cp1251-unsure",
        "A Cyrillic file: only proposed, the person must look",
        text("Nome;Cognome;Note", "Иван;Иванов;Привет из Москвы", encoding="cp1251"),
        dialect={"encoding": "cp1251"},
        rows={2: person("Иван", "Иванов", notes=["Привет из Москвы"])},
        certain=False,
    ),
    Case(
        "wrong-encoding",
        "cp1252 bytes read as UTF-8 because a person said so: refused, never replaced",
        text(*ITALIAN, encoding="cp1252"),
        dialect={"encoding": "utf-8"},
        whole="encoding",
    ),
]

SHAPES = [
    Case("comma", "Comma", text(*two(",")), {2: MARIO, 3: ANNA}),
    Case("semicolon", "Semicolon", text(*two(";")), {2: MARIO, 3: ANNA}),
    Case("tab", "Tab", text(*two("\t")), {2: MARIO, 3: ANNA}),
    Case("pipe", "Vertical bar", text(*two("|")), {2: MARIO, 3: ANNA}),
    Case("cr", "Line ends CR", text(*two(","), end="\r"), {2: MARIO, 3: ANNA}),
    Case("crlf-no-end", "CRLF, the last line without end", text(*two(","), end="\r\n")[:-2], {2: MARIO, 3: ANNA}),
    Case("sep", "Excel's sep= line", text("sep=;", *two(";")), {3: MARIO, 4: ANNA}),
    Case(
        "title-above",
        "Lines above the headings",
        text("Elenco clienti al 31/12/2025;;", ";;", *two(";")),
        {4: MARIO, 5: ANNA},
    ),
    Case(
        "semicolon-with-commas",
        "Semicolons, while cells are full of commas",
        text(
            "Nome;Cognome;Indirizzo;Note", "Mario;Rossi;Via Roma, 1;alto, biondo, gentile", "Anna;Verdi;Via Po, 2;a, b"
        ),
        {
            2: person("Mario", "Rossi", addresses=["work|Via Roma, 1||||"], notes=["alto, biondo, gentile"]),
            3: person("Anna", "Verdi", addresses=["work|Via Po, 2||||"], notes=["a, b"]),
        },
    ),
    Case(
        "quoted",
        "Line breaks, delimiters and doubled quotes in quotes; lines are physical",
        text(
            "Nome,Cognome,Note",
            'Mario,"Rossi, detto ""il lungo""","prima riga',
            'seconda riga"',
            "Anna,Verdi,sola",
            '"Ugo","Bianchi","fine"',
        ),
        {
            2: person("Mario", 'Rossi, detto "il lungo"', notes=["prima riga\nseconda riga"]),
            4: person("Anna", "Verdi", notes=["sola"]),
            5: person("Ugo", "Bianchi", notes=["fine"]),
        },
    ),
    Case(
        "quotes-inside",
        "A quote within an unquoted cell is text; blanks after a closing quote are nothing",
        text("Nome,Cognome,Note", 'Mario,Rossi,tubo da 5" pollici', '"Anna" ,"Verdi" ,"x" '),
        {2: person("Mario", "Rossi", notes=['tubo da 5" pollici']), 3: person("Anna", "Verdi", notes=["x"])},
    ),
    Case(
        "text-after-quote",
        "Text after a closing quote refuses its row alone",
        text("Nome,Cognome,Note", 'Mario,Rossi,"Bella" Napoli', "Anna,Verdi,"),
        {3: person("Anna", "Verdi")},
        {2: "closing quote"},
    ),
    Case(
        "blank-before-quote",
        'Cells written as "a", "b"',
        text('"Nome", "Cognome", "Note"', '"Mario", "Rossi", "uno, due"'),
        {2: person("Mario", "Rossi", notes=["uno, due"])},
    ),
    Case(
        "single-quotes",
        "Single quotes around the cells",
        text("'Nome','Cognome','Note'", "'Mario','Rossi','uno, due'", "'Anna','Verdi',''"),
        {2: person("Mario", "Rossi", notes=["uno, due"]), 3: person("Anna", "Verdi")},
    ),
    Case(
        "ragged",
        "Short rows are padded, empty cells beyond the headings ignored, filled ones refuse the row",
        text("Nome;Cognome;E-mail", "Mario;Rossi", "Anna;Verdi;anna@example.com;;;", "Ugo;Bianchi;;di troppo"),
        {2: person("Mario", "Rossi"), 3: ANNA},
        {4: "4 cells"},
    ),
    Case(
        "blank-lines",
        "Blank lines, blanks alone and delimiters alone are no rows",
        text(
            "Nome;Cognome;E-mail",
            "",
            "Mario;Rossi;mario@example.com",
            ";;",
            " ; \t;",
            "\u00a0;\u200b;",
            "   ",
            "Anna;Verdi;anna@example.com",
            "",
            "",
        ),
        {3: MARIO, 8: ANNA},
    ),
    Case(
        "equal-headings",
        "Three columns of one name",
        text("Nome,Cognome,Email,Email,Email", "Mario,Rossi,mario@example.com,,due@example.com"),
        {2: person("Mario", "Rossi", emails=["work mario@example.com", "work due@example.com"])},
    ),
    Case(
        "no-headings",
        "No headings: told by the cells, names mapped by a person",
        text("Mario,Rossi,mario@example.com,055 1234567", "Anna,Verdi,anna@example.com,055 7654321"),
        {
            1: {**MARIO, "phones": ["work 055 1234567"]},
            2: {**ANNA, "phones": ["work 055 7654321"]},
        },
        mapping={"0": "first_name", "1": "last_name", "2": "email", "3": "phone"},
    ),
    Case(
        "unnamed-column",
        "A column without heading (as pandas writes its index) is not imported",
        text(",Nome,Cognome", "0,Mario,Rossi", "1,Anna,Verdi"),
        {2: person("Mario", "Rossi"), 3: person("Anna", "Verdi")},
    ),
    Case(
        "repeated-headings",
        "Two files glued together",
        text("Nome,Cognome,Azienda", "Mario,Rossi,Acme", "Nome,Cognome,Azienda", "Anna,Verdi,Beta"),
        {2: person("Mario", "Rossi", company="Acme"), 4: person("Anna", "Verdi", company="Beta")},
        {3: "repeats the headings"},
    ),
    Case(
        "one-column",
        "One column alone: a comma in a cell is text",
        text("Nome completo", "Mario Rossi", '"Verdi, Anna"', "Neri, Ugo"),
        {2: person("Mario", "Rossi"), 3: person("Anna", "Verdi"), 4: person("Ugo", "Neri")},
    ),
    Case(
        "years-in-headings",
        "Headings with numbers are headings all the same",
        text("Nome;Cognome;Fatturato 2023;Fatturato 2024;E-mail", "Mario;Rossi;1.000,00;2.000,00;mario@example.com"),
        {2: MARIO},
    ),
    Case(
        "foreign-headings",
        "Headings that we don't know, above emails and phones, are headings; a person maps them",
        text("Namn;Efternamn;Epost", "Mario;Rossi;mario@example.com", "Anna;Verdi;anna@example.com"),
        {2: MARIO, 3: ANNA},
        mapping={"Namn": "first_name", "Efternamn": "last_name", "Epost": "email"},
    ),
    Case(
        "two-addresses",
        "Two addresses of one kind, by equal headings",
        text(
            "Nome,Cognome,Indirizzo,CAP,Città,Indirizzo,CAP,Città",
            "Mario,Rossi,Via Roma 1,50100,Firenze,Via Po 2,00100,Roma",
        ),
        {2: person("Mario", "Rossi", addresses=["work|Via Roma 1|Firenze||50100|", "work|Via Po 2|Roma||00100|"])},
    ),
    Case(
        "footer",
        "A line of totals at the end is a row like others, and no contact",
        text("Nome;Cognome;E-mail", "Mario;Rossi;mario@example.com", "", "Totale: 1"),
        {2: MARIO},
        {4: "last name is missing"},
    ),
    Case(
        "double-cr",
        "Line ends doubled by a careless program",
        text(*two(","), end="\r\r\n"),
        {3: MARIO, 5: ANNA},
    ),
    Case(
        "control-z",
        "DOS's end of file is no row",
        text(*two(",")) + b"\x1a",
        {2: MARIO, 3: ANNA},
    ),
    Case(
        "error-file",
        "The file of refused rows, mended: maps by itself, _line and _reason are ignored",
        text("Nome,Cognome,Email,_line,_reason", "Mario,Rossi,mario@example.com,17,“x” is not an email address"),
        {2: MARIO},
    ),
]

VALUES = [
    Case(
        "text-stays",
        "NA, null, 007 and the like are text",
        text("Nome,Cognome,CAP,Azienda,Note", "NA,null,00123,N/A,007", "None,NaN,04100,TRUE,1e5", "Nan,0,00000,-,1.0"),
        {
            2: person("NA", "null", company="N/A", addresses=["work||||00123|"], notes=["007"]),
            3: person("None", "NaN", company="TRUE", addresses=["work||||04100|"], notes=["1e5"]),
            4: person("Nan", "0", company="-", addresses=["work||||00000|"], notes=["1.0"]),
        },
    ),
    Case(
        "blanks",
        "Blanks, no-break spaces and zero-width marks at both ends go; decomposed accents are composed",
        text(
            "Nome,Cognome,E-mail,Note",
            "\u00a0 Mario\u200b,\ufeffRossi\u2060 , MARIO@Example.COM\u00a0, a  b ",
            "Nicolo\u0300,Citta\u0300,,c\u00a0d",
        ),
        {
            2: {**MARIO, "notes": ["a  b"]},
            3: person("Nicolò", "Città", notes=["c\u00a0d"]),
        },
    ),
    Case(
        "several-emails",
        "Several in a cell become several; a bad one refuses the row",
        text(
            "Nome;Cognome;E-mail",
            "Mario;Rossi;Mario@Example.com, due@example.com",
            '"Anna";"Verdi";"anna@example.com; due@example.com ::: anna@example.com;"',
            "Ugo;Bianchi;ugo@example.com, niente",
            "Zoe;Neri;zoe@",
            "Leo;Galli;a b@example.com",
            "Ada;Poli;a@b@example.com",
            "Ivo;Riva;Ivo Riva <ivo@example.com>",
        ),
        {
            2: person("Mario", "Rossi", emails=["work mario@example.com", "work due@example.com"]),
            3: person("Anna", "Verdi", emails=["work anna@example.com", "work due@example.com"]),
        },
        {4: "“niente” is not an email", 5: "zoe@", 6: "a b@example.com", 7: "a@b@", 8: "Ivo Riva"},
    ),
    Case(
        "phones",
        "As typed; without digits refused; several told apart",
        text(
            "Nome;Cognome;Telefono;Cellulare",
            "Mario;Rossi;055/123456;+39 333 1234567",
            "Anna;Verdi;n/d;",
            "Ugo;Bianchi;0039 055 12345 / 333 9876543;",
            "Zoe;Neri;(+1) 415-555-2671 ext. 12;'+39 347 0000000",
        ),
        {
            2: person("Mario", "Rossi", phones=["work 055/123456", "mobile +39 333 1234567"]),
            4: person("Ugo", "Bianchi", phones=["work 0039 055 12345", "work 333 9876543"]),
            5: person("Zoe", "Neri", phones=["work (+1) 415-555-2671 ext. 12", "mobile +39 347 0000000"]),
        },
        {3: "“n/d” is not a phone"},
    ),
    Case(
        "formulas",
        "Formulas are stored as typed; our own guard is taken off",
        text(
            "Nome,Cognome,Azienda,Note",
            "=1+1,@SUM(A1),+39,-2",
            "'=1+1,'@SUM(A1),'+x,'-2",
            "''=due,'Ndrangheta,O'Brien,'ciao",
        ),
        {
            2: person("=1+1", "@SUM(A1)", company="+39", notes=["-2"]),
            3: person("=1+1", "@SUM(A1)", company="+x", notes=["-2"]),
            4: person("'=due", "'Ndrangheta", company="O'Brien", notes=["'ciao"]),
        },
    ),
    Case(
        "markup",
        "Markup, templates and SQL are text",
        text(
            "Nome,Cognome,Azienda",
            '<script>alert(1)</script>,{{7*7}},"Robert\'); DROP TABLE contact;--"',
            "${7*7},%s,../../etc/passwd",
            "\u202eoiraM,\u05d0\u05d1\u05d2,محمد",
        ),
        {
            2: person("<script>alert(1)</script>", "{{7*7}}", company="Robert'); DROP TABLE contact;--"),
            3: person("${7*7}", "%s", company="../../etc/passwd"),
            4: person("\u202eoiraM", "\u05d0\u05d1\u05d2", company="محمد"),
        },
    ),
    Case(
        "nul",
        "A NUL refuses its row",
        text("Nome,Cognome,Note", "Ma\0rio,Rossi,", "Anna,Verdi,", "Ugo,Bianchi,\0"),
        {3: person("Anna", "Verdi")},
        {2: "NUL", 4: "NUL"},
    ),
    Case(
        "long",
        "255 characters are a name, 256 are not; a word of 10 KB is a note",
        text("Nome,Cognome,Note", f"{'a' * 255},Rossi,", f"{'b' * 256},Verdi,", f"Ugo,Bianchi,{'w' * 10_000}"),
        {2: person("a" * 255, "Rossi"), 4: person("Ugo", "Bianchi", notes=["w" * 10_000])},
        {3: "255 characters"},
    ),
    Case(
        "links",
        "Links as typed, the kind by the host; a script is no link",
        text(
            "Nome,Cognome,Sito web,Twitter",
            "Mario,Rossi,https://www.linkedin.com/in/mario,@mario",
            "Anna,Verdi,www.example.com,",
            "Ugo,Bianchi,javascript:alert(1),",
        ),
        {
            2: person("Mario", "Rossi", webs=["linkedin https://www.linkedin.com/in/mario", "x @mario"]),
            3: person("Anna", "Verdi", webs=["website www.example.com"]),
        },
        {4: "not a web address"},
    ),
    Case(
        "whole-names",
        "The last word is the last name; a comma says otherwise; one name alone is refused",
        text(
            "Nome completo;E-mail",
            "Mario Rossi;",
            "Maria De Rossi;",
            '"Rossi, Mario";',
            "Madonna;",
            "Mario  Luca  Bianchi;",
            "Acme S.r.l.;info@example.com",
        ),
        {
            2: person("Mario", "Rossi"),
            3: person("Maria De", "Rossi"),
            4: person("Mario", "Rossi"),
            6: person("Mario  Luca", "Bianchi"),
            7: company("Acme S.r.l.", emails=["work info@example.com"]),
        },
        {5: "one name alone"},
    ),
    Case(
        "last-name-first",
        "The heading says that last names come first",
        text("Cognome e nome", "Rossi Mario", "De Luca Maria Grazia"),
        {2: person("Mario", "Rossi")},
        {3: "which is the last name"},
    ),
    Case(
        "single-names",
        "The option takes a single name as the last name",
        text("Nome,Cognome", "Madonna,", ",Prince", "Mario,Rossi"),
        {2: person("", "Madonna"), 3: person("", "Prince"), 4: person("Mario", "Rossi")},
        options={"single_name_as_last": True},
    ),
    Case(
        "companies",
        "A company name alone is a company; with a person it is where the person works",
        text(
            "Nome,Cognome,Ragione sociale,E-mail",
            ",,Acme S.r.l.,info@example.com",
            "Mario,Rossi,Acme S.r.l.,",
            "Anna,,Acme S.r.l.,",
            ",,,solo@example.com",
        ),
        {
            2: company("Acme S.r.l.", emails=["work info@example.com"]),
            3: person("Mario", "Rossi", company="Acme S.r.l."),
        },
        {4: "last name is missing", 5: "no name"},
    ),
    Case(
        "kinds",
        "A column says what the row is",
        text(
            "Tipo,Nome,Cognome,Azienda",
            "Persona,Mario,Rossi,Acme",
            "Azienda,,,Beta",
            "Società,,,Gamma",
            "Boh,Ugo,Neri,",
        ),
        {
            2: person("Mario", "Rossi", company="Acme"),
            3: company("Beta"),
            4: company("Gamma"),
        },
        {5: "neither a person nor a company"},
        mapping={"Tipo": "kind", "Nome": "first_name", "Cognome": "last_name", "Azienda": "company"},
    ),
    Case(
        "kinds-at-odds",
        "A row that says two things about who it is is refused",
        text("Tipo,Nome,Cognome,Azienda", "Persona,,,Acme", "Azienda,Mario,Rossi,Acme", "Azienda,,,"),
        {},
        {2: "no name", 3: "a company has no first and last name", 4: "no name"},
        mapping={"Tipo": "kind", "Nome": "first_name", "Cognome": "last_name", "Azienda": "company"},
    ),
    Case(
        "dates",
        "One day over 12 settles the column; 0/0/00 is empty; a bad one refuses its row",
        text(
            "Nome;Cognome;Nascita",
            "Mario;Rossi;03/04/1980",
            "Anna;Verdi;25/12/1979",
            "Ugo;Bianchi;0/0/00",
            "Zoe;Neri;31/02/1990",
            "Leo;Galli;1985-05-06",
            "Ada;Poli;",
        ),
        {
            2: person("Mario", "Rossi", custom={"birthday": "1980-04-03"}),
            3: person("Anna", "Verdi", custom={"birthday": "1979-12-25"}),
            4: person("Ugo", "Bianchi"),
            6: person("Leo", "Galli", custom={"birthday": "1985-05-06"}),
            7: person("Ada", "Poli"),
        },
        {5: "“31/02/1990” is not a date"},
        custom=[("birthday", "Nascita", "date")],
    ),
    Case(
        "dates-american",
        "Month first, by one value",
        text("Nome;Cognome;Nascita", "Mario;Rossi;03/04/1980", "Anna;Verdi;12/25/1979"),
        {
            2: person("Mario", "Rossi", custom={"birthday": "1980-03-04"}),
            3: person("Anna", "Verdi", custom={"birthday": "1979-12-25"}),
        },
        custom=[("birthday", "Nascita", "date")],
    ),
    Case(
        "dates-ask",
        "Nothing settles the column: the person is asked",
        text("Nome;Cognome;Nascita", "Mario;Rossi;03/04/1980", "Anna;Verdi;05/05/1979"),
        whole="day or the month first",
        custom=[("birthday", "Nascita", "date")],
    ),
    Case(
        "dates-told",
        "The person has said it",
        text("Nome;Cognome;Nascita", "Mario;Rossi;03/04/1980"),
        {2: person("Mario", "Rossi", custom={"birthday": "1980-03-04"})},
        custom=[("birthday", "Nascita", "date")],
        options={"day_first": False},
    ),
    Case(
        "numbers",
        "A number has no unit and no currency",
        text("Nome;Cognome;Dipendenti", "Mario;Rossi;1.200", "Anna;Verdi;12,5", "Ugo;Bianchi;€ 5", "Zoe;Neri;12 kg"),
        {
            2: person("Mario", "Rossi", custom={"staff": "1200"}),
            3: person("Anna", "Verdi", custom={"staff": "12.5"}),
        },
        {4: "not an amount", 5: "not an amount"},
        custom=[("staff", "Dipendenti", "number")],
    ),
    Case(
        "amounts",
        "The decimal mark is settled by column, the cents are exact",
        text(
            "Nome;Cognome;Fatturato",
            "Mario;Rossi;€ 1.234,50",
            "Anna;Verdi;12.345",
            "Ugo;Bianchi;-0,10",
            "Zoe;Neri;molti",
            "Leo;Galli;$ 5",
            "Ada;Poli;1,234",
        ),
        {
            2: person("Mario", "Rossi", custom={"turnover": {"amount": "1234.50", "currency": "EUR"}}),
            3: person("Anna", "Verdi", custom={"turnover": {"amount": "12345.00", "currency": "EUR"}}),
            4: person("Ugo", "Bianchi", custom={"turnover": {"amount": "-0.10", "currency": "EUR"}}),
            6: person("Leo", "Galli", custom={"turnover": {"amount": "5.00", "currency": "USD"}}),
        },
        {5: "“molti” is not an amount", 7: "at most 2 decimals"},
        custom=[("turnover", "Fatturato", "money")],
    ),
]

WHOLE = [
    Case("empty", "Nothing at all", b"", whole="empty"),
    Case("blank", "Blank lines alone", b"\r\n\r\n  \n", whole="empty"),
    Case("header-only", "Headings and no rows", text("Nome,Cognome,E-mail"), whole="no rows"),
    Case("picture", "A picture named .csv", b"\x89PNG\r\n\x1a\n" + bytes(200), whole="PNG"),
    Case("binary", "Bytes that are no text", bytes(range(256)) * 8, whole="not text"),
    Case("archive", "A zip that is no workbook", b"PK\x03\x04" + bytes(100), whole="zip"),
    Case(
        "many-columns",
        "2,000 columns",
        text(",".join(f"c{i}" for i in range(2000)), ",".join("x" for _ in range(2000))),
        whole="1,000 columns",
    ),
    Case("long-cell", "A cell of 70 KB", text("Nome,Cognome,Note", f"Mario,Rossi,{'x' * 70_000}"), whole="64 KB"),
    Case(
        "open-quote",
        "A quote never closed",
        text("Nome,Cognome,Note", "Anna,Verdi,", 'Mario,Rossi,"aperta', "Ugo,Bianchi,"),
        whole="line 3",
    ),
    Case(
        "open-quote-paired",
        "A quote left open that meets the next one: where rows begin is unsure",
        text("Nome,Cognome,Note", 'Mario,Rossi,"aperta', "Anna,Verdi,", 'Ugo,Bianchi,"altra', "Zoe,Neri,"),
        whole="line 2",
    ),
    Case("no-name", "No column for a name", text("E-mail,Telefono", "mario@example.com,055 123456"), whole="No column"),
]

GOOGLE_OLD = (
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,"
    "Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,Location,Billing Information,"
    "Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group Membership,"
    "E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,"
    "Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,"
    "Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,"
    "Organization 1 - Type,Organization 1 - Name,Organization 1 - Yomi Name,Organization 1 - Title,"
    "Organization 1 - Department,Organization 1 - Symbol,Organization 1 - Location,"
    "Organization 1 - Job Description,Website 1 - Type,Website 1 - Value"
)
GOOGLE_NEW = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,"
    "Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,"
    "Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,"
    "Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,"
    "Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Website 1 - Label,"
    "Website 1 - Value"
)
OUTLOOK = (
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,"
    "Business Street 3,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,"
    "Home City,Home Postal Code,Business Fax,Business Phone,Business Phone 2,Home Phone,Mobile Phone,Other Phone,"
    "Anniversary,Birthday,Categories,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,"
    "E-mail 2 Display Name,Gender,Notes,Private,Sensitivity,Web Page"
)
OUTLOOK_IT = (
    "Titolo,Nome,Secondo nome,Cognome,Titolo straniero,Società,Reparto,Posizione,Via (uff.),Via (uff.) 2,"
    "Città (uff.),Provincia (uff.),CAP (uff.),Paese/area geografica (uff.),Via (ab.),Città (ab.),Fax (uff.),Ufficio,"
    "Abitazione,Cellulare,Categorie,Compleanno,Indirizzo posta elettronica,Tipo posta elettronica,"
    "Nome visualizzato posta elettronica,Indirizzo posta elettronica 2,Note,Pagina Web,Privato,Riservatezza"
)
ONLYOFFICE = (
    "Company/Person,First name,Last name,Company name,Job title,About,Contact temperature level,Contact type,"
    "Contact tag list,Phone (home),Phone (work),Phone (mobile),Phone (fax),Phone (direct),Phone (other),Email (home),"
    "Email (work),Email (other),Website (home),Website (work),Skype (work),LinkedIn (work),Address (home) street,"
    "Address (home) city,Address (home) state,Address (home) zip,Address (home) country,Address (billing) street,"
    "Address (billing) city,Address (billing) state,Address (billing) zip,Address (billing) country"
)


def row(headings: str, **cells: str) -> str:
    """A row under these headings, given by heading (blanks as _), all others empty; quoted where needed."""
    names = headings.split(",")
    wanted = dict(cells)
    out = []
    for name in names:
        key = "".join(c if c.isalnum() else "_" for c in name)
        out.append(wanted.pop(key, ""))
    assert not wanted, wanted
    return ",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' if set(c) & set(',"\n') else c for c in out)


PROGRAMS = [
    Case(
        "google-old",
        "Google Contacts until 2024, two values in one cell, labels in their own columns",
        text(
            GOOGLE_OLD,
            row(
                GOOGLE_OLD,
                Name="Maria Luisa Rossi",
                Given_Name="Maria",
                Additional_Name="Luisa",
                Family_Name="Rossi",
                Notes="prima\nseconda",
                Group_Membership="* myContacts ::: Clienti",
                E_mail_1___Type="* Work",
                E_mail_1___Value="Maria@Example.com ::: m.rossi@example.com",
                E_mail_2___Type="Home",
                E_mail_2___Value="casa@example.com",
                Phone_1___Type="Mobile",
                Phone_1___Value="+39 333 1234567",
                Address_1___Type="Home",
                Address_1___Formatted="Via Roma 1\nFirenze",
                Address_1___Street="Via Roma 1",
                Address_1___City="Firenze",
                Address_1___Postal_Code="50100",
                Organization_1___Name="Acme",
                Organization_1___Title="CEO",
                Website_1___Type="Profile",
                Website_1___Value="http://www.example.com",
            ),
            row(
                GOOGLE_OLD,
                Name="Acme",
                Organization_1___Name="Acme",
                Phone_1___Type="Main",
                Phone_1___Value="055 1234567",
            ),
            row(GOOGLE_OLD, Name="Madonna", Given_Name="Madonna"),
        ),
        {
            2: person(
                "Maria Luisa",
                "Rossi",
                company="Acme",
                title="CEO",
                notes=["prima\nseconda"],
                tags=["Clienti"],
                emails=["work maria@example.com", "work m.rossi@example.com", "home casa@example.com"],
                phones=["mobile +39 333 1234567"],
                webs=["website http://www.example.com"],
                addresses=["home|Via Roma 1|Firenze||50100|"],
            ),
            5: company("Acme", phones=["work 055 1234567"]),
        },
        {6: "last name is missing"},
    ),
    Case(
        "google-new",
        "Google Contacts since 2024",
        text(
            GOOGLE_NEW,
            row(
                GOOGLE_NEW,
                First_Name="Robert",
                Last_Name="Smith",
                Organization_Name="Acme",
                Organization_Title="Manager",
                Labels="* myContacts ::: Work",
                E_mail_1___Label="* Work",
                E_mail_1___Value="rob@example.com",
                Phone_1___Label="Mobile",
                Phone_1___Value="+1 415 555 0134 ::: +1 415 555 0135",
                Phone_2___Label="Work Fax",
                Phone_2___Value="020 7946 0018",
                Address_1___Label="Home",
                Address_1___Formatted="12 Elm St\nSpringfield",
            ),
            row(GOOGLE_NEW, Organization_Name="Comune di Bolzano"),
            row(GOOGLE_NEW, First_Name="Ada", Last_Name="Byron", E_mail_1___Value="non valida"),
        ),
        {
            2: person(
                "Robert",
                "Smith",
                company="Acme",
                title="Manager",
                tags=["Work"],
                emails=["work rob@example.com"],
                phones=["mobile +1 415 555 0134", "mobile +1 415 555 0135", "fax 020 7946 0018"],
                addresses=["home|12 Elm St\nSpringfield||||"],
            ),
            4: company("Comune di Bolzano"),
        },
        {5: "“non valida” is not an email"},
    ),
    Case(
        "outlook",
        "Outlook in English, cp1252, empty dates as 0/0/00, an Exchange address that is no email",
        text(
            OUTLOOK,
            row(
                OUTLOOK,
                Title="Mr.",
                First_Name="José",
                Middle_Name="Luis",
                Last_Name="Peña",
                Company="Acme",
                Job_Title="Buyer",
                Business_Street="Via Roma 1",
                Business_Street_2="Scala B",
                Business_City="Firenze",
                Business_State="FI",
                Business_Postal_Code="50100",
                Business_Country_Region="Italia",
                Home_Street="Via Po 2",
                Business_Phone="055 1234567",
                Business_Phone_2="055 7654321",
                Mobile_Phone="+39 333 1234567",
                Business_Fax="055 1111111",
                Birthday="0/0/00",
                Anniversary="0/0/00",
                Categories="Clienti;VIP",
                E_mail_Address="jose@example.com",
                E_mail_Type="SMTP",
                E_mail_2_Address="due@example.com",
                E_mail_2_Type="SMTP",
                Private="False",
                Sensitivity="Normal",
                Web_Page="http://www.example.com",
            ),
            row(OUTLOOK, First_Name="Ada", Last_Name="Byron", E_mail_Address="/o=Exchange/ou=X", E_mail_Type="EX"),
            encoding="cp1252",
            end="\r\n",
        ),
        {
            2: person(
                "José Luis",
                "Peña",
                company="Acme",
                title="Buyer",
                tags=["Clienti", "VIP"],
                emails=["work jose@example.com", "work due@example.com"],
                phones=["fax 055 1111111", "work 055 1234567", "work 055 7654321", "mobile +39 333 1234567"],
                webs=["website http://www.example.com"],
                addresses=["work|Via Roma 1, Scala B|Firenze|FI|50100|Italia", "home|Via Po 2||||"],
            )
        },
        {3: "not an email"},
    ),
    Case(
        "outlook-it",
        "Outlook in Italian",
        text(
            OUTLOOK_IT,
            row(
                OUTLOOK_IT,
                Titolo="Dott.",
                Nome="Niccolò",
                Cognome="Rossi",
                Società="Acme",
                Posizione="Direttore",
                Via__uff__="Via Roma 1",
                Città__uff__="Forlì",
                Provincia__uff__="FC",
                CAP__uff__="00123",
                Via__ab__="Via Po 2",
                Ufficio="055 1234567",
                Abitazione="055 7654321",
                Cellulare="333 1234567",
                Categorie="Clienti",
                Compleanno="0/0/00",
                Indirizzo_posta_elettronica="nic@example.com",
                Tipo_posta_elettronica="SMTP",
                Indirizzo_posta_elettronica_2="due@example.com",
                Note="così",
                Pagina_Web="www.example.com",
                Privato="Falso",
                Riservatezza="Normale",
            ),
            encoding="cp1252",
        ),
        {
            2: person(
                "Niccolò",
                "Rossi",
                company="Acme",
                title="Direttore",
                tags=["Clienti"],
                notes=["così"],
                emails=["work nic@example.com", "work due@example.com"],
                phones=["work 055 1234567", "home 055 7654321", "mobile 333 1234567"],
                webs=["website www.example.com"],
                addresses=["work|Via Roma 1|Forlì|FC|00123|", "home|Via Po 2||||"],
            )
        },
    ),
    Case(
        "hubspot",
        "HubSpot contacts",
        text(
            "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Primary Associated Company,Lead Status,"
            "Create Date,Job Title,Website URL,Street Address,City,State/Region,Postal Code,Country/Region,"
            "Mobile Phone Number,Lifecycle Stage",
            "1,Mario,Rossi,mario@example.com,055 1234567,Ugo Capo,Acme,New,2024-01-02 10:00,CEO,www.example.com,"
            "Via Roma 1,Firenze,FI,50100,Italy,333 1234567,lead",
            "2,,,solo@example.com,,,,,,,,,,,,,,",
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                emails=["work mario@example.com"],
                phones=["work 055 1234567", "mobile 333 1234567"],
                webs=["website www.example.com"],
                addresses=["work|Via Roma 1|Firenze|FI|50100|Italy"],
            )
        },
        {3: "no name"},
    ),
    Case(
        "pipedrive-people",
        "Pipedrive people",
        text(
            "Person - Name,Person - Label,Person - Organization,Person - Email - Work,Person - Email - Home,"
            "Person - Phone - Work,Person - Phone - Mobile,Person - Owner,Person - ID,Organization - Address",
            'Mario Rossi,Hot lead,Acme,"mario@example.com, due@example.com",casa@example.com,055 1234567,333 1234567,'
            "Ugo Capo,7,Via Roma 1",
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                tags=["Hot lead"],
                emails=["work mario@example.com", "work due@example.com", "home casa@example.com"],
                phones=["work 055 1234567", "mobile 333 1234567"],
            )
        },
    ),
    Case(
        "pipedrive-organizations",
        "Pipedrive organizations",
        text(
            "Organization - Name,Organization - Label,Organization - Address,Organization - Owner,Organization - ID",
            'Acme,Client,"Via Roma 1, Firenze",Ugo Capo,7',
        ),
        {2: company("Acme", tags=["Client"], addresses=["work|Via Roma 1, Firenze||||"])},
    ),
    Case(
        "salesforce-report",
        "Salesforce report of contacts",
        text(
            '"Salutation","First Name","Last Name","Title","Account Name","Mailing Street","Mailing City",'
            '"Mailing State/Province","Mailing Zip/Postal Code","Mailing Country","Phone","Fax","Mobile","Email",'
            '"Account Owner"',
            '"Mr.","Mario","Rossi","CEO","Acme","Via Roma 1\nScala B","Firenze","FI","50100","Italy","055 1234567","",'
            '"333 1234567","mario@example.com","Ugo Capo"',
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                emails=["work mario@example.com"],
                phones=["work 055 1234567", "mobile 333 1234567"],
                addresses=["postal|Via Roma 1\nScala B|Firenze|FI|50100|Italy"],
            )
        },
    ),
    Case(
        "salesforce-loader",
        "Salesforce Data Loader",
        text(
            "ID,FIRSTNAME,LASTNAME,NAME,MAILINGSTREET,MAILINGCITY,MAILINGPOSTALCODE,PHONE,MOBILEPHONE,EMAIL,TITLE,"
            "OWNERID,CREATEDDATE,ACCOUNT.NAME",
            "003,Mario,Rossi,Mario Rossi,Via Roma 1,Firenze,50100,055 1234567,333 1234567,mario@example.com,CEO,005,"
            "2024-01-01T10:00:00.000Z,Acme",
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                emails=["work mario@example.com"],
                phones=["work 055 1234567", "mobile 333 1234567"],
                addresses=["postal|Via Roma 1|Firenze||50100|"],
            )
        },
    ),
    Case(
        "linkedin",
        "LinkedIn connections with the notes above the headings",
        text(
            "Notes:",
            '"When exporting your connection data, you may notice that some of the email addresses are missing. '
            'Learn more ""here"" https://www.linkedin.com/help"',
            "",
            "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
            "Mario,Rossi,https://www.linkedin.com/in/mario,mario@example.com,Acme,CEO,15 Jan 2024",
            '"Anna","Verdi, PhD",https://www.linkedin.com/in/anna,,Beta,"Head of R&D, Italy",01 Feb 2024',
            ",,,,,,03 Mar 2024",
        ),
        {
            5: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                emails=["work mario@example.com"],
                webs=["linkedin https://www.linkedin.com/in/mario"],
            ),
            6: person(
                "Anna",
                "Verdi, PhD",
                company="Beta",
                title="Head of R&D, Italy",
                webs=["linkedin https://www.linkedin.com/in/anna"],
            ),
        },
        {7: "no name"},
    ),
    Case(
        "odoo",
        "Odoo, by labels",
        text(
            '"Name","Is a Company","Related Company","Email","Phone","Mobile","Street","Street2","City","Zip","Country",'
            '"Tags","Job Position","Salesperson"',
            '"Acme Italia","True","","info@example.com","055 1234567","","Via Roma 1","Scala B","Firenze","50100","Italy",'
            '"Client,VIP","",""',
            '"Acme Roma","True","Acme Italia","","","","","","","","","","",""',
            '"Mario Rossi","False","Acme Italia","mario@example.com","","333 1234567","","","","","","","CEO","Ugo Capo"',
        ),
        {
            2: company(
                "Acme Italia",
                tags=["Client", "VIP"],
                emails=["work info@example.com"],
                phones=["work 055 1234567"],
                addresses=["work|Via Roma 1, Scala B|Firenze||50100|Italy"],
            ),
            4: person(
                "Mario",
                "Rossi",
                company="Acme Italia",
                title="CEO",
                emails=["work mario@example.com"],
                phones=["mobile 333 1234567"],
            ),
        },
        {3: "belong to another company"},
    ),
    Case(
        "odoo-technical",
        "Odoo, by technical names",
        text(
            "id,name,is_company,parent_id/name,email,phone,street,city,zip,state_id/name,country_id/name,function,comment",
            "__export__.p1,Acme,True,,info@example.com,,Via Roma 1,Firenze,50100,Firenze,Italia,,",
            "__export__.p2,Mario Rossi,False,Acme,mario@example.com,,,,,,,CEO,buono",
        ),
        {
            2: company(
                "Acme", emails=["work info@example.com"], addresses=["work|Via Roma 1|Firenze|Firenze|50100|Italia"]
            ),
            3: person(
                "Mario", "Rossi", company="Acme", title="CEO", emails=["work mario@example.com"], notes=["buono"]
            ),
        },
    ),
    Case(
        "onlyoffice",
        "ONLYOFFICE CRM",
        text(
            ONLYOFFICE,
            row(
                ONLYOFFICE,
                Company_Person="Person",
                First_name="Mario",
                Last_name="Rossi",
                Company_name="Acme",
                Job_title="CEO",
                About="buono",
                Contact_temperature_level="Hot",
                Contact_type="Client",
                Contact_tag_list="uno,due",
                Phone__work_="055 1234567,055 7654321",
                Phone__mobile_="333 1234567",
                Email__work_="mario@example.com,due@example.com",
                Email__home_="casa@example.com",
                Website__work_="www.example.com",
                Skype__work_="mario.rossi",
                Address__billing__street="Via Roma 1",
                Address__billing__city="Firenze",
                Address__billing__zip="50100",
            ),
            row(ONLYOFFICE, Company_Person="Company", Company_name="Acme", Email__work_="info@example.com"),
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                description="buono",
                temperature="Hot",
                type="Client",
                tags=["uno", "due"],
                emails=["home casa@example.com", "work mario@example.com", "work due@example.com"],
                phones=["work 055 1234567", "work 055 7654321", "mobile 333 1234567"],
                webs=["website www.example.com", "skype mario.rossi"],
                addresses=["billing|Via Roma 1|Firenze||50100|"],
            ),
            3: company("Acme", emails=["work info@example.com"]),
        },
    ),
    Case(
        "onlyoffice-it",
        "ONLYOFFICE CRM in Italian",
        text(
            "Azienda/persona,Nome,Cognome,Nome azienda,Posizione,Nota,Livelli di temperatura di contatto,"
            "Tipo di contatto,Elenco delle etichette di contatti,Telefono (lavoro),Telefono (cellulare),Email (casa),"
            "Indirizzo (lavoro) via,Indirizzo (lavoro) città,Indirizzo (lavoro) CAP",
            'Persona,Mario,Rossi,Acme,CEO,buono,Caldo,Cliente,"uno,due",055 1234567,333 1234567,mario@example.com,'
            "Via Roma 1,Firenze,50100",
            "Azienda,,,Acme,,,,,,,,,,,",
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                notes=["buono"],
                temperature="Caldo",
                type="Cliente",
                tags=["uno", "due"],
                emails=["home mario@example.com"],
                phones=["work 055 1234567", "mobile 333 1234567"],
                addresses=["work|Via Roma 1|Firenze||50100|"],
            ),
            3: company("Acme"),
        },
    ),
    Case(
        "espocrm",
        "EspoCRM, by attribute names",
        text(
            "id,firstName,lastName,accountName,title,emailAddress,phoneNumber,addressStreet,addressCity,"
            "addressPostalCode,description,assignedUserName,createdAt",
            "5f,Mario,Rossi,Acme,CEO,mario@example.com,055 1234567,Via Roma 1,Firenze,50100,buono,admin,2024-01-01 10:00:00",
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                description="buono",
                emails=["work mario@example.com"],
                phones=["work 055 1234567"],
                addresses=["work|Via Roma 1|Firenze||50100|"],
            )
        },
    ),
    Case(
        "suitecrm",
        "SuiteCRM contacts",
        text(
            '"First Name","Last Name","ID","Title","Account Name","Email Address","Office Phone","Mobile","Fax",'
            '"Primary Address Street","Primary Address City","Primary Address Postal Code","Alternate Address City",'
            '"Description","Assigned to","Date Created"',
            '"Mario","Rossi","7b","CEO","Acme","mario@example.com","055 1234567","333 1234567","","Via Roma 1","Firenze",'
            '"50100","Roma","buono","admin","01/02/2024 10:00"',
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                description="buono",
                emails=["work mario@example.com"],
                phones=["work 055 1234567", "mobile 333 1234567"],
                addresses=["work|Via Roma 1|Firenze||50100|", "other||Roma|||"],
            )
        },
    ),
    Case(
        "thunderbird",
        "Thunderbird's address book",
        text(
            "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,"
            "Fax Number,Pager Number,Mobile Number,Home Address,Home Address 2,Home City,Home State,Home ZipCode,"
            "Home Country,Job Title,Department,Organization,Web Page 1,Birth Year,Custom 1,Notes,",
            "Mario,Rossi,Mario Rossi,,mario@example.com,due@example.com,,055 1234567,,,,333 1234567,Via Roma 1,Scala B,"
            "Firenze,FI,50100,Italia,CEO,,Acme,,,,buono,",
            ",,Solo Nome,,,,,,,,,,,,,,,,,,,,,,,",
        ),
        {
            2: person(
                "Mario",
                "Rossi",
                company="Acme",
                title="CEO",
                notes=["buono"],
                emails=["work mario@example.com", "other due@example.com"],
                phones=["work 055 1234567", "mobile 333 1234567"],
                addresses=["home|Via Roma 1, Scala B|Firenze|FI|50100|Italia"],
            ),
            3: person("Solo", "Nome"),
        },
    ),
    Case(
        "own",
        "Our own export, guards and all",
        text(
            "kind,first_name,last_name,name,company,title,type,temperature,email_work,email_work_2,phone_mobile,website,"
            "address_work_street,address_work_zip,address_work_street_2,tags,description,private,owner",
            "person,Mario,'=Rossi,,Acme,CEO,Cliente,Caldo,mario@example.com,due@example.com,+39 333 1234567,"
            "www.example.com,Via Roma 1,00123,Via Po 2,uno; due,'-nota,no,admin",
            "company,,,Acme,,,,,,,,,,,,,,yes,",
            encoding="utf-8-sig",
            end="\r\n",
        ),
        {
            2: person(
                "Mario",
                "=Rossi",
                company="Acme",
                title="CEO",
                type="Cliente",
                temperature="Caldo",
                description="-nota",
                tags=["uno", "due"],
                private=False,
                owner="admin",
                emails=["work mario@example.com", "work due@example.com"],
                phones=["mobile +39 333 1234567"],
                webs=["website www.example.com"],
                addresses=["work|Via Roma 1|||00123|", "work|Via Po 2||||"],
            ),
            3: company("Acme", private=True),
        },
    ),
]

WORKBOOKS = [
    Case(
        "workbook",
        "A workbook with numbers, days and a blank row",
        workbook(
            ["Elenco"],
            ["Nome", "Cognome", "Telefono", "CAP", "Note"],
            ["Mario", "Rossi", 551234567, "00123", True],
            [],
            ["Anna", "", None, None, 1.5],
            ["Ugo", "Bianchi", 393331234567.0, 50100, "=1+1"],
        ),
        {
            3: person("Mario", "Rossi", phones=["work 551234567"], addresses=["work||||00123|"], notes=["true"]),
            6: person("Ugo", "Bianchi", phones=["work 393331234567"], addresses=["work||||50100|"], notes=["=1+1"]),
        },
        {5: "last name is missing"},
    ),
]

CASES = [*ENCODINGS, *SHAPES, *VALUES, *WHOLE, *PROGRAMS]


def suffix(case: Case) -> str:
    """How the file's name ends."""
    return "xlsx" if case in WORKBOOKS else "csv"


def write() -> None:
    """Put all files and outcomes in place."""
    HERE.mkdir(parents=True, exist_ok=True)
    for case in [*CASES, *WORKBOOKS]:
        (HERE / f"{case.name}.{suffix(case)}").write_bytes(case.content)
        outcome = json.dumps(case.outcome(), ensure_ascii=False, indent=1)
        (HERE / f"{case.name}.json").write_text(outcome + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()

"""Page, REST and command line: one import behind them, and nobody's run but one's own."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.factories import Maker, Page, Rest

TEXT = (
    "Nome;Cognome;Email;Azienda;Tipo\n"
    "Maria;Rossi;maria@posta.example;Ditta;Client\n"
    "Luca;Bianchi;luca@@posta;Ditta;\n"
    "Maria;Rossi;maria@posta.example, m2@posta.example;;\n"
)
COUNTS = {"state": "done", "total": 3, "created": 1, "updated": 1, "skipped": 0, "failed": 1}
BAD = {
    "empty": (b"", "The file is empty."),
    "no rows": (b"Nome,Cognome\n", "The file has headings but no rows."),
    "no name": (b"Colore,Peso\nrosso,3\n", "No column holds a name"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "not a table"),
    "open quote": (b'Nome,Cognome,Email\nMaria,Rossi,"m@x.it\nLuca,Neri,l@x.it\n', "quote"),
}


def post(rest: Rest, content: bytes, **form: str) -> Any:
    """Upload by REST."""
    data = {"file": (io.BytesIO(content), "contatti.csv"), "kind": "contacts", **form}
    return rest.open("/api/v1/imports/", "POST", data=data)


def by_rest(make: Maker, work: Any, **form: str) -> dict[str, Any]:
    rest = make.rest("ada")
    run_id = post(rest, TEXT.encode(), **form).json["id"]
    work(run_id)
    found: dict[str, Any] = rest.get(f"/api/v1/imports/{run_id}").json
    return found


def by_page(make: Maker, work: Any) -> dict[str, Any]:
    page = make.page("ada")
    answer = page.post("/imports/new", {"file": (io.BytesIO(TEXT.encode()), "contatti.csv")})
    home = answer.headers["Location"].removesuffix("/reading")
    reading = {"encoding": "utf-8", "delimiter": ";", "quotechar": '"', "header_line": "0"}
    assert page.post(f"{home}/reading", reading).headers["Location"] == f"{home}/columns"
    chosen = re.findall(r'name="(column-\d+)".*?value="([a-z_]+)" selected', page.get(f"{home}/columns").text, re.S)
    assert page.post(f"{home}/columns", dict(chosen)).headers["Location"] == f"{home}/options"
    options = {"duplicates": "update", "match": "email", "access": "private", "owner": str(make["ada"].id)}
    assert page.post(f"{home}/options", options).headers["Location"] == home
    work(number(home))
    assert "Nothing is written yet" in page.get(home).text
    assert page.post(f"{home}/start").headers["Location"] == home
    work(number(home))
    found: dict[str, Any] = make.rest("ada").get(f"/api/v1/imports/{number(home)}").json
    return found


def number(address: str) -> int:
    return int(address.rsplit("/", 1)[1])


def by_command(app: Flask, tmp_path: Path, *words: str, content: bytes = TEXT.encode()) -> Any:
    """`manage import contacts FILE`, as the command line runs it."""
    file = tmp_path / "contatti.csv"
    file.write_bytes(content)
    return app.test_cli_runner().invoke(args=["import", "contacts", str(file), *words])


def test_three_doors_one_result(
    app: Flask, make: Maker, work: Any, contacts: Any, tmp_path: Path, superuser: Any
) -> None:
    """IMP-01…04: the same file gives the same counts and contacts by page, REST and command."""
    seen = []
    for door in (by_rest, by_page, lambda *_: json.loads(by_command(app, tmp_path, "--json", "--as", "ada").stdout)):
        told = door(make, work)
        assert {key: told[key] for key in COUNTS} == COUNTS
        seen.append([{**c, "run": None} for c in contacts()])
        superuser.execute("DELETE FROM contact")
        superuser.commit()
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == 2


def test_refused_rows_come_back_as_csv(make: Maker, work: Any, app: Flask, tmp_path: Path) -> None:
    """IMP-04: refused rows have the file's columns, `_line` and `_reason`; the command lays them beside the file."""
    told = by_rest(make, work)
    answer = make.rest("ada").get(told["errors_file"])
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(r["Nome"], r["Email"], r["_line"]) for r in rows] == [("Luca", "luca@@posta", "3")]
    assert "is not an email address" in rows[0]["_reason"]
    done = json.loads(by_command(app, tmp_path, "--json", "--as", "ada", "--dry-run").stdout)
    assert Path(done["errors_file"]).read_bytes() == answer.data


def test_the_command_prints_what_was_promised(app: Flask, make: Maker, tmp_path: Path) -> None:
    """IMP-01: `--json` prints exactly the eight keys; without refusals there is no file of them."""
    done = by_command(app, tmp_path, "--json", content=b"Nome,Cognome\nMaria,Rossi\n")
    assert done.exit_code == 0
    assert json.loads(done.stdout).keys() == {*COUNTS, "id", "errors_file"}
    assert json.loads(done.stdout)["errors_file"] is None


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_at_each_door(app: Flask, make: Maker, tmp_path: Path, contacts: Any, name: str) -> None:
    """IMP-01, policy 9: one sentence says why, at each door; nothing is written."""
    content, sentence = BAD[name]
    answer = post(make.rest("sergio"), content)
    assert answer.status_code == 400
    assert sentence in answer.json["message"]
    done = by_command(app, tmp_path, "--json", content=content)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    if name in ("empty", "picture"):
        page = make.page("sergio").post("/imports/new", {"file": (io.BytesIO(content), "x.csv")})
        assert page.status_code == 400
        assert sentence in page.text
    assert not contacts()


@pytest.mark.parametrize(
    "form",
    [{"kind": "fantasmi"}, {"mapping": "{"}, {"mapping": '{"Nome": "fantasma"}'}, {"mapping": '{"Fantasma": "email"}'},
     {"options": "[]"}, {"options": '{"fantasma": 1}'}, {"options": '{"duplicates": "x"}'}, {"dry_run": "forse"},
     {"fantasma": "1"}],
)  # fmt: skip
def test_bad_choices_are_refused(make: Maker, form: dict[str, str]) -> None:
    """IMP-02: a kind, mapping or option that isn't there is named, not passed over."""
    answer = post(make.rest("sergio"), TEXT.encode(), **form)
    assert answer.status_code == 400
    assert answer.json["message"]


def test_a_mapping_comes_with_the_file(make: Maker, work: Any, contacts: Any) -> None:
    """IMP-02: a mapping by headings decides alone."""
    told = by_rest(make, work, mapping='{"Nome": "last_name", "Cognome": "first_name"}')
    assert (told["created"], told["failed"]) == (3, 0)
    assert {c["name"] for c in contacts()} == {"Rossi Maria", "Bianchi Luca"}


def test_strangers_find_nothing(app: Flask, make: Maker, work: Any, queue: Any) -> None:
    """ACC-06, threat 13: another's run is not there, on page and REST, for every method; an administrator sees it."""
    run_id = queue(TEXT, "sergio")
    work(run_id)
    for name in ("nino", "renzo"):
        assert make.rest(name).get(f"/api/v1/imports/{run_id}").status_code == 404
        assert make.rest(name).get(f"/api/v1/imports/{run_id}/errors").status_code == 404
    stranger = make.page("nino")
    for path in ("", "/reading", "/columns", "/options", "/progress", "/errors"):
        assert stranger.get(f"/imports/{run_id}{path}").status_code == 404
    for path in ("/start", "/cancel", "/discard", "/columns", "/options", "/reading", "/preview"):
        assert stranger.post(f"/imports/{run_id}{path}").status_code == 404
    assert "contatti.csv" not in stranger.get("/imports/").text
    assert make.rest("marta").get(f"/api/v1/imports/{run_id}").json["failed"] == 1


def test_readers_import_nothing(app: Flask, make: Maker, tmp_path: Path, contacts: Any) -> None:
    """ACC-02: who may only read can't import, at any door."""
    assert post(make.rest("renzo"), TEXT.encode()).status_code == 403
    assert make.page("renzo").get("/imports/new").status_code in (302, 403)
    done = by_command(app, tmp_path, "--as", "renzo")
    assert (done.exit_code, done.stderr) == (2, "This user may not import contacts.\n")
    assert make.rest("renzo").client.post("/api/v1/imports/").status_code == 401
    assert not contacts()


def test_columns_are_remembered(make: Maker, bring_in: Any, app: Flask) -> None:
    """IMP-02: what was chosen for these headings is proposed the next time, to the same person alone, and for the
    file of refused rows too."""
    odd = "Uno;Due;Tre\nMaria;Rossi;m@posta.example\n"
    bring_in(odd, "sergio", mapping=["first_name", "last_name", None])
    mended = b"Uno,Due,Tre,_line,_reason\nAnna,Verdi,a@posta.example,2,x\n"
    assert chosen(make.page("sergio"), odd.encode()) == ["first_name", "last_name"]
    assert chosen(make.page("sergio"), mended) == ["first_name", "last_name"]
    assert "first_name" not in chosen(make.page("nino"), odd.encode())


def chosen(page: Page, content: bytes) -> list[str]:
    """The fields that the columns page proposes for a file."""
    return re.findall(r'value="([a-z_]+)" selected', page.get(f"{upload(page, content)}/columns").text)


def upload(page: Page, content: bytes) -> str:
    answer = page.post("/imports/new", {"file": (io.BytesIO(content), "dati.csv")})
    return str(answer.headers["Location"]).removesuffix("/reading")


def test_the_preview_follows_the_choices(make: Maker) -> None:
    """IMP-02: encoding, delimiter and headings can be changed, and the first rows are shown so."""
    page = make.page("sergio")
    home = upload(page, "Nome;Cognome;Città\nNicolò;Rossi;Forlì\n".encode("cp1252"))
    assert "Nicolò" in page.get(f"{home}/reading").text
    form = {"encoding": "cp850", "delimiter": ",", "quotechar": "", "header_line": "none"}
    assert "Nicolò" not in page.post(f"{home}/preview", form).text
    assert "Nicolò" in page.get(f"{home}/reading").text


def test_a_run_can_be_cancelled(make: Maker, queue: Any, work: Any, result: Any, contacts: Any) -> None:
    """IMP-04: a run that waits is cancelled at once, and no worker takes it after."""
    run_id = queue(TEXT, "sergio")
    assert make.page("sergio").post(f"/imports/{run_id}/cancel").status_code == 302
    work(run_id)
    assert result(run_id).state == "cancelled"
    assert not contacts()


def test_markup_is_shown_as_typed(make: Maker) -> None:
    """Threat 3: headings, cells and file names of a hostile file are text on each page."""
    page, bad = make.page("sergio"), "<img src=x onerror=alert(1)>"
    answer = page.post("/imports/new", {"file": (io.BytesIO(f"Nome,{bad}\n{bad},{bad}\n".encode()), f"{bad}.csv")})
    home = str(answer.headers["Location"]).removesuffix("/reading")
    for path in ("/reading", "/columns", "/options"):
        assert "<img" not in page.get(home + path).text

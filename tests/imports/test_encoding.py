"""Letters are never brought in on a guess: an uncertain encoding is asked for at each door (Import policy 2)."""

import io
import json
from pathlib import Path
from typing import Any

from flask import Flask

from tests.factories import Maker

CYRILLIC = "Имя;Фамилия;E-mail\r\nИван;Петров;ivan@example.com\r\n".encode("cp1251")
MAPPING = json.dumps({"0": "first_name", "1": "last_name", "2": "email"})


def post(client: Any, **fields: str) -> Any:
    """The file by REST."""
    form = {"file": (io.BytesIO(CYRILLIC), "x.csv"), "mapping": MAPPING, **fields}
    return client.open("/api/v1/imports/", "POST", data=form)


def test_rest_asks_for_an_uncertain_encoding(make: Maker, work: Any, contacts: Any) -> None:
    """IMP-02: 400 on `encoding`, nothing written; the same file with its encoding named comes in letter by letter."""
    refused = post(make.rest("ada"))
    assert refused.status_code == 400
    assert "encoding" in refused.json["errors"]
    assert not contacts()
    told = post(make.rest("ada"), encoding="cp1251")
    assert told.status_code == 202
    work(told.json["id"])
    assert [c["name"] for c in contacts()] == ["Иван Петров"]


def test_the_command_asks_for_an_uncertain_encoding(app: Flask, make: Maker, tmp_path: Path, contacts: Any) -> None:
    """IMP-02: exit 2 with one line; `--encoding` answers it."""
    file, mapping = tmp_path / "x.csv", tmp_path / "map.json"
    file.write_bytes(CYRILLIC)
    mapping.write_text(MAPPING)
    words = ["import", "contacts", str(file), "--map", str(mapping), "--as", make["ada"].username]
    refused = app.test_cli_runner().invoke(args=words)
    assert refused.exit_code == 2
    assert "encoding" in refused.stderr
    assert not contacts()
    assert app.test_cli_runner().invoke(args=[*words, "--encoding", "cp1251"]).exit_code == 0
    assert [c["name"] for c in contacts()] == ["Иван Петров"]

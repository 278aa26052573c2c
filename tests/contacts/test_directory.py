"""Companies looked up in business directories, here spoken by a server of this machine (CON-04)."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.contacts import directory
from app.core.fetching import Gate
from tests import factories
from tests.factories import Maker

make = factories.make
FIND = "/contacts/directory/"
ACME = {
    "properties": {
        "identifier": {"permalink": "acme-corp", "value": "Acme Corp"}, "name": "Acme Corp",
        "short_description": "Anvils  and\nrockets", "website_url": "https://acme.example",
        "linkedin": {"value": "https://linkedin.com/company/acme"}, "contact_email": "info@acme.example",
        "phone_number": "+1 555 0100",
        "location_identifiers": [
            {"location_type": "city", "value": "Tucson"}, {"location_type": "region", "value": "Arizona"},
            {"location_type": "country", "value": "United States"},
        ],
    }
}  # fmt: skip
FOUND = {
    "count": 1,
    "entities": [
        {"identifier": {"permalink": "acme-corp", "value": "Acme Corp"}, "short_description": "Anvils"},
        {"identifier": None},
        "x",
    ],
}


class Directory(BaseHTTPRequestHandler):
    """Speaks Crunchbase's v4 and VIES's REST."""

    asked: list[tuple[str, dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        self.asked.append((parts.path, query))
        if parts.path.startswith("/cb") and query.get("user_key") != ["good key"]:
            return self.say(401, {"error": "no key"})
        answers: dict[str, Any] = {
            "/cb/autocompletes": FOUND,
            "/cb/entities/organizations/acme-corp": ACME,
            "/vies/ms/IT/vat/00743110157": {"isValid": True, "name": "ACME SPA", "address": "VIA ROMA 1\n10100 TORINO"},
            "/vies/ms/DE/vat/136695976": {"isValid": True, "name": "---", "address": "---"},
            "/vies/ms/FR/vat/40303265045": {"isValid": False},
        }
        if query.get("query") == ["rotta"]:
            return self.say(200, ["not", "theirs"])
        return self.say(200 if parts.path in answers else 404, answers.get(parts.path, {}))

    def say(self, code: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, dict[str, list[str]]]]]:
    """The directories are this machine's; gives what they are asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Directory)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    monkeypatch.setattr(Directory, "asked", [])
    monkeypatch.setattr(directory, "CRUNCHBASE", f"http://127.0.0.1:{port}/cb")
    monkeypatch.setattr(directory, "VIES", f"http://127.0.0.1:{port}/vies")
    monkeypatch.setattr(directory, "GATE", Gate(public=lambda _address: True, ports=(port,)))
    yield Directory.asked
    server.shutdown()
    server.server_close()


def test_without_a_key_it_says_how_to_get_one(make: Maker, spoken: list[Any]) -> None:
    """CON-04: the link explains; nobody is asked; only administrators set the key, and it never comes out."""
    assert "an administrator sets a key" in make.page("sergio").get(f"{FIND}?name=acme").text
    assert spoken == []
    assert make.page("sergio").get("/settings/directory/").status_code in (302, 403)
    make.page("sergio").post("/settings/directory/", {"key": "good key"})
    assert "No key is set" in make.page("marta").get("/settings/directory/").text
    make.page("marta").post("/settings/directory/", {"key": "good key"})
    assert "good key" not in make.page("marta").get("/settings/directory/").text


def test_by_name(make: Maker, spoken: list[Any]) -> None:
    """CON-04: Crunchbase's candidates, and the fields of the one that is picked."""
    make.page("marta").post("/settings/directory/", {"key": "good key"})
    page = make.page("sergio")
    found = page.get(f"{FIND}?name=acme").text
    assert "Acme Corp" in found
    assert f"{FIND}crunchbase/acme-corp" in found
    picked = page.get(f"{FIND}crunchbase/acme-corp").text
    fields = ("Anvils and rockets", "https://acme.example", "https://linkedin.com/company/acme", "Tucson", "Arizona")
    for value in (*fields, "info@acme.example", "+1 555 0100", "United States"):
        assert f'data-value="{value}"' in picked, value
    assert spoken[0][1]["query"] == ["acme"]


@pytest.mark.parametrize(
    ("typed", "told"), [("IT00743110157", "ACME SPA"), ("it 00743110157", "VIA ROMA 1 10100 TORINO")]
)
def test_by_vat_number(make: Maker, spoken: list[Any], typed: str, told: str) -> None:
    """CON-04: a VAT number of the Union is asked of VIES, without any key."""
    assert told in make.page("sergio").get(FIND, query_string={"name": typed}).text
    assert "ACME SPA" in make.page("sergio").get(f"{FIND}vies/IT00743110157").text


def test_what_the_directory_does_wrong(make: Maker, spoken: list[Any]) -> None:
    """CON-04: not found, not theirs, a bad key, a number that is none: a sentence, never a 500."""
    make.page("marta").post("/settings/directory/", {"key": "good key"})
    page = make.page("sergio")
    assert "does not answer" in page.get(f"{FIND}crunchbase/nessuno").text
    assert "Nothing found" in page.get(f"{FIND}?name=rotta").text
    assert "no VAT number" in page.get(f"{FIND}vies/XX1").text
    assert page.get(f"{FIND}altro/x").status_code == 404
    assert "Nothing found" in page.get(f"{FIND}?name=FR40303265045").text
    make.page("marta").post("/settings/directory/", {"key": "bad"})
    assert "does not answer" in page.get(f"{FIND}?name=acme").text
    make.page("marta").post("/settings/directory/", {"remove": "1"})
    assert "an administrator sets a key" in page.get(f"{FIND}?name=acme").text


def test_private_machines_are_not_asked(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """CON-04, threat 11: the same gate as for pictures stands before directories."""
    monkeypatch.setattr(directory, "VIES", "http://127.0.0.1:80/vies")
    assert "does not answer" in make.page("sergio").get(f"{FIND}?name=IT00743110157").text

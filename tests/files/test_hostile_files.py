"""DOC-01, threats 9, 11 and 12: files made to hurt are bytes that never act in a browser, or refused."""

from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.core import access
from app.core.db import db
from app.files import contents
from app.files.models import Document, StoredFile
from app.settings import preferences
from tests.core.test_pictures import bomb
from tests.factories import Maker, Page
from tests.files.conftest import listed, sent, upload
from tests.pictures import drawn

ZIP = b"PK\x03\x04" + b"\0" * 26
ODT = "application/vnd.oasis.opendocument.text"
SCRIPT = b"<script>alert(document.domain)</script>"
NEVER_INLINE = {
    "pagina.html": b"<!doctype html>" + SCRIPT,
    "disegno.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>",
    "foto.jpg": b"<html>" + SCRIPT,
    "documento.pdf": b"<html>%PDF-1.7" + SCRIPT,
    "dati.xml": b'<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</x>",
    "programma.js": b"alert(1)",
    "applet.swf": b"FWS\x05" + b"\0" * 50,
    "utf7.txt": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "archivio.zip": b"PK\x03\x04" + b"\0" * 60,
}


@pytest.mark.parametrize("name", NEVER_INLINE)
def test_what_could_act_is_only_downloaded(make: Maker, sergio: Page, name: str) -> None:
    """Threat 12: html, svg and what pretends to be something else: an attachment of no type, in a sandbox."""
    document = make.document(content=NEVER_INLINE[name], name=name)
    answer = sergio.get(f"/files/{document}/download")
    assert answer.data == NEVER_INLINE[name]
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    for path in ("preview", "preview?large", "pdf"):
        assert sergio.get(f"/files/{document}/{path}").status_code == 404


def test_a_pdf_is_a_pdf_by_its_content(make: Maker, sergio: Page) -> None:
    """DOC-01: shown by the browser's viewer, whatever it is called, and nothing else is."""
    document = make.document(content=b"%PDF-1.7\n" + SCRIPT, name="pagina.html")
    answer = sergio.get(f"/files/{document}/pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (bomb(30_000, 30_000), "bomba.png"),
        (drawn("GIF")[:200], "mezza.gif"),
        (b"GIF89a" + SCRIPT, "poliglotta.gif"),
        (b"\xff\xd8\xff\xe0" + SCRIPT, "poliglotta.jpg"),
        (b"RIFF\x20\0\0\0WEBP" + SCRIPT, "poliglotta.webp"),
    ],
)
def test_a_bad_picture_is_kept_and_not_shown(make: Maker, sergio: Page, content: bytes, name: str) -> None:
    """Threat 11: a bomb or a polyglot is a file like any other; its preview is none."""
    document = make.document(content=content, name=name)
    assert sergio.get(f"/files/{document}/preview").status_code == 404
    assert sergio.get(f"/files/{document}/preview?large").status_code == 404
    assert sergio.get(f"/files/{document}/download").data == content


def rows(make: Maker) -> list[int | None]:
    """How many documents and versions there are."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        return [db.session.scalar(select(func.count()).select_from(model)) for model in (Document, StoredFile)]


def test_the_limit_is_said_and_kept(make: Maker, sergio: Page) -> None:
    """DOC-01, bad input: 25 MB and a byte are refused with 413 and the limit; 25 MB go in; nothing is left behind."""
    key, limit = make.contact(), 25 * 1024 * 1024
    answer = upload(sergio, f"/files/contact/{key}", (b"\0" * (limit + 1), "grande.bin"))
    assert answer.status_code == 413
    assert answer.json["message"] == "grande.bin: A file has at most 25 MB."
    answer = sent(make.rest("sergio"), b"\0" * (limit + 1), "grande.bin", contact=key)
    assert answer.status_code == 413
    assert answer.json["errors"] == {"file": ["A file has at most 25 MB."]}
    assert rows(make) == [0, 0]
    assert upload(sergio, f"/files/contact/{key}", (b"\0" * limit, "intera.bin")).status_code == 201
    assert listed(make.rest("sergio"), "contact", key)[0]["size"] == limit


def test_the_limit_is_a_setting(make: Maker, sergio: Page) -> None:
    """DOC-01: an administrator changes it; what is no number of MB is refused on its field."""
    key, page = make.contact(), make.page("marta")
    answer = page.post("/settings/preferences/", {"files.megabytes": "zero"})
    assert answer.status_code == 400
    assert "A whole number from 1 to 200." in answer.text
    assert 'value="zero"' in answer.text
    assert page.post("/settings/preferences/", {"files.megabytes": "1"}).status_code == 302
    answer = upload(sergio, f"/files/contact/{key}", (b"\0" * (1024 * 1024 + 1), "grande.bin"))
    assert (answer.status_code, "at most 1 MB" in answer.json["message"]) == (413, True)
    assert 'data-limit="1"' in sergio.get(f"/files/contact/{key}").text
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert preferences.chosen(preferences.KNOWN["files.megabytes"]) == 1


def test_empty_files_and_no_file(make: Maker, sergio: Page) -> None:
    """Bad input: an empty file is refused in words and leaves nothing."""
    key = make.contact()
    answer = upload(sergio, f"/files/contact/{key}", (b"", "vuoto.txt"))
    assert (answer.status_code, answer.json["message"]) == (400, "vuoto.txt: The file is empty.")
    assert sent(make.rest("sergio"), b"", "vuoto.txt", contact=key).status_code == 400
    assert rows(make) == [0, 0]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "application/octet-stream"),
        (ZIP + f"mimetype{ODT}PK".encode(), ODT),
        (ZIP + b"[Content_Types].xml word/document.xml", f"{contents.OFFICE}.wordprocessingml.document"),
        ("Città\n".encode(), "text/plain"),
        ("è".encode() * 40_000, "text/plain"),
        (b"a" + "è".encode() * 40_000, "text/plain"),
        (b"\xff\xfe\x00", "application/octet-stream"),
        (b"<svg onload=alert(1)>", "text/plain"),
    ],
)
def test_kinds_are_found_in_the_content(head: bytes, kind: str) -> None:
    """DOC-01: by the bytes, not by what the client says; no markup has a kind of its own."""
    assert contents.media_type(head[: contents.HEAD]) == kind


def test_a_slow_stream_is_not_kept_in_memory(make: Maker) -> None:
    """A file goes to the storage piece by piece."""
    sizes = []

    class Stream(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            sizes.append(size)
            return super().read(size)

    with make.app.app_context():
        contents.store(Stream(b"x" * 5_000_000), 10_000_000)
    assert max(s or 0 for s in sizes) <= 1024 * 1024
    assert -1 not in sizes

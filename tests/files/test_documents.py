"""DOC-01: documents of records: several at once, versions, names, the bin, access as of the record."""

import hashlib
import re
from typing import Any

import pytest
from werkzeug.http import parse_options_header

from app.core import access, bins, storage
from app.core.db import db
from app.files import contents, service
from app.files.models import Document
from tests.factories import Maker, Page
from tests.files.conftest import listed, sent, upload
from tests.pictures import drawn, opened

KINDS = ("contact", "opportunity", "case", "project")


@pytest.mark.parametrize("of", KINDS)
def test_files_come_several_at_once(make: Maker, sergio: Page, of: str) -> None:
    """DOC-01, HIS-02: on every kind of record; size, digest and kind are ours; the history tells."""
    key = getattr(make, of)()
    answer = upload(sergio, f"/files/{of}/{key}", (b"%PDF-1.7 x", "offerta.pdf"), (drawn("PNG"), "Foto di città.png"))
    assert answer.status_code == 201
    one, two = listed(make.rest("sergio"), of, key)
    assert (one["name"], one["size"], one["media_type"], one[of]["id"]) == ("offerta.pdf", 10, "application/pdf", key)
    assert one["sha256"] == hashlib.sha256(b"%PDF-1.7 x").hexdigest()
    assert (two["name"], two["media_type"], two["author"]["name"]) == ("Foto di città.png", "image/png", "Sergio Prova")
    panel = sergio.get(f"/files/{of}/{key}", headers={"HX-Request": "true"}).text
    assert "offerta.pdf" in panel
    assert "<html" not in panel
    assert "offerta.pdf" in sergio.get(f"/history/{of}/{key}").text


def test_a_form_without_script_does_the_same(make: Maker, sergio: Page) -> None:
    """DOC-01: the page by itself lists and takes files; a refused one says why and holds the others not back."""
    key = make.contact()
    page = sergio.get(f"/files/contact/{key}").text
    assert "<html" in page
    assert 'enctype="multipart/form-data"' in page
    assert upload(sergio, f"/files/contact/{key}", (b"uno", "uno.txt"), script=False).status_code == 302
    answer = upload(sergio, f"/files/contact/{key}", (b"", "vuoto.txt"), (b"due", "due.txt"), script=False)
    assert answer.status_code == 400
    assert "vuoto.txt: The file is empty." in answer.text
    assert [d["name"] for d in listed(make.rest("sergio"), "contact", key)] == ["uno.txt", "due.txt"]
    assert upload(sergio, f"/files/contact/{key}", script=False).status_code == 400


def test_the_same_name_is_a_new_version(make: Maker, sergio: Page) -> None:
    """DOC-01: versions of the same name are kept and listed, whatever the case; the same content is no new one."""
    key, path = make.contact(), "/files/contact/{}"
    for content, name in ((b"uno", "Piano.txt"), (b"due", "piano.TXT"), (b"due", "Piano.txt")):
        upload(sergio, path.format(key), (content, name))
    (document,) = listed(make.rest("sergio"), "contact", key)
    assert (document["name"], document["versions"]) == ("Piano.txt", 2)
    versions = sergio.get(f"/files/{document['id']}/versions").text
    links = re.findall(r"/files/version/\d+", versions)
    assert [sergio.get(link).data for link in links] == [b"due", b"uno"]
    assert sergio.get(f"/files/{document['id']}/download").data == b"due"
    other = make.contact()
    upload(sergio, path.format(other), (b"tre", "Piano.txt"))
    assert listed(make.rest("sergio"), "contact", other)[0]["versions"] == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Documenti\\piano.doc", "piano.doc"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("fattura\u202efdp.exe", "fatturafdp.exe"),
        ("...", "file"),
        ("Città di “Roma” – 100%.txt", "Città di “Roma” – 100%.txt"),
        ('"; filename="x.html', '"; filename="x.html'),
        (f"{'l' * 300}.pdf", f"{'l' * 251}.pdf"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
    ],
)
def test_names_are_names_and_nothing_else(make: Maker, sergio: Page, given: str, kept: str) -> None:
    """DOC-01, threat 12: no folder, no control or direction mark; downloads say the name by RFC 6266."""
    key = make.contact()
    answer = sent(make.rest("sergio"), b"<script>alert(1)</script>", "x", contact=key, name=given)
    assert answer.json["result"]["name"] == kept
    answer = sergio.get(f"/files/{answer.json['id']}/download")
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment;")
    assert "\n" not in said
    assert parse_options_header(said)[1]["filename"] == kept
    assert "<img src=x" not in sergio.get(f"/files/contact/{key}").text


def test_a_document_is_renamed(make: Maker, sergio: Page) -> None:
    """DOC-01: where it stands; a name in use, an empty one and a path are refused and what was typed is kept."""
    key = make.contact()
    upload(sergio, f"/files/contact/{key}", (b"uno", "uno.txt"), (b"due", "due.txt"))
    one = listed(make.rest("sergio"), "contact", key)[0]
    assert 'value="uno.txt"' in sergio.get(f"/files/{one['id']}/edit").text
    for wrong, said in (("DUE.txt", "already"), (" ", "1 to 255"), ("a/b.txt", "no folders"), ("x" * 256, "1 to 255")):
        answer = sergio.post(f"/files/{one['id']}/edit", {"name": wrong})
        assert said in answer.text
        assert f'value="{wrong}"' in answer.text
    assert "tre.txt" in sergio.post(f"/files/{one['id']}/edit", {"name": "tre.txt", "version": one["version"]}).text
    assert "meanwhile" in sergio.post(f"/files/{one['id']}/edit", {"name": "x.txt", "version": one["version"]}).text
    rest = make.rest("sergio")
    assert rest.put(f"/api/v1/files/{one['id']}", {"name": "quattro.txt"}).json["result"]["name"] == "quattro.txt"
    assert rest.put(f"/api/v1/files/{one['id']}", {"name": "due.txt"}).status_code == 400
    assert rest.put(f"/api/v1/files/{one['id']}", {"name": "y.txt", "version": 1}).status_code == 409
    history = sergio.get(f"/history/contact/{key}").text
    assert "uno.txt" in history
    assert "quattro.txt" in history


def test_deleting_is_undone(make: Maker, sergio: Page) -> None:
    """DOC-01, GEN-07: to the bin by who added it or looks after the record, and back; nobody else's undo."""
    key = make.contact()
    document = make.document(make["livia"], record=key, name="nota.txt")
    assert make.page("nino").post(f"/files/{document}/delete").status_code == 403
    assert make.rest("nino").delete(f"/api/v1/files/{document}").status_code == 403
    answer = sergio.post(f"/files/{document}/delete")
    assert f"/files/{document}/restore" in answer.text
    assert listed(make.rest("sergio"), "contact", key) == []
    assert sergio.get(f"/files/{document}/download").status_code == 404
    assert "not in your bin" in make.page("nino").post(f"/files/{document}/restore").text
    again = make.document(record=key, name="NOTA.txt")
    assert "already" in sergio.post(f"/files/{document}/restore").text
    sergio.post(f"/files/{again}/delete")
    assert "nota.txt" in sergio.post(f"/files/{document}/restore").text
    assert [d["id"] for d in listed(make.rest("sergio"), "contact", key)] == [document]
    assert make.rest("livia").delete(f"/api/v1/files/{document}").status_code == 200


def test_the_bin_is_emptied_and_bytes_are_swept(make: Maker, sergio: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """GEN-07: after 30 days rows and bytes go; what is in use or being written stays; a rollback leaves no bytes."""
    kept, gone = make.document(content=b"resta"), make.document(content=b"va")
    sergio.post(f"/files/{gone}/delete")
    monkeypatch.setattr(storage, "SETTLED", -storage.SETTLED)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        with pytest.raises(RuntimeError, match="rolled back"):
            orphan(make)
        assert service.sweep() >= 1
    sergio.post(f"/files/{gone}/restore")
    assert sergio.get(f"/files/{gone}/download").data == b"va"
    sergio.post(f"/files/{gone}/delete")
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        bins.empty(Document)
        assert sum(bins.purge()) == 1
        db.session.commit()
        assert service.sweep() == 1
    assert sergio.get(f"/files/{kept}/download").data == b"resta"


def orphan(make: Maker) -> None:
    """Store bytes and fail before the commit."""
    from io import BytesIO

    contents.store(BytesIO(b"orfano"), 100)
    db.session.rollback()
    raise RuntimeError("rolled back")


def test_access_follows_the_record(make: Maker) -> None:
    """DOC-01, ACC-06: a stranger meets 404 at every door, as for a document that isn't there."""
    for of in KINDS:
        document = make.document(of=of, private=True, content=drawn("PNG"), name="segreto.png")
        nino, rest = make.once("page", "nino"), make.once("rest", "nino")
        for path in ("", "/download", "/preview", "/pdf", "/versions", "/edit"):
            assert nino.get(f"/files/{document}{path}").status_code == 404
        for path in ("/edit", "/delete"):
            assert nino.post(f"/files/{document}{path}", {"name": "x"}).status_code == 404
        for path in ("", "/content"):
            assert rest.get(f"/api/v1/files/{document}{path}").status_code == 404
        assert make.once("page", "sergio").get(f"/files/{document}/preview").status_code == 200
    assert rest.get("/api/v1/files/").json["count"] == 0


def test_nobody_adds_to_what_is_hidden(make: Maker) -> None:
    """ACC-06, ACC-05: a hidden record takes no file of a stranger's; who may only read adds none."""
    key, shared = make.contact(private=True), make.contact()
    assert upload(make.page("nino"), f"/files/contact/{key}", (b"x", "x")).status_code == 404
    hidden, missing = (sent(make.rest("nino"), b"x", "x", contact=k) for k in (key, 999_999_999))
    assert hidden.status_code == missing.status_code == 400
    assert hidden.json == missing.json
    assert upload(make.page("renzo"), f"/files/contact/{shared}", (b"x", "x")).status_code in (302, 403)
    assert sent(make.rest("renzo"), b"x", "x", contact=shared).status_code == 403
    assert "data-upload" not in make.page("renzo").get(f"/files/contact/{shared}").text


@pytest.mark.parametrize("fields", [{}, {"contact": "x"}, {"contact": "1", "case": "1"}, {"contact": "-1"}])
def test_rest_asks_for_one_record(make: Maker, fields: dict[str, str]) -> None:
    """DOC-01, bad input: without a record, with two, or with what is no id."""
    assert sent(make.rest("sergio"), b"x", "x", **fields).status_code == 400
    assert make.rest("sergio").post("/api/v1/files/", {"contact": make.contact()}).status_code == 400


def test_rest_gives_the_bytes_back(make: Maker) -> None:
    """DOC-01: content by REST as it was sent."""
    rest, content = make.rest("sergio"), bytes(range(256)) * 500
    made = sent(rest, content, "dati.bin", contact=make.contact())
    assert made.status_code == 201
    answer = rest.get(f"/api/v1/files/{made.json['id']}/content")
    assert answer.data == content
    assert answer.mimetype == "application/octet-stream"


def test_the_list_stays_flat(make: Maker, sergio: Page, statements: Any) -> None:
    """Budget: as many statements for sixty documents as for one, and a page of fifty."""
    key = make.contact()
    make.document(record=key)
    one = statements(lambda: sergio.get(f"/files/contact/{key}"))
    for _ in range(59):
        make.document(record=key)
    assert statements(lambda: sergio.get(f"/files/contact/{key}")) <= one <= 25
    first = sergio.get(f"/files/contact/{key}?list=1").text
    assert first.count('class="file"') == 50
    assert sergio.get(f"/files/contact/{key}?list=1&page=1").text.count('class="file"') == 10
    assert "60" in sergio.get(f"/contacts/show/{key}").text


def test_previews_are_drawn_anew(make: Maker, sergio: Page) -> None:
    """DOC-01: small for the list, large for the eye; never the bytes that came."""
    hidden = b"<script>alert(1)</script>"
    document = make.document(content=drawn("JPEG", (2000, 1000), comment=hidden) + hidden, name="foto.jpg")
    for query, size in (("", (96, 48)), ("?large", (1600, 800))):
        answer = sergio.get(f"/files/{document}/preview{query}")
        assert opened(answer.data).size == size
        assert hidden not in answer.data
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"

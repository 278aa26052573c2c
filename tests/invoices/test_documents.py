"""PDF, mail, the client's link, recurrence and reminders."""

import datetime as dt
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.invoices import document, recurrence, reminders, sending
from app.invoices.models import Invoice
from app.invoices.words import WORDS
from app.mailing.models import OutgoingMail
from reports import documents, invoices
from tests.factories import Maker, acting
from tests.invoices.conftest import LINE, move, read, write
from tests.invoices.test_pages import picture

NAMES = "Παπαδόπουλος Иванов 北京科技 株式会社 한국"
PROFILE = {"name": "Noi srl", "city": "Torino", "iban": "IT60X0542811101000000123456", "footer": "REA 1"}


def pages(content: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def profiled(make: Maker, **keys: Any) -> None:
    """Write the organization's profile."""
    page = make.page("marta")
    answer = page.post("/settings/invoices/organization", {**PROFILE, **keys})
    assert answer.status_code == 302


def pdf_of(make: Maker, invoice: int) -> bytes:
    """Through the page."""
    answer = make.page("sergio").get(f"/invoices/pdf/{invoice}")
    assert answer.mimetype == "application/pdf"
    return bytes(answer.data)


@pytest.mark.parametrize(
    ("language", "day", "total"),
    [
        ("it", "05/03/2026", "1.219,45\xa0€"),
        ("en", "05/03/2026", "€1,219.45"),
        ("fr", "05/03/2026", "1\u202f219,45\xa0€"),
        ("de", "05.03.2026", "1.219,45\xa0€"),
        ("es", "5/3/2026", "1.219,45\xa0€"),
    ],
)
def test_each_language(make: Maker, language: str, day: str, total: str) -> None:
    """INV-03: labels, days and amounts as in the invoice's language, whoever reads it."""
    lines = [{"name": "x", "price": "999.55", "taxes": [make.tax("22", "IVA")]}]
    made = write(make.rest("sergio"), make.contact(), language=language, date="2026-03-05", lines=lines, due_days=30)
    text = "\n".join(pages(pdf_of(make, made["id"])))
    assert day in text
    assert total.replace("\u202f", " ").replace("\xa0", " ") in text.replace("\u202f", " ").replace("\xa0", " ")
    for key in ("invoice", "due", "quantity", "net"):
        assert WORDS[language][key] in text


def test_words_are_whole() -> None:
    """INV-03: the same words in every language."""
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["it"])}


def test_names_of_the_world_are_readable(make: Maker) -> None:
    """INV-07: every letter is there, in a font that is embedded; Arabic is shaped."""
    made = write(make.rest("sergio"), make.contact(kind="company", name=f"{NAMES} شركة"))
    content = pdf_of(make, made["id"])
    text = "".join(pages(content))
    for word in NAMES.split():
        assert word in text, word
    fonts = [f for page in PdfReader(io.BytesIO(content)).pages for f in page["/Resources"]["/Font"].values()]
    named = {str(f["/BaseFont"]): f for f in fonts}
    ours = [name for name in named if "DejaVu" in name or "Droid" in name]
    assert len(ours) == 3
    assert all("/FontFile2" in named[name]["/FontDescriptor"] for name in ours)


def test_many_lines(make: Maker) -> None:
    """INV-07: 200 lines; headings on each page, page x of y, logo on each page."""
    profiled(make, logo=(picture(), "l.png"))
    lines = [{**LINE, "name": f"Riga {n}"} for n in range(200)]
    made = write(make.rest("sergio"), make.contact(), lines=lines, language="it")
    content = pdf_of(make, made["id"])
    texts = pages(content)
    assert len(texts) > 4
    for n, text in enumerate(texts, 1):
        assert f"Pagina {n} di {len(texts)}" in " ".join(text.split())
        assert "REA 1" in text
    assert sum("Quantità" in text for text in texts) >= len(texts) - 1
    assert all(page.images for page in PdfReader(io.BytesIO(content)).pages)
    assert "Riga 199" in "".join(texts)


def test_the_profile_of_its_day(make: Maker) -> None:
    """INV-08: a billed invoice keeps name and logo; a draft shows the present ones."""
    profiled(make, logo=(picture(), "l.png"))
    rest, client = make.rest("sergio"), make.contact()
    billed, draft = write(rest, client)["id"], write(rest, client)["id"]
    move(rest, billed, "billed")
    profiled(make, name="Altri spa", logo=(picture((50, 50)), "l.png"))
    assert "Noi srl" in "".join(pages(pdf_of(make, billed)))
    assert "Altri spa" in "".join(pages(pdf_of(make, draft)))
    sizes = [PdfReader(io.BytesIO(pdf_of(make, pk))).pages[0].images[0].image.size for pk in (billed, draft)]
    assert sizes[0] != sizes[1]


def test_payment_code(make: Maker) -> None:
    """INV-10: an EPC code on a billed invoice in euro with an IBAN, and on no other."""
    profiled(make)
    rest, client = make.rest("sergio"), make.contact()
    ids = [write(rest, client, currency=currency)["id"] for currency in ("EUR", "EUR", "USD")]
    for pk in ids[1:]:
        move(rest, pk, "billed")
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        codes = [document.content(db.session.get_one(Invoice, pk))["qr"] for pk in ids]
        db.session.remove()
    assert [bool(code) for code in codes] == [False, True, False]


VECTORS = [
    '<img src="http://127.0.0.1:{port}/x.png">',
    '<link rel="stylesheet" href="http://127.0.0.1:{port}/x.css">',
    "<style>@import url(http://127.0.0.1:{port}/i.css);</style>",
    '<style>@font-face {{ font-family: Evil; src: url("http://127.0.0.1:{port}/f.ttf"); }}</style>',
    '<pdf:background src="http://127.0.0.1:{port}/b.pdf"/>',
    '<img src="file://{secret}">',
    '<img src="{secret}">',
    '<iframe src="../../../../../../../..{secret}"></iframe>',
]


def test_nothing_is_fetched(make: Maker, tmp_path: Path) -> None:
    """Threat 6: eight vectors, as the text of every field and as raw HTML: no request, no byte of another file."""
    hits: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

    server = HTTPServer(("127.0.0.1", 0), Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "secret.txt"
    secret.write_text("SEGRETISSIMO")
    try:
        attacks = [v.format(port=server.server_port, secret=secret) for v in VECTORS]
        line = {"name": attacks[0], "description": " ".join(attacks[1:5]), "price": "1"}
        client = make.contact(kind="company", name=attacks[5])
        made = write(make.rest("sergio"), client, lines=[line], notes="\n".join(attacks), order_number=attacks[6][:80])
        content = pdf_of(make, made["id"])
        raw = documents.pdf(f"<html><body>{''.join(attacks)}<p>fine</p></body></html>")
    finally:
        server.shutdown()
    assert not hits
    assert "SEGRETISSIMO" not in "".join([*pages(content), *pages(raw)])
    assert "<img" in "".join(pages(content))


def test_send(make: Maker) -> None:
    """INV-07: the template in the invoice's language with notes, PDF attached; the status moves once; sent again."""
    profiled(make)
    client = make.contact(emails=["cliente@example.com"])
    made = write(make.rest("sergio"), client, language="de", notes="Danke!")
    page, path = make.page("sergio"), f"/invoices/send/{made['id']}"
    form = page.get(path).text
    assert "cliente@example.com" in form
    assert "Sehr geehrte" in form
    assert "Danke!" in form
    assert page.post(path, {"to": "niente", "subject": "x", "text": "y"}).status_code == 200
    assert read(make, made["id"])["status"] == "draft"
    assert make.rest("sergio").post(f"/api/v1/invoices/{made['id']}/send", {}).status_code == 201
    assert page.post(path, {"to": "altro@example.com", "subject": "Noch einmal", "text": "T"}).status_code == 302
    assert read(make, made["id"])["number"] == "INV0000001"
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        for pk in (waiting := sending.waiting()):
            assert sending.deliver(pk, invoices.pdf)
            assert not sending.deliver(pk, invoices.pdf)
        db.session.commit()
        mails = list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))
        assert len(waiting) == len(mails) == 2
        assert [m.recipient for m in mails] == ["cliente@example.com", "altro@example.com"]
        assert mails[0].subject == "Rechnung INV0000001 von Noi srl"
        assert "Danke!" in mails[0].text
        assert mails[0].created_by == make["sergio"].id
        assert mails[0].attachments[0]["name"] == "Rechnung-INV0000001.pdf"
        db.session.remove()
    assert read(make, made["id"])["sent_at"]


def test_a_worker_sends_it(make: Maker, workers: Any, smtp: Any) -> None:
    """INV-07: from the button to the client's mailbox, with a PDF that opens."""
    client = make.contact(emails=["cliente@example.com"])
    made = write(make.rest("sergio"), client, language="it")
    make.rest("sergio").post(f"/api/v1/invoices/{made['id']}/send", {})
    (mail,) = smtp.wait_for(1, 60)
    (file,) = list(mail.message.iter_attachments())
    assert file.get_filename() == "Fattura-INV0000001.pdf"
    assert "INV0000001" in "".join(pages(file.get_content()))


def test_the_clients_link(make: Maker) -> None:
    """INV-10: without a login, unguessable, taken back; drafts have none, and guessing is slowed down."""
    profiled(make)
    made = write(make.rest("sergio"), make.contact(private=True), language="it")["id"]
    page, visitor = make.page("sergio"), make.app.test_client()
    page.post(f"/invoices/link/{made}")
    assert "/i/" not in page.get(f"/invoices/show/{made}").text
    move(make.rest("sergio"), made, "billed")
    page.post(f"/invoices/link/{made}")
    shown = page.get(f"/invoices/show/{made}").text
    token = shown.split("/i/")[1].split('"')[0]
    assert len(token) >= 40
    answer = visitor.get(f"/i/{token}")
    assert "INV0000001" in answer.text
    assert "Scarica il PDF" in answer.text
    assert visitor.get(f"/i/{token}/pdf").mimetype == "application/pdf"
    page.post(f"/invoices/link/{made}", {"revoke": "1"})
    assert visitor.get(f"/i/{token}").status_code == 404
    assert 429 in {visitor.get(f"/i/{n}").status_code for n in range(25)}


def test_recurring(make: Maker) -> None:
    """INV-10: made once for each period, on the last day of short months, until its last day."""
    rest = make.rest("sergio")
    made = write(rest, make.contact(), date="2026-01-31", due_days=15)["id"]
    page = make.page("sergio")
    page.post(f"/invoices/recur/{made}", {"months": "1", "last_date": "2026-04-30", "bill": "1"})
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        days = []
        while invoice := recurrence.make_next(dt.date(2026, 12, 31)):
            days.append((invoice.date.isoformat(), invoice.number, (invoice.due_date - invoice.date).days))
            db.session.commit()
        db.session.remove()
    assert days == [
        ("2026-02-28", "INV0000001", 15),
        ("2026-03-31", "INV0000002", 15),
        ("2026-04-30", "INV0000003", 15),
    ]
    page.post(f"/invoices/recur/{made}", {"months": "3"})
    assert "Every three months" in page.get(f"/invoices/show/{made}").text
    page.post(f"/invoices/recur/{made}", {"stop": "1"})
    with make.app.app_context(), acting(make["sergio"]):
        with pytest.raises(RuleBroken):
            recurrence.start(db.session.get_one(Invoice, made), {"months": "7"})
        assert recurrence.make_next(dt.date(2027, 12, 31)) is None
        db.session.remove()


def test_reminders(make: Maker) -> None:
    """INV-10: one mail for each of the profile's days, however often we look; never for what was paid or not sent."""
    profiled(make, reminder_days="7, 14")
    rest, client = make.rest("sergio"), make.contact(emails=["cliente@example.com"])
    late, paid, unsent = (write(rest, client, date="2026-01-01", due_days=0, language="it")["id"] for _ in range(3))
    for pk in (late, paid):
        rest.post(f"/api/v1/invoices/{pk}/send", {})
    move(rest, unsent, "billed")
    move(rest, paid, "paid")

    def given(day: int) -> list[str]:
        with make.app.app_context(), access.acting_as(access.SYSTEM):
            for pk in sending.waiting():
                sending.deliver(pk, lambda _invoice: b"%PDF")
            db.session.commit()
            while reminders.give(dt.date(2026, 1, day)):
                db.session.commit()
            rows = [s.subject for s in sending.sent(db.session.get_one(Invoice, late)) if s.is_reminder]
            db.session.remove()
        return rows

    assert [len(given(day)) for day in (7, 8, 9, 14, 15, 15, 30)] == [0, 1, 1, 1, 2, 2, 2]
    assert given(30)[0] == "Promemoria: fattura INV0000001 di Noi srl"

"""The sender's domain: what it publishes, and the signature of mails, checked as a receiver checks it (MAIL-04)."""

import base64
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.core import access
from app.core.db import db
from app.mailing import domain, sending, servers, service
from tests.factories import Maker
from tests.harness.mail import Mailbox
from tests.harness.names import name_server

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
RECORDS = {
    "example.com": "v=spf1 include:_spf.example.net -all",
    "_dmarc.example.com": "v=DMARC1; p=reject",
    "mail2026._domainkey.example.com": f"v=DKIM1; k=rsa; p={PUBLIC}",
}
FORM = {
    "host": "127.0.0.1", "port": "25", "security": "none", "sender": "crm@example.com", "keep_days": "365",
    "dkim_selector": "mail2026", "dkim_key": PEM,
}  # fmt: skip


def test_what_a_domain_publishes() -> None:
    """MAIL-04: SPF, DKIM and DMARC as a name server tells them; none is "", and no answer is told apart."""
    with pytest.MonkeyPatch.context() as patch, name_server(RECORDS) as resolver:
        patch.setattr(domain, "resolver", lambda: resolver)
        found = {f.kind: f.record for f in domain.check("example.com", "mail2026")}
        none = [f.record for f in domain.check("example.org", "mail2026")]
        patch.setattr(domain, "LIFETIME", 0.2)
        resolver.nameservers = ["127.0.0.255"]
        silent = [f.record for f in domain.check("example.com", "")]
    assert domain.public_key(PEM) == PUBLIC
    assert found == dict(zip(("spf", "dmarc", "dkim"), RECORDS.values(), strict=True))
    assert none == ["", "", ""]
    assert silent == [None, None]


def test_a_receiver_finds_the_signature_good(make: Maker, smtp: Mailbox, monkeypatch: Any) -> None:
    """MAIL-04: set by the page, never shown again; the mail that arrives is signed, its links among what is."""
    from workers import application

    page = make.page("marta")
    host, _, port = smtp.url.removeprefix("smtp://").partition(":")
    for settings in (make.app.config, application.config):
        monkeypatch.setitem(settings, "SMTP_URL", "")
    assert page.post("/settings/mail/", FORM | {"host": host, "port": port}).status_code == 302
    assert PEM[100:200] not in page.get("/settings/mail/").text
    came: list[bytes] = []
    monkeypatch.setattr(domain, "signed", lambda c, s, sign=domain.signed: came.append(sign(c, s)) or came[-1])
    with application.app_context(), access.acting_as(access.SYSTEM):
        link = {"List-Unsubscribe": "<https://crm.example.com/unsubscribe/x>"}
        db.session.add(service.written("anna@example.com", "Perché", "Ciao", "<p>Ciao</p>", bulk=link))
        db.session.commit()
        sending.work(0)
        db.session.remove()
    assert smtp.received[0].message["DKIM-Signature"]
    assert "list-unsubscribe" in str(smtp.received[0].message["DKIM-Signature"])
    record = RECORDS["mail2026._domainkey.example.com"].encode()
    assert dkim.verify(came[0], dnsfunc=lambda _name, timeout=5: record)
    assert not dkim.verify(came[0].replace(b"Ciao", b"Hola"), dnsfunc=lambda _name, timeout=5: record)


@pytest.mark.parametrize(
    ("field", "value"), [("dkim_key", ""), ("dkim_key", "no key"), ("dkim_selector", "a b"), ("dkim_selector", "..")]
)
def test_a_mistake_stands_on_its_field(make: Maker, field: str, value: str) -> None:
    """GEN: a key that is none is refused before a mail needs it."""
    answer = make.page("marta").post("/settings/mail/", FORM | {field: value})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    with make.app.app_context():
        assert servers.row() is None


def test_the_page_of_the_domain(make: Maker, monkeypatch: Any) -> None:
    """MAIL-04: an administrator sees what is there and what is missing; others do not."""
    monkeypatch.setitem(make.app.config, "SMTP_URL", "smtp://127.0.0.1?from=crm@example.com")
    records = {name: text for name, text in RECORDS.items() if "dmarc" not in name}
    with name_server(records) as resolver:
        monkeypatch.setattr(domain, "resolver", lambda: resolver)
        text = make.page("marta").get("/settings/mail/domain").text
    assert "v=spf1 include:_spf.example.net -all" in text
    assert "There is no such record" in text
    assert "no selector is set" in text
    other = {name: text.replace(PUBLIC[40:60], PUBLIC[60:80]) for name, text in RECORDS.items()}
    make.page("marta").post("/settings/mail/", FORM)
    with name_server(other) as resolver:
        monkeypatch.setattr(domain, "resolver", lambda: resolver)
        assert "another key" in make.page("marta").get("/settings/mail/domain").text
    assert make.page("sergio").get("/settings/mail/domain").status_code in (302, 403)

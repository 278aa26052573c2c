"""The mail server that administrators set, and what becomes of its password (MAIL-01)."""

from pathlib import Path
from typing import Any

import pytest

from app.core import access, sealing
from app.core.db import db
from app.mailing import servers, service
from app.mailing.models import MailServer, MailState, OutgoingMail
from app.mailing.smtp import Server, server_of
from tests.factories import Maker
from tests.harness.mail import Mailbox
from tests.harness.web import START, Child, wait_until

SECRET = "Segreto-del-server-9f31"
HERE = "/settings/mail/"


@pytest.fixture(autouse=True)
def no_environment(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is the page's, unless a test says otherwise."""
    monkeypatch.setitem(make.app.config, "SMTP_URL", "")


def typed(**changed: Any) -> dict[str, Any]:
    """A filled-in form."""
    return {
        "host": "mail.example.com", "port": "587", "security": "starttls", "user": "crm", "password": SECRET,
        "sender_name": "Officine Prova", "sender": "crm@example.com", "per_minute": "", "keep_days": "365",
    } | changed  # fmt: skip


def stored(make: Maker) -> MailServer | None:
    with make.app.app_context():
        db.session.remove()
        found = servers.row()
        if found:
            db.session.expunge(found)
        return found


def used(make: Maker) -> Server | None:
    with make.app.app_context():
        return servers.present()


def test_an_administrator_sets_it(make: Maker) -> None:
    """MAIL-01: host, port, security, user, password, sender; mail goes through it from then on."""
    assert make.page("marta").post(HERE, typed(security="tls", port="465", per_minute="60")).status_code == 302
    assert used(make) == Server(
        "mail.example.com", 465, "crm@example.com", "Officine Prova", "crm", SECRET, tls=True, starttls=False
    )
    assert stored(make).per_minute == 60  # type: ignore[union-attr]


@pytest.mark.parametrize("who", ["sergio", "renzo", None])
def test_it_is_closed_to_others(make: Maker, who: str | None) -> None:
    """ACC-03: settings are for administrators."""
    page = make.page(who)
    for answer in (page.get(HERE), page.post(HERE, typed()), page.post(f"{HERE}test", {"to": "a@example.com"})):
        assert answer.status_code in (302, 403)
    assert stored(make) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", ""), ("host", "smtp://mail.example.com"), ("host", "mail example"), ("host", "m" * 300),
        ("port", "0"), ("port", "99999"), ("port", "x"), ("port", "9" * 40), ("security", "ssl3"),
        ("sender", "nobody"), ("sender", "a@example.com\r\nBcc: b@example.com"), ("sender_name", "A\nB"),
        ("per_minute", "-1"), ("per_minute", "0"), ("keep_days", ""), ("keep_days", "1000000"), ("password", ""),
    ],
)  # fmt: skip
def test_a_mistake_stands_on_its_field(make: Maker, field: str, value: str) -> None:
    """GEN: what can't be is said where it was typed, and what was typed stays; the password does not."""
    answer = make.page("marta").post(HERE, typed(**{field: value}))
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert 'value="Officine Prova"' in answer.text or field == "sender_name"
    assert SECRET not in answer.text
    assert stored(make) is None


def test_the_password_never_comes_out(make: Maker, data: Path, superuser: Any) -> None:
    """MAIL-01, threat 33: sealed in the database, in no page, dump or log; an empty field keeps it."""
    page = make.page("marta")
    page.post(HERE, typed())
    sealed = stored(make).secret  # type: ignore[union-attr]
    for path in (HERE, "/settings/", "/mailing/"):
        text = page.get(path).text
        assert SECRET not in text
        assert str(sealed) not in text
    dump = superuser.execute("SELECT mail_server::text FROM mail_server").fetchone()[0]
    assert "mail.example.com" in dump
    assert SECRET not in dump
    assert all(SECRET not in file.read_text(errors="replace") for file in (data / "log").iterdir())
    assert page.post(HERE, typed(password="", sender_name="Altri")).status_code == 302
    assert used(make).password == SECRET  # type: ignore[union-attr]


@pytest.mark.parametrize("changed", [{"host": "evil.example.com"}, {"port": "2525"}, {"security": "none"}])
def test_the_password_follows_nobody_elsewhere(make: Maker, changed: dict[str, str]) -> None:
    """MAIL-01: who sends the stored password to another server, or in the clear, must know it."""
    page = make.page("marta")
    page.post(HERE, typed())
    assert page.post(HERE, typed(password="", **changed)).status_code == 400
    assert used(make).host == "mail.example.com"  # type: ignore[union-attr]


def test_a_late_save_is_told(make: Maker) -> None:
    """GEN-08: two administrators at once."""
    page = make.page("marta")
    page.post(HERE, typed())
    assert page.post(HERE, typed(version="99")).status_code == 400


def test_another_secret_key_is_said_and_not_fatal(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat 33: a wrong key is a sentence; the former key, when given, opens and is replaced."""
    page = make.page("marta")
    page.post(HERE, typed())
    with make.app.app_context():
        former = make.app.config["SECRET_KEY"]
        monkeypatch.setitem(make.app.config, "SECRET_KEY", "another-secret-key-of-an-installation")
        assert servers.present() is None
        assert "another secret key" in str(servers.problem())
        monkeypatch.setitem(make.app.config, "FORMER_SECRET_KEYS", [former])
        assert servers.present().password == SECRET  # type: ignore[union-attr]
        servers.reseal()
        db.session.commit()
        monkeypatch.setitem(make.app.config, "FORMER_SECRET_KEYS", [])
        assert servers.present().password == SECRET  # type: ignore[union-attr]


def test_the_environment_wins(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-01: CLIENTELA_SMTP_URL goes before the page, and the page says so."""
    page = make.page("marta")
    page.post(HERE, typed())
    assert "CLIENTELA_SMTP_URL" not in page.get(HERE).text
    monkeypatch.setitem(make.app.config, "SMTP_URL", "smtp://elsewhere.example.com?from=x@example.com&name=Altri")
    assert used(make) == Server("elsewhere.example.com", 25, "x@example.com", "Altri")
    assert "CLIENTELA_SMTP_URL" in page.get(HERE).text


def test_the_url_form() -> None:
    """README "On a server": each part of the address."""
    assert server_of("smtps://crm%40example.com:p%2Fw@mail.example.com") == Server(
        "mail.example.com", 465, "crm@example.com", "", "crm@example.com", "p/w", tls=True
    )
    assert server_of("smtp://mail.example.com:587?starttls=1&from=a@example.com") == Server(
        "mail.example.com", 587, "a@example.com", starttls=True
    )


def test_a_test_message_tells_the_servers_words(
    make: Maker, smtp: Mailbox, workers: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-01: "Send test message" says what the server said, be it good or bad."""
    smtp.refuse["no@example.com"] = "550 5.1.1 nobody of that name"
    page = make.page("marta")
    for to, said in (("marta@example.com", "250 OK"), ("no@example.com", "550 5.1.1 nobody of that name")):
        answer = page.post(f"{HERE}test", {"to": to})
        assert answer.status_code == 302
        pk = int(answer.headers["Location"].partition("test=")[2].partition("#")[0])
        wait_until(lambda pk=pk: "hx-trigger" not in page.get(f"{HERE}test/{pk}").text, START)
        assert said in page.get(f"{HERE}test/{pk}").text
        assert said in page.get(answer.headers["Location"]).text
    assert [m.recipients for m in smtp.received] == [["marta@example.com"]]
    assert page.post(f"{HERE}test", {"to": "nobody"}).status_code == 400


def test_a_reply_goes_to_the_writer(make: Maker) -> None:
    """MAIL-05: under the person's name, from the product's address, answers to the person; no machine's mark."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        writer = service.Writer("Sergio Prova", "sergio@example.com")
        mail = service.written("anna@example.com", "Ciao", "Ciao", writer=writer)
        assert (mail.sender_name, mail.headers["Reply-To"]) == ("Sergio Prova", "sergio@example.com")
        assert "Auto-Submitted" not in mail.headers
        assert isinstance(mail, OutgoingMail)
        assert mail.state in (None, MailState.WAITING)
        assert sealing.unseal(None) == ""

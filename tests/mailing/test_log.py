"""The log of outgoing mail, for administrators alone (MAIL-05)."""

from typing import Any

import pytest

from app.core import access
from app.core.db import db
from app.mailing.models import MailState, OutgoingMail
from tests.factories import Maker, unique


def set_state(make: Maker, mail: int, **values: Any) -> None:
    """As a worker would leave it."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        row = db.session.get_one(OutgoingMail, mail)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()
        db.session.remove()


def state_of(make: Maker, mail: int) -> str:
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.remove()
        return db.session.get_one(OutgoingMail, mail).state


@pytest.mark.parametrize("who", ["ada", "marta"])
def test_an_administrator_sees_what_the_server_said(make: Maker, who: str) -> None:
    """MAIL-05: recipient, subject, state and the server's own words."""
    mail = make.mail(word=(word := unique("spedita")))
    set_state(make, mail, state=MailState.REFUSED, error="550 5.1.1 <no> such user")
    text = make.page(who).get("/mailing/").text
    assert f"{word}@example.com" in text
    assert "550 5.1.1 &lt;no&gt; such user" in text
    assert "Refused" in text
    assert word not in make.page(who).get("/mailing/?state=sent").text
    assert word in make.page(who).get("/mailing/?state=refused").text


@pytest.mark.parametrize("who", ["sergio", "nino", "renzo", None])
def test_the_log_is_closed_to_others(make: Maker, who: str | None) -> None:
    """ACC-03: neither the log nor another try for who is no administrator, even of one's own mail."""
    mail = make.mail(word=(word := unique("spedita")))
    set_state(make, mail, state=MailState.REFUSED)
    page = make.page(who)
    for answer in (page.get("/mailing/"), page.post(f"/mailing/{mail}/again")):
        assert answer.status_code in (302, 403)
        assert word not in answer.text
    assert state_of(make, mail) == MailState.REFUSED


@pytest.mark.parametrize("state", [MailState.REFUSED, MailState.DOUBT])
def test_a_person_sends_it_again(make: Maker, state: MailState) -> None:
    """MAIL-05: refused and doubtful ones go back into the queue by a person's decision."""
    mail = make.mail()
    set_state(make, mail, state=state, attempts=7, error="550 no")
    assert make.page("marta").post(f"/mailing/{mail}/again").status_code == 302
    assert state_of(make, mail) == MailState.WAITING


@pytest.mark.parametrize("state", [MailState.SENT, MailState.SENDING, MailState.WAITING])
def test_what_went_does_not_go_again(make: Maker, state: MailState) -> None:
    """MAIL-03: no mail twice, whatever is posted."""
    mail = make.mail()
    set_state(make, mail, state=state)
    assert make.page("marta").post(f"/mailing/{mail}/again").status_code == 302
    assert state_of(make, mail) == state


def test_it_says_why_nothing_goes_out(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """SPEC "mail server away": an administrator sees that no server is set, or that its address is wrong."""
    page = make.page("ada")
    assert "CLIENTELA_SMTP_URL" not in page.get("/mailing/").text
    for url in ("", "mail.example.com:25", "smtp://", "smtp://host:port"):
        monkeypatch.setitem(make.app.config, "SMTP_URL", url)
        assert "CLIENTELA_SMTP_URL" in page.get("/mailing/").text


@pytest.mark.parametrize(
    "address", ["/mailing/?page=-1", "/mailing/?page=x", "/mailing/?state=x", "/mailing/?page=9e9"]
)
def test_a_mistyped_address_shows_the_log(make: Maker, address: str) -> None:
    """GEN: no input makes a page fail."""
    assert make.page("ada").get(address).status_code == 200


@pytest.mark.parametrize("pk", [0, 999_999_999, 2**63, 10**30])
def test_a_missing_mail_is_not_found(make: Maker, pk: int) -> None:
    """GEN: a number that is nobody's is a 404."""
    assert make.page("ada").post(f"/mailing/{pk}/again").status_code == 404


def test_the_card_stands_in_the_settings(make: Maker) -> None:
    """MAIL-05: administrators find the log among the settings."""
    assert 'href="/mailing/"' in make.page("marta").get("/settings/").text

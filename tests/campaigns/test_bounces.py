"""MAIL-04: what comes back is read from a mailbox or told by a program, marks the mail, and spares the address."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from app.campaigns import bounces
from app.campaigns.models import Bounce, Suppressed
from app.core import access
from app.core.db import db
from app.mailing import dsn
from app.mailing.models import MailServer, OutgoingMail
from tests.campaigns.helpers import go_on, rows, started
from tests.factories import Maker
from tests.harness.imap import PASSWORD, USER, Imap
from tests.harness.mail import Mailbox, free_port

HERE = "/settings/returned/"
DSN = """From: MAILER-DAEMON@mx.example.net
To: crm@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{key}@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; elsewhere@example.net
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--b
Content-Type: text/rfc822-headers

From: crm@example.com
Message-ID: {about}

--b--
"""
VACATION = """From: anna@example.com
To: crm@example.com
Subject: Sono in ferie
Auto-Submitted: auto-replied
Message-ID: <ferie@example.com>
In-Reply-To: {about}

A presto
"""
NO_USER = {"action": "failed", "status": "5.1.1", "words": "550 5.1.1 no such user"}
FULL = {"action": "failed", "status": "4.2.2", "words": "452 4.2.2 mailbox full"}
LATE = {"action": "delayed", "status": "4.4.1", "words": "no answer yet"}


def returned(about: str, key: str = "r1", **words: str) -> bytes:
    """A report on a mail of ours."""
    return DSN.format(about=about, key=key, **(NO_USER | words)).replace("\n", "\r\n").encode()


@pytest.fixture
def imap(make: Maker) -> Iterator[Imap]:
    """A mailbox, set on its page."""
    server = Imap()
    assert make.page("marta").post(HERE, typed(server.port)).status_code == 302
    yield server
    server.stop()


def typed(port: int, /, **changed: Any) -> dict[str, Any]:
    return {
        "address": "bounces@example.com", "host": "127.0.0.1", "port": str(port), "security": "none", "user": USER,
        "password": PASSWORD, "folder": "INBOX",
    } | changed  # fmt: skip


def visit(make: Maker) -> None:
    """The worker's job, when its time has come."""
    from workers.campaigns import read_bounces

    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.execute(update(MailServer).values(bounce_read_at=None))
        db.session.commit()
        assert bounces.due()
        db.session.remove()
    read_bounces.fn(0)


def mails(make: Maker) -> dict[str, tuple[str, str, str]]:
    """Message-ID, state and words of the mail to each address."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.remove()
        found = db.session.scalars(select(OutgoingMail))
        return {m.recipient: (m.message_id, m.state, m.error or "") for m in found}


def suppressed(make: Maker) -> dict[str, str]:
    with make.app.app_context():
        db.session.remove()
        return dict(db.session.execute(select(Suppressed.email, Suppressed.reason)).all())


def count(make: Maker) -> int:
    with make.app.app_context():
        db.session.remove()
        return db.session.scalar(select(func.count()).select_from(Bounce)) or 0


def sent(make: Maker, *names: str) -> int:
    """A mailing that has gone to these; its id."""
    ids = [make.contact(first_name=name, emails=[f"{name}@example.com"]) for name in names]
    mailing = started(make, {"ids": ids})
    go_on(make, mailing)
    return mailing


def test_what_came_back_marks_mail_and_address(make: Maker, smtp: Mailbox, imap: Imap) -> None:
    """MAIL-04: a lasting bounce marks recipient and log with the server's words; the second one suppresses the
    address, and the next mailing passes it over. A full mailbox, a delay and an answer from holidays do not."""
    for turn in (1, 2):
        mailing = sent(make, "anna", "luca", "ugo", "ada") if turn == 1 else started(make, _all(make))
        go_on(make, mailing)
        gone = _of(make, mailing)
        imap.messages += [
            returned(gone["anna@example.com"][0], f"a{turn}"),
            returned(gone["luca@example.com"][0], f"l{turn}", **FULL),
            returned(gone["ugo@example.com"][0], f"u{turn}", **LATE),
            VACATION.format(about=gone["ada@example.com"][0]).encode(),
        ]
        visit(make)
        assert rows(make, mailing) == {
            "anna@example.com": "refused", "luca@example.com": "refused", "ugo@example.com": "sent",
            "ada@example.com": "sent",
        }  # fmt: skip
        assert suppressed(make) == ({} if turn == 1 else {"anna@example.com": "bounced"})
    assert smtp.received[0].sender == "bounces@example.com", "the envelope leads back to the mailbox"
    assert "no such user" in make.page("marta").get(f"/campaigns/{mailing}?state=refused").text
    assert "no such user" in make.page("marta").get("/mailing/?state=refused").text
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        from app.contacts.models import Channel

        anna = db.session.scalar(select(Channel.contact_id).where(Channel.normal == "anna@example.com"))
    assert "550 5.1.1 no such user" in make.page("marta").get(f"/contacts/show/{anna}").text
    third = started(make, _all(make))
    go_on(make, third)
    assert rows(make, third)["anna@example.com"] == "unsubscribed"
    assert {"STORE", "UID STORE", "SELECT", "EXPUNGE", "APPEND"}.isdisjoint(imap.heard), "it is only read"


def _all(make: Maker) -> dict[str, Any]:
    from app.contacts.models import Channel

    with make.app.app_context(), access.acting_as(access.SYSTEM):
        return {"ids": list(db.session.scalars(select(Channel.contact_id).order_by(Channel.contact_id)))}


def _of(make: Maker, mailing: int) -> dict[str, tuple[str, str, str]]:
    """The mails of one mailing."""
    from app.campaigns.models import MailingRecipient

    with make.app.app_context(), access.acting_as(access.SYSTEM):
        mine = select(OutgoingMail).join(MailingRecipient, MailingRecipient.mail_id == OutgoingMail.id)
        found = db.session.scalars(mine.where(MailingRecipient.mailing_id == mailing))
        return {m.recipient: (m.message_id, m.state, m.error or "") for m in found}


def test_each_counts_once_and_nobody_is_answered(make: Maker, smtp: Mailbox, imap: Imap) -> None:
    """MAIL-04, threat 36: read twice, or reported 30 times, is one; a mailbox made anew is read from its beginning, and
    nothing is ever sent for it. What names no mail of ours is not believed."""
    sent(make, "anna")
    about = mails(make)["anna@example.com"][0]
    imap.messages += [returned(about, f"x{n}") for n in range(30)]
    imap.messages += [returned("<guessed@example.com>", "forged"), b"\xff\x00 no mail at all", b""]
    visit(make)
    assert (count(make), suppressed(make), len(smtp.received)) == (1, {}, 1)
    heard = len(imap.heard)
    visit(make)
    assert "UID FETCH" not in imap.heard[heard:], "what was read is not fetched again"
    imap.validity = 8
    visit(make)
    assert (count(make), len(mails(make)), len(smtp.received)) == (1, 1, 1)


def test_the_connection_is_tested_in_the_servers_words(make: Maker, imap: Imap) -> None:
    """MAIL-04: the button tells what the server says, good or bad; the password never comes out, and is typed again
    where the server changes. Others are kept out."""
    page = make.page("marta")
    assert "here is the mailbox" in page.post(f"{HERE}test", follow_redirects=True).text
    assert page.post(HERE, typed(imap.port, password="wrong")).status_code == 302
    assert "Invalid credentials" in page.post(f"{HERE}test", follow_redirects=True).text
    visit(make)
    assert "Invalid credentials" in page.get(HERE).text, "and so does the page, after a visit of the worker"
    assert page.post(HERE, typed(imap.port, folder="Nessuna")).status_code == 302
    assert "does not exist" in page.post(f"{HERE}test", follow_redirects=True).text
    assert PASSWORD not in page.get(HERE).text
    with make.app.app_context():
        assert PASSWORD not in str(db.session.scalar(select(MailServer.bounce_secret)))
    answer = page.post(HERE, typed(free_port(), password=""))
    assert (answer.status_code, 'id="password-error"' in answer.text) == (400, True)
    for field, value in (("host", "imap://x"), ("port", "0"), ("address", "nobody"), ("user", ""), ("folder", "Città")):
        answer = page.post(HERE, typed(imap.port, **{field: value}))
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (400, True), field
    for who in ("sergio", "renzo", None):
        stranger = make.page(who)
        assert stranger.get(HERE).status_code in (302, 403)
        assert stranger.post(HERE, typed(1)).status_code in (302, 403)
        assert stranger.post(f"{HERE}test").status_code in (302, 403)


def test_a_program_tells(make: Maker, smtp: Mailbox) -> None:
    """MAIL-04: POST /api/v1/bounces/ by administrators, by Message-ID or by address; told twice is one."""
    sent(make, "anna")
    about = mails(make)["anna@example.com"][0]
    api = make.rest("marta")
    told = {"about": about, "lasting": True, "words": "550 gone", "report": "hook-1"}
    first = api.post("/api/v1/bounces/", json=told)
    assert (first.status_code, first.json["result"]["email"]) == (201, "anna@example.com")
    assert api.post("/api/v1/bounces/", json=told).json["id"] == first.json["id"]
    assert mails(make)["anna@example.com"][1:] == ("refused", "550 gone")
    assert suppressed(make) == {}
    api.post("/api/v1/bounces/", json={"email": "ANNA@example.com", "lasting": True})
    assert suppressed(make) == {"anna@example.com": "bounced"}
    assert len(api.get("/api/v1/bounces/").json["result"]) == 2
    for bad in (
        {"lasting": True},
        {"email": "x", "lasting": True},
        {"email": "a@example.com"},
        {"about": "<no@x>", "lasting": 1},
    ):
        answer = api.post("/api/v1/bounces/", json=bad)
        assert (answer.status_code, bool(answer.json["errors"])) == (400, True), bad
    for who in ("sergio", "renzo"):
        assert make.rest(who).post("/api/v1/bounces/", json=told).status_code == 403
        assert make.rest(who).get("/api/v1/bounces/").status_code == 403


def test_the_kinds_of_reports() -> None:
    """RFC 3464: failed is one, delayed is none; Exim's own form is read too; only a bad address is lasting."""
    assert dsn.read(returned("<a@example.com>")) == dsn.Report(
        "<r1@mx.example.net>", ["<a@example.com>"], True, "550 5.1.1 no such user"
    )
    assert dsn.read(returned("<a@example.com>", **LATE)) is None
    for status in ("4.2.2", "5.2.2", "5.7.1"):
        report = dsn.read(returned("<a@example.com>", status=status))
        assert report is not None
        assert not report.lasting, status
    exim = (
        "X-Failed-Recipients: anna@example.com\nAuto-Submitted: auto-replied\nFrom: Mailer-Daemon@mx.example.net\n\n"
        "  anna@example.com\n    550 5.1.1 unknown\n\nMessage-ID: <b@example.com>\nSubject: Ciao\n"
    )
    found = dsn.read(exim.encode())
    assert found is not None
    assert (found.about, found.lasting, found.words) == (["<b@example.com>"], True, "550 5.1.1 unknown")


@given(st.binary(max_size=2000))
def test_no_message_breaks_the_reader(noise: bytes) -> None:
    """RELIABILITY: whatever comes into a mailbox that everybody can write to."""
    dsn.read(noise)
    dsn.read(returned("<a@example.com>").replace(b"Reporting-MTA", noise, 1))
    dsn.read(b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n" + noise)

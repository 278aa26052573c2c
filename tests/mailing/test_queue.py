"""Many mails at once: over kept connections, within a limit, past a server that is away or says no (MAIL-03)."""

import datetime as dt
import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import access, clock, storage
from app.core.db import db
from app.mailing import sending, service
from app.mailing.models import MailServer, MailState, OutgoingMail
from tests.factories import Maker
from tests.harness.mail import Mailbox, free_port


@pytest.fixture(scope="module")
def deliver(app: Any) -> Any:
    """The worker's job, called here without a queue between."""
    from workers.mailing import deliver as actor

    return actor.fn


@pytest.fixture
def one_burst(deliver: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The job with time enough to send everything."""
    monkeypatch.setattr(sending, "BURST", 60.0)
    return deliver


def queued(make: Maker, count: int, **columns: Any) -> list[int]:
    """Mails to m0@example.com and so on; their ids."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        mails = [service.written(f"m{n}@example.com", f"Lettera {n}", "Ciao") for n in range(count)]
        for mail in mails:
            for name, value in columns.items():
                setattr(mail, name, value)
        db.session.add_all(mails)
        db.session.commit()
        return [mail.id for mail in mails]


def states(make: Maker) -> dict[str, int]:
    """How many mails are in each state."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.remove()
        return dict(db.session.execute(select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)).all())


def server(make: Maker, **columns: Any) -> None:
    """Settings of the mail server's page."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.merge(MailServer(id=1, **columns))
        db.session.commit()


def test_a_connection_serves_many_mails(make: Maker, smtp: Mailbox, one_burst: Any) -> None:
    """MAIL-03: the connection is kept from one mail to the next, past one that the server refuses."""
    smtp.refuse["m3@example.com"] = "550 5.1.1 nobody"
    queued(make, 12)
    one_burst(0)
    assert states(make) == {"sent": 11, "refused": 1}
    assert len(set(smtp.connections)) == 1


def test_a_server_that_has_enough(make: Maker, smtp: Mailbox, one_burst: Any) -> None:
    """Fault 18: 421 on a used connection opens another one; the rest is sent, nothing twice."""
    smtp.busy_after = 4
    queued(make, 10)
    one_burst(0)
    assert states(make) == {"sent": 10}
    assert len({m.message["Message-ID"] for m in smtp.received}) == len(smtp.received) == 10
    assert len(set(smtp.connections)) == 3


def test_a_dropped_answer_is_one_in_doubt(make: Maker, smtp: Mailbox, one_burst: Any) -> None:
    """MAIL-03: the line breaks after the last byte: that mail is in doubt, the others go on and none goes twice."""
    smtp.drops = lambda number: number == 3
    queued(make, 8)
    one_burst(0)
    assert states(make) == {"sent": 7, "doubt": 1}
    assert len(smtp.received) == 8


def test_a_server_that_is_away_is_asked_once(make: Maker, one_burst: Any, monkeypatch: Any) -> None:
    """MAIL-03, fault 15: of a thousand mails one is tried and waits; the others are left as they are."""
    from workers import application

    monkeypatch.setitem(application.config, "SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
    queued(make, 200)
    one_burst(0)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        tried = db.session.scalars(select(OutgoingMail.error).where(OutgoingMail.attempts > 0)).all()
    assert states(make) == {"waiting": 200}
    assert len(tried) == 1
    assert "refused" in str(tried[0])


def test_a_refused_sender_is_no_fault_of_the_mails(make: Maker, smtp: Mailbox, one_burst: Any) -> None:
    """MAIL-03: the server takes nothing from us: mails wait with its words, and none is given up."""
    smtp.busy_after = -1
    with pytest.MonkeyPatch.context() as patch:

        async def refuse(*_: Any) -> str:
            return "553 5.7.1 sender not allowed"

        patch.setattr(smtp, "handle_MAIL", refuse)
        queued(make, 5)
        one_burst(0)
    assert states(make) == {"waiting": 5}


def test_the_limit_is_of_all_workers(make: Maker, smtp: Mailbox, one_burst: Any, monkeypatch: Any) -> None:
    """MAIL-03: so many a minute, whoever sends; the next minute has its own."""
    now = clock.now().replace(second=20, microsecond=0) + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: now)
    server(make, per_minute=7)
    queued(make, 20)
    threads = [threading.Thread(target=one_burst, args=(0,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states(make) == {"sent": 7, "waiting": 13}
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(seconds=60))
    one_burst(0)
    assert states(make) == {"sent": 14, "waiting": 6}
    assert len(smtp.received) == 14


def test_mass_mail_lets_others_pass(make: Maker, smtp: Mailbox, one_burst: Any) -> None:
    """MAIL-03: a letter to one person does not wait for a thousand to many."""
    queued(make, 5, bulk=True)
    queued(make, 1, subject="Prima")
    one_burst(0)
    assert smtp.received[0].message["Subject"] == "Prima"


def test_few_senders_at_a_time(make: Maker) -> None:
    """Fault 19: a slow server holds SENDERS workers, not all of them."""
    with make.app.app_context():
        with sending.place() as first, sending.place() as second, sending.place() as third:
            assert first is not None
            assert second is not None
            assert (first[0], second[0], third) == (0, 1, None)
        with sending.place() as again:
            assert again is not None
            assert again[0] == 0


def test_what_is_attached_arrives(make: Maker, smtp: Mailbox, one_burst: Any, tmp_path: Any) -> None:
    """MAIL-02: files with their names; one that is gone is a refusal in words, not a mail without it."""
    with make.app.app_context():
        (tmp_path / "a").write_bytes(b"%PDF-1.7 offerta")
        with (tmp_path / "a").open("rb") as file:
            key, _size = storage.put(file, "mail")
    attached = {"name": "Offerta città.pdf", "key": key, "type": "application/pdf"}
    queued(make, 2, attachments=[attached], html="<p>Ciao</p>")
    [gone] = queued(make, 1, attachments=[attached | {"key": "mail/nothing"}])
    one_burst(0)
    for mail in smtp.received:
        [file] = list(mail.message.iter_attachments())
        assert (file.get_filename(), file.get_content()) == ("Offerta città.pdf", b"%PDF-1.7 offerta")
    assert states(make) == {"sent": 2, "refused": 1}
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert "gone" in str(db.session.get_one(OutgoingMail, gone).error)


def test_sent_mails_are_forgotten_in_time(make: Maker) -> None:
    """MAIL-05: kept as long as the settings say; what was not sent stays."""
    old, young = clock.now() - dt.timedelta(days=31), clock.now() - dt.timedelta(days=29)
    server(make, keep_days=30)
    queued(make, 3, state=MailState.SENT, sent_at=old)
    queued(make, 2, state=MailState.SENT, sent_at=young)
    queued(make, 1, state=MailState.REFUSED, created_at=old)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert service.forget() == 3
        db.session.commit()
    assert states(make) == {"sent": 2, "refused": 1}


def test_a_person_knows_that_it_arrived(make: Maker) -> None:
    """MAIL-03: one in doubt is listed, and counts as sent by a person's word."""
    [mail] = queued(make, 1, state=MailState.DOUBT, subject="Dubbia")
    page = make.page("marta")
    assert "Dubbia" in page.get("/mailing/?state=doubt").text
    assert make.page("sergio").post(f"/mailing/{mail}/arrived").status_code in (302, 403)
    assert states(make) == {"doubt": 1}
    page.post(f"/mailing/{mail}/arrived")
    assert states(make) == {"sent": 1}

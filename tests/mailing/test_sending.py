"""From the queue to a real server: each mail arrives once, is kept when the server is away, and never goes twice."""

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.core import access, clock
from app.core.db import db
from app.mailing import service
from app.mailing.models import MailState, OutgoingMail
from tests.factories import Maker, acting
from tests.harness.mail import Mailbox, free_port
from tests.harness.web import START, Child, wait_until, worker


@pytest.fixture(scope="module")
def deliver(app: Any) -> Any:
    """The worker's job, called here without a queue between."""
    from workers.mailing import deliver as actor

    return actor.fn


def queued(make: Maker, to: str = "anna@example.com", who: str = "sergio", **words: Any) -> int:
    """A mail in the queue; its id."""
    with make.app.app_context(), acting(make[who]):
        mail = service.queue(to, words.get("subject", "Saluti"), words.get("text", "Ciao Anna"), language="it")
        db.session.commit()
        return mail.id


def stored(make: Maker, mail_id: int) -> OutgoingMail:
    """The row, detached."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.remove()
        row = db.session.get_one(OutgoingMail, mail_id)
        db.session.expunge(row)
        return row


def change(make: Maker, mail_id: int, **values: Any) -> None:
    """Let time pass for a row."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        row = db.session.get_one(OutgoingMail, mail_id)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()
        db.session.remove()


def due() -> list[int]:
    """What the next sender would take, and the sweep sees to it that there is one."""
    return list(db.session.scalars(service.due(10))) if service.lost() else []


def ago(**span: int) -> dt.datetime:
    return clock.now() - dt.timedelta(**span)


@pytest.fixture
def through(deliver: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Point the worker at a mail server."""
    from workers import application

    def point(url: str) -> None:
        monkeypatch.setitem(application.config, "SMTP_URL", url)

    return point


MANY = b"250-hello\r\n250 PIPELINING"


@contextmanager
def answering(*replies: bytes) -> Iterator[str]:
    """A server that gives each of these answers to one line, and then closes the connection without a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            line, _ = listener.accept()
            with line, line.makefile("rb") as heard:
                line.sendall(b"220 here\r\n")
                for reply in replies:
                    heard.readline()
                    line.sendall(reply + b"\r\n")
                if replies and replies[-1].startswith(b"354"):
                    while heard.readline() != b".\r\n":
                        pass

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


def test_a_mail_arrives_once(make: Maker, smtp: Mailbox, workers: Child) -> None:
    """MAIL-05: a queued mail is sent by a real worker after the commit, once, and the log says so."""
    mail = queued(make, subject="Perché no?", text="Ciao\n.\nAnna")
    [came] = smtp.wait_for(1, START)
    wait_until(lambda: stored(make, mail).state == MailState.SENT)
    assert came.recipients == ["anna@example.com"]
    assert (came.message["Subject"], came.message["Auto-Submitted"]) == ("Perché no?", "auto-generated")
    assert came.message["Message-ID"] == stored(make, mail).message_id
    assert came.message.get_content().replace("\r\n", "\n") == "Ciao\n.\nAnna\n"
    assert stored(make, mail).sent_at is not None


def test_a_rollback_sends_nothing(make: Maker, smtp: Mailbox) -> None:
    """RELIABILITY: a mail belongs to the transaction that wanted it."""
    with make.app.app_context(), acting(make["sergio"]):
        service.queue("anna@example.com", "Saluti", "Ciao", language="it")
        db.session.rollback()
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert service.mails("", 10) == []


def test_two_messages_send_one_mail(make: Maker, smtp: Mailbox, deliver: Any) -> None:
    """Fault 24: a message that comes twice, or again later, sends nothing more."""
    mail = queued(make)
    for _ in range(3):
        deliver(mail)
    assert len(smtp.received) == 1
    assert stored(make, mail).attempts == 1


def test_many_workers_at_once_send_one_mail(make: Maker, smtp: Mailbox, deliver: Any) -> None:
    """Fault 24: of workers that are told at the same time one sends."""
    mail = queued(make)
    threads = [threading.Thread(target=deliver, args=(mail,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(smtp.received) == 1


def test_a_server_that_is_away_loses_nothing(make: Maker, smtp: Mailbox, deliver: Any, through: Any) -> None:
    """MAIL-03, SPEC "mail server away": the mail waits with the reason, for longer each time, and goes in the end."""
    mail = queued(make)
    through(f"smtp://127.0.0.1:{free_port()}")
    for minutes in (1, 5, 15, 30, 60, 60):
        change(make, mail, next_try_at=ago(seconds=30))
        deliver(mail)
        row = stored(make, mail)
        assert (row.state, bool(row.error)) == (MailState.WAITING, True)
        assert abs(row.next_try_at - clock.now() - dt.timedelta(minutes=minutes)) < dt.timedelta(seconds=30)
    deliver(mail)
    assert stored(make, mail).attempts == 6, "tried before its time"
    through(smtp.url)
    change(make, mail, next_try_at=ago(seconds=30))
    deliver(mail)
    assert stored(make, mail).state == MailState.SENT
    assert len(smtp.received) == 1


def test_it_is_given_up_after_four_days(make: Maker, deliver: Any, through: Any) -> None:
    """RELIABILITY "retry policy": four days; then a person decides."""
    assert sum((service.pause(n) for n in range(1, service.MOST_ATTEMPTS)), dt.timedelta()) > dt.timedelta(days=3.9)
    mail = queued(make)
    change(make, mail, attempts=service.MOST_ATTEMPTS - 1)
    through(f"smtp://127.0.0.1:{free_port()}")
    deliver(mail)
    assert stored(make, mail).state == MailState.REFUSED


@pytest.mark.parametrize(
    ("reply", "state"),
    [("550 5.1.1 no such user here", MailState.REFUSED), ("451 4.7.1 try again later", MailState.WAITING)],
)
def test_the_servers_words_are_kept(make: Maker, smtp: Mailbox, deliver: Any, reply: str, state: MailState) -> None:
    """MAIL-03: a lasting refusal ends it, a passing one does not; the log has the server's own words."""
    smtp.refuse["anna@example.com"] = reply
    mail = queued(make)
    deliver(mail)
    assert (stored(make, mail).state, stored(make, mail).error) == (state, reply)
    assert smtp.received == []


@pytest.mark.parametrize(
    ("replies", "state"),
    [
        ([], MailState.WAITING),
        ([b"250 hello", b"421 too busy"], MailState.WAITING),
        ([b"250 hello", b"250 ok", b"250 ok"], MailState.DOUBT),
        ([b"250 hello", b"250 ok", b"250 ok", b"354 go on"], MailState.DOUBT),
        ([b"250 hello", b"250 ok", b"250 ok", b"554 not from you"], MailState.REFUSED),
        ([b"250 hello", b"250 ok", b"rubbish"], MailState.WAITING),
        ([MANY, b"421 too busy"], MailState.WAITING),
        ([MANY, b"250 ok", b"550 nobody", b"503 no recipient"], MailState.REFUSED),
        ([MANY, b"250 ok", b"550 nobody", b"354 all the same", b"554 to nobody"], MailState.REFUSED),
        ([MANY, b"250 ok", b"451 later", b"503 no recipient"], MailState.WAITING),
        ([MANY, b"250 ok", b"250 ok", b"554 not from you"], MailState.REFUSED),
        ([MANY, b"250 ok", b"250 ok"], MailState.WAITING),
        ([MANY, b"250 ok", b"250 ok", b"354 go on"], MailState.DOUBT),
    ],
)
def test_a_line_that_breaks(make: Maker, deliver: Any, through: Any, replies: list[bytes], state: MailState) -> None:
    """Fault 20: broken before the content began it waits; after the final dot it is in doubt and not sent by itself."""
    mail = queued(make)
    with answering(*replies) as url:
        through(url)
        deliver(mail)
    assert stored(make, mail).state == state
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        change(make, mail, next_try_at=ago(days=1))
        assert (mail in due()) == (state == MailState.WAITING)


def test_a_wrong_password_is_no_fault_of_the_mail(make: Maker, deliver: Any, through: Any) -> None:
    """MAIL-05: what the server says before it knows the mail makes it wait, its words for the administrator."""
    mail = queued(make)
    with answering(b"250-hello\r\n250 AUTH PLAIN", b"535 5.7.8 bad credentials") as url:
        through(url.replace("smtp://", "smtp://crm:wrong@"))
        deliver(mail)
    row = stored(make, mail)
    assert (row.state, row.error) == (MailState.WAITING, "535 5.7.8 bad credentials")


def test_a_killed_worker_leaves_doubt(make: Maker, smtp: Mailbox, deliver: Any) -> None:
    """Fault 2: killed after the server took it and before the mark: in doubt, never sent again by itself."""
    mail = queued(make)
    deliver(mail)
    change(make, mail, state=MailState.SENDING, sent_at=None, claimed_at=ago(minutes=25))
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert service.doubt_the_abandoned() == 1
        db.session.commit()
        assert mail not in due()
    deliver(mail)
    assert stored(make, mail).state == MailState.DOUBT
    assert len(smtp.received) == 1


def test_who_is_slow_is_not_yet_dead(make: Maker) -> None:
    """Fault 20: a server may take ten minutes for its answer."""
    mail = queued(make)
    change(make, mail, state=MailState.SENDING, claimed_at=ago(minutes=11))
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert service.doubt_the_abandoned() == 0


def test_a_late_answer_does_not_undo_a_new_attempt(make: Maker) -> None:
    """RELIABILITY: the token of an attempt is worth nothing once another has begun."""
    from app.mailing.claiming import Outcome, settle
    from app.mailing.smtp import Result

    mail = queued(make)
    change(make, mail, state=MailState.SENDING, claimed_at=ago(minutes=1))
    with make.app.app_context(), access.acting_as(access.SYSTEM), db.engine.begin() as connection:
        settle(connection, Outcome(mail, ago(minutes=30), 1, Result(MailState.WAITING, "old news")))
    assert stored(make, mail).state == MailState.SENDING


def test_without_a_server_mails_wait(make: Maker, deliver: Any, through: Any, monkeypatch: Any) -> None:
    """MAIL-05: with no server set rows wait untouched, and the sweep tells nobody of them."""
    mail = queued(make)
    through("")
    deliver(mail)
    row = stored(make, mail)
    assert (row.state, row.attempts) == (MailState.WAITING, 0)
    change(make, mail, next_try_at=ago(hours=1))
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        assert mail in due()
        monkeypatch.setitem(make.app.config, "SMTP_URL", "")
        assert due() == []


@contextmanager
def silent() -> Iterator[tuple[str, threading.Event]]:
    """A server that takes a whole mail and then says nothing; the event tells that it has it."""
    taken = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            line, _ = listener.accept()
            with line, line.makefile("rb") as heard:
                line.sendall(b"220 here\r\n")
                for reply in (b"250 hello", b"250 ok", b"250 ok", b"354 go on"):
                    heard.readline()
                    line.sendall(reply + b"\r\n")
                while heard.readline() != b".\r\n":
                    pass
                taken.set()
                heard.readline()

        threading.Thread(target=talk, daemon=True).start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}", taken


def test_kill_of_a_real_worker(make: Maker, smtp: Mailbox, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 2: kill -9 while the server has the mail and has not answered: in doubt, and nobody sends it again."""
    with silent() as (url, taken):
        monkeypatch.setenv("CLIENTELA_SMTP_URL", url)
        with worker(data / "log") as child:
            mail = queued(make)
            assert taken.wait(START)
            child.kill()
    assert stored(make, mail).state == MailState.SENDING
    change(make, mail, claimed_at=ago(minutes=25))
    monkeypatch.setenv("CLIENTELA_SMTP_URL", smtp.url)
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        service.doubt_the_abandoned()
        db.session.commit()
        assert due() == []
    with worker(data / "log"):
        other = queued(make, "luca@example.com")
        [came] = smtp.wait_for(1, START)
        wait_until(lambda: stored(make, other).state == MailState.SENT)
    assert came.recipients == ["luca@example.com"]
    assert stored(make, mail).state == MailState.DOUBT

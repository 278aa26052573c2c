"""Mails a second through the queue to a server on this machine; floor: smtplib over one connection, the same mails."""

import logging
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.core import access
from app.core.db import db
from app.imports.commands import requester
from app.mailing import message, sending, service
from app.mailing.models import MailState, OutgoingMail
from app.ops.product import python

TEXT = "Gentile cliente,\n\n" + "le scriviamo per dirle delle novità di quest'anno. " * 30
HTML = f"<p>{TEXT}</p>"
SENDER = "crm@example.com"
PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}


def messages_a_second(app: Flask, count: int) -> tuple[float, float]:
    """(ours, floor), each in mails a second for `count` mails of 3 kB with two parts."""
    with sink() as port:
        with app.app_context(), access.acting_as(requester(None)):
            mails = queued(count)
            floor = by_smtplib(mails, port)
            db.session.remove()
        ours = by_the_queue(port)
        with app.app_context(), access.acting_as(requester(None)):
            sent = select(func.count()).select_from(OutgoingMail).where(OutgoingMail.state == MailState.SENT)
            if db.session.scalar(sent) != count:
                raise SystemExit("not all mails were sent")
    return count / ours, count / floor


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server of our own."""
    child = subprocess.Popen(python("app.ops.mail_sink"), **PIPES)
    try:
        yield int(child.stdout.readline())  # type: ignore[union-attr]
    finally:
        child.communicate()


def url_of(port: int) -> str:
    """The setting by which mail goes to the server."""
    return f"smtp://127.0.0.1:{port}?from={SENDER}"


def queued(count: int) -> list[OutgoingMail]:
    """Mails in the queue."""
    mails = [service.written(f"p{n}@example.com", "Novità", TEXT, HTML, bulk={}) for n in range(count)]
    db.session.add_all(mails)
    db.session.commit()
    return list(db.session.scalars(select(OutgoingMail)))


def by_smtplib(mails: list[Any], port: int) -> float:
    """Seconds for building and sending them one after the other."""
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for mail in mails:
            line.sendmail(SENDER, mail.recipient, message.build(mail, SENDER))
    return time.perf_counter() - start


def by_the_queue(port: int) -> float:
    """Seconds that the senders take, one in each worker process, as the product is started."""
    children = [subprocess.Popen(python("app.ops.bench_mail", str(port)), **PIPES) for _ in range(sending.SENDERS)]
    for child in children:
        child.stdout.readline()  # type: ignore[union-attr]
    start = time.perf_counter()
    for child in children:
        child.stdin.close()  # type: ignore[union-attr]
    if any(child.wait() for child in children):
        raise SystemExit("a sender failed")
    return time.perf_counter() - start


def main(port: str) -> None:
    """A sender: says when it is ready, and sends all there is as soon as its standard input ends."""
    from app import create_app

    app = create_app(views=False)
    app.config["SMTP_URL"] = url_of(int(port))
    sending.BURST = float("inf")
    with app.app_context(), access.acting_as(requester(None)):
        service.anything_due()
        print("ready", flush=True)
        sys.stdin.read()
        sending.work(0)
        db.session.remove()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    main(sys.argv[1])

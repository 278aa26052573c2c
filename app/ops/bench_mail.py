"""Mails a second through the queue to a server on this machine; floor: smtplib over one connection, the same mails."""

import smtplib
import subprocess
import threading
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


def messages_a_second(app: Flask, count: int) -> tuple[float, float]:
    """(ours, floor), each in mails a second for `count` mails of 3 kB with two parts."""
    with sink() as port:
        app.config["SMTP_URL"] = f"smtp://127.0.0.1:{port}?from=crm@example.com"
        with app.app_context(), access.acting_as(requester(None)):
            mails = queued(count)
            floor = by_smtplib(mails, port)
            db.session.remove()
        ours = by_the_queue(app)
        with app.app_context(), access.acting_as(requester(None)):
            sent = select(func.count()).select_from(OutgoingMail).where(OutgoingMail.state == MailState.SENT)
            if db.session.scalar(sent) != count:
                raise SystemExit("not all mails were sent")
    return count / ours, count / floor


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server of our own."""
    child = subprocess.Popen(python("app.ops.mail_sink"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(child.stdout.readline())  # type: ignore[union-attr]
    finally:
        child.communicate()


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
            line.sendmail("crm@example.com", mail.recipient, message.build(mail, "crm@example.com"))
    return time.perf_counter() - start


def by_the_queue(app: Flask) -> float:
    """Seconds that the senders of one worker take."""
    sending.BURST = float("inf")

    def send() -> None:
        with app.app_context(), access.acting_as(requester(None)):
            sending.work(0)
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(sending.SENDERS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start

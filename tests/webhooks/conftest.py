"""A receiver that behaves as its path says, and the worker's way to tell it."""

import hmac
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest
from flask import Flask

from app.core import access, sealing
from app.core.db import db
from app.webhooks import delivering, schema, service
from app.webhooks.models import Delivery, Webhook
from tests import factories
from tests.factories import Someone

make = factories.make


class Told(NamedTuple):
    """What the receiver was told."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(BaseHTTPRequestHandler):
    """Takes a POST and answers by its path."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.told.append(Told(self.path, dict(self.headers), body))
        kind = self.path.split("?")[0].strip("/")
        if kind == "slow":
            server.ended.wait(5)
        elif kind == "huge":
            self.send_response(200)
            self.end_headers()
            for _ in range(10_000):
                self.wfile.write(b"x" * 65536)
        elif kind == "away":
            self.send_response(307)
            self.send_header("Location", self.path.split("?", 1)[1])
            self.end_headers()
        else:
            self.send_response(int(kind) if kind.isdecimal() else 200)
            self.end_headers()
            self.wfile.write(b"taken\x00\x1b[31m")

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """On an address of its own; 127.0.0.1 is the machine that nobody may reach."""

    daemon_threads = True

    def __init__(self, address: str) -> None:
        self.told: list[Told] = []
        self.ended = threading.Event()
        super().__init__((address, 0), Receiver)
        self.url = f"http://{address}:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """At 127.0.0.2, which the installation allows; the first byte of an answer has half a second."""
    monkeypatch.setitem(app.config, "WEBHOOK_ALLOW", ["127.0.0.2/32"])
    monkeypatch.setattr(delivering, "SECONDS", 0.5)
    server = Server("127.0.0.2")
    yield server
    server.ended.set()
    server.shutdown()
    server.server_close()


def webhook(app: Flask, who: Someone, url: str, *events: str) -> tuple[int, str]:
    """A new one by an administrator; its id and secret."""
    with app.app_context(), factories.acting(who):
        row = service.save({"name": "Magazzino", "url": url, "events": events, "is_on": True})
        db.session.commit()
        return row.id, sealing.unseal(row.secret)


def tellings(app: Flask) -> list[Delivery]:
    """All of them, in order."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        found = list(db.session.query(Delivery).order_by(Delivery.id))
        db.session.expunge_all()
        return found


def deliver(app: Flask) -> None:
    """Do what a worker does with all that waits."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        for one in list(db.session.query(Delivery.id).order_by(Delivery.id)):
            delivering.work(one.id, schema.body)
            db.session.remove()


def age(app: Flask, **columns: Any) -> None:
    """Put columns of all tellings and webhooks into the past."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        for model in (Delivery, Webhook):
            mine = {key: value for key, value in columns.items() if hasattr(model, key)}
            if mine:
                db.session.query(model).update(mine)
        db.session.commit()


def is_signed(told: Told, secret: str) -> bool:
    """As a receiver checks it, by the words of the documentation."""
    moment, _, signature = told.headers["X-Clientela-Signature"].removeprefix("t=").partition(",v1=")
    mine = hmac.new(secret.encode(), moment.encode() + b"." + told.body, "sha256").hexdigest()
    return hmac.compare_digest(mine, signature)

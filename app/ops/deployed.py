"""Remembers, in the database itself, which code was last deployed on it, so that a mere restart is quick.

The note is a comment on the database: it goes wherever a copy of the data goes. Any `manage` command takes it away,
since it may have changed what `deploy` looks after; so does any change of the code or of the schema.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from app.ops.options import ROOT

SOURCES = ("app", "config.py", "requirements.txt")
READ = "SELECT shobj_description(oid, 'pg_database'), datname FROM pg_database WHERE datname = current_database()"
SCHEMA = "SELECT string_agg(version_num, ' ') FROM alembic_version"


def is_current(url: str) -> bool:
    """Whether this very code was deployed on the database, and its schema is still the same."""
    try:
        with connect(url) as connection:
            row = connection.execute(READ).fetchone()
            return row is not None and row[0] is not None and row[0] == _note(connection)
    except psycopg.Error:
        return False


def note(url: str) -> None:
    """Remember that this code is deployed. A database that is not ours to comment is deployed at each start."""
    try:
        with connect(url) as connection:
            _write(connection, _note(connection))
    except psycopg.errors.InsufficientPrivilege:
        return


def forget(url: str) -> None:
    """Have the next start deploy again. A database that can't be reached keeps its note."""
    try:
        with connect(url) as connection:
            _write(connection, None)
    except psycopg.Error:
        return


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    """Connect to SQLAlchemy's address of a database. Raises psycopg.OperationalError."""
    return psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=5)


def _note(connection: "psycopg.Connection[tuple[object, ...]]") -> str:
    version = connection.execute(SCHEMA).fetchone()
    return f"deployed {fingerprint()} on {version[0] if version else None}"


def _write(connection: "psycopg.Connection[tuple[object, ...]]", text: str | None) -> None:
    row = connection.execute(READ).fetchone()
    if row:
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(str(row[1])), sql.Literal(text))
        connection.execute(statement)


def fingerprint() -> str:
    """A short word that changes with any file of the product."""
    found = hashlib.sha256()
    for file in sorted(_files()):
        status = file.stat()
        found.update(f"{file}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return found.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for source in SOURCES:
        path = ROOT / source
        files = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in files if file.is_file() and "__pycache__" not in file.parts)

"""From an older program's database to this one's: a backup first, one host at a time, all or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory

from app.ops import deployed
from app.ops.folder import DataFolder
from app.ops.options import ROOT

KEPT = 3
NAME = "before-upgrade-{}.tar"
LOCK = 0x435247  # the advisory lock of the host that deploys
LAST_BACKUP = "last_backup"  # in the data folder: where a backup leaves its instant, for the doctor
ROOM = 0.5  # of the database's size: a dump is compressed


def older(url: str) -> str | None:
    """The schema's version where the database is an older program's; None for a new, a present or an unknown one."""
    heads = ScriptDirectory(str(ROOT / "app" / "migrations")).get_heads()
    try:
        with deployed.connect(url) as connection:
            version = schema(connection)
    except psycopg.Error:
        return None  # it is for `deploy` to say
    return version if version and version not in heads else None


def schema(connection: "psycopg.Connection[tuple[object, ...]]") -> str | None:
    """The version of the tables; None where there are none."""
    made = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if not made or not made[0]:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def size(url: str) -> int:
    """Bytes of the database."""
    with deployed.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(str(row[0])) if row else 0


def place(folder: DataFolder, version: str) -> Path:
    """Where the backup of a database of this version goes; the folder is made."""
    kept = folder.path / "backups"
    kept.mkdir(mode=0o700, exist_ok=True)
    return kept / NAME.format(version)


def forget_old(folder: DataFolder) -> None:
    """Keep the newest backups that were made before upgrades."""
    made = sorted((folder.path / "backups").glob(NAME.format("*")), key=lambda file: file.stat().st_mtime)
    for file in made[:-KEPT]:
        file.unlink()


def outcome(url: str, version: str, saved: Path | None) -> str:
    """What a failed upgrade left, in a sentence, and what to do."""
    try:
        with deployed.connect(url) as connection:
            same = schema(connection) == version
    except psycopg.Error:
        same = False
    if same:
        words = "The upgrade failed and changed nothing: the database is as the former program left it. Start that one."
    else:
        words = "The upgrade failed, and it can't be said how far it came. Restore the backup with the former program."
    return f"{words} The backup is {saved}." if saved else words


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold the right to deploy: of several hosts that start at once, the others wait. Where the database can't be
    reached, `deploy` says so."""
    try:
        connection = deployed.connect(url)
    except psycopg.Error:
        yield
        return
    with connection:
        connection.autocommit = True
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield

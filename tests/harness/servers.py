"""One PostgreSQL and one Valkey for a whole run of the tests, started as the product starts them.

The controlling process owns them; xdist's workers find them through the environment.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from app.ops import product
from app.ops.account import server_account
from app.ops.folder import DataFolder
from app.ops.home import ServerHome, choose
from app.ops.options import ROOT
from app.ops.postgres import NAME, Postgres
from app.ops.supervisor import Supervisor
from app.ops.valkey import Valkey

BASE, SOCKETS = "CLIENTELA_TESTS_BASE", "CLIENTELA_TESTS_SOCKETS"
PASSWORD = "Correct-Horse-42"
SECRET = "the-tests-sign-with-this-key-which-opens-nothing-else"
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
START = 60.0  # seconds


class Servers:
    """Owner of the two servers; `stop` leaves neither process nor file."""

    def __init__(self) -> None:
        self.supervisor = Supervisor(print)
        self.folder = DataFolder(temporary_folder() / "data")
        self.folder.prepare()
        self.home = choose(self.folder, print)

    def start(self) -> None:
        """Start both, migrate the database that all others are copied from, tell the workers where they are."""
        server, queue = Postgres(self.home, **FORGETFUL), Valkey(self.home)
        server.create()
        queue.create()
        self.supervisor.start_server(server.program(self.folder.log / "postgres.log", {}), START)
        self.supervisor.start_server(queue.program(self.folder.log / "valkey.log", {}), START)
        server.create_database()
        deploy(server.url(NAME), queue.url(), self.folder.path)
        os.environ |= {BASE: str(self.home.base), SOCKETS: str(self.home.sockets)}

    def stop(self) -> None:
        """Stop both and take their files away."""
        self.supervisor.stop()
        for folder in {self.folder.path.parent, self.home.base, self.home.sockets}:
            shutil.rmtree(folder, ignore_errors=True)


def temporary_folder() -> Path:
    """A new folder in the temporary one that other users pass through, as the servers' user has to."""
    path = Path(tempfile.mkdtemp(prefix="clientela-tests-"))
    path.chmod(0o711)
    return path


def postgres() -> Postgres:
    """The running PostgreSQL."""
    return Postgres(_home())


def valkey() -> Valkey:
    """The running Valkey."""
    return Valkey(_home())


def _home() -> ServerHome:
    return ServerHome(Path(os.environ[BASE]), Path(os.environ[SOCKETS]), server_account())


def environment(database: str, queue: str, data: Path) -> dict[str, str]:
    """The product's settings for a database, a queue and a data folder of the tests."""
    return {
        "DATABASE_URL": database,
        "REDIS_URL": queue,
        "CLIENTELA_DATA": str(data),
        "CLIENTELA_SECRET_KEY": SECRET,
        "CLIENTELA_ADMIN_PASSWORD": PASSWORD,
        "PYTHONPATH": str(ROOT),
    }


def deploy(database: str, queue: str, data: Path) -> None:
    """Run the product's own deploy step on an empty database. Raises RuntimeError with what it said."""
    env = {**os.environ, **environment(database, queue, data)}
    done = subprocess.run(product.flask("deploy"), env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"`deploy` failed:\n{done.stdout}\n{done.stderr}")

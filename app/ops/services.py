"""The two servers of a data folder, started where no DATABASE_URL or REDIS_URL names others."""

import os
from collections.abc import Mapping

from app.ops.folder import DataFolder
from app.ops.home import ServerHome, choose, hold
from app.ops.options import ROOT
from app.ops.orphans import MARK
from app.ops.postgres import Postgres
from app.ops.supervisor import Supervisor
from app.ops.valkey import Valkey

RECOVERY = 900.0  # seconds a server may take to be ready: after a crash it goes through its log first


class Services:
    """Starts what is missing and tells the environment in which the rest of the product runs."""

    def __init__(self, folder: DataFolder, supervisor: Supervisor, env: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        self.supervisor = supervisor
        self.env = {**env, "CLIENTELA_DATA": str(folder.path), "PYTHONPATH": str(ROOT), MARK: folder.mark()}
        self._home: ServerHome | None = None

    def home(self) -> ServerHome:
        """Where the servers live; chosen when the first of them is needed."""
        if self._home is None:
            self._home = choose(self.folder, self.supervisor.say)
            self._lock = hold(self._home)
        return self._home

    def start(self) -> dict[str, str]:
        """Start the servers that no address replaces; return the environment for everything else."""
        if not self.env.get("DATABASE_URL"):
            self.env["DATABASE_URL"] = self._start_postgres()
        if not self.env.get("REDIS_URL"):
            self.env["REDIS_URL"] = self._start_valkey()
        return self.env

    def _start_postgres(self) -> str:
        server = Postgres(self.home())
        server.create()
        self.supervisor.start_server(server.program(self.folder.log / "postgres.log", self._mark()), RECOVERY)
        server.create_database()
        return server.url()

    def _start_valkey(self) -> str:
        server = Valkey(self.home())
        server.create()
        self.supervisor.start_server(server.program(self.folder.log / "valkey.log", self._mark()), RECOVERY)
        return server.url()

    def _mark(self) -> dict[str, str]:
        return {MARK: self.env[MARK]}

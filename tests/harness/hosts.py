"""Hosts of one product without containers: each with its own data folder and processes, on shared servers."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from moto.server import ThreadedMotoServer

from app.ops.child import Child, Program, stop_all
from app.ops.launched import command, environment
from app.ops.options import Options
from app.ops.product import listen

SHARED = ("DATABASE_URL", "REDIS_URL", "CLIENTELA_SECRET_KEY", "CLIENTELA_SMTP_URL")


@contextlib.contextmanager
def bucket() -> Iterator[dict[str, str]]:
    """A server of the S3 protocol, and the settings that lead to it."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield {
            "CLIENTELA_FILES_URL": "s3://clientela/files",
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        server.stop()


class Host:
    """One of them. `start` runs one role as `manage serve` does on a host of its own."""

    def __init__(self, name: str, place: Path, storage: dict[str, str]) -> None:
        self.name, self.data = name, place / name
        self.data.mkdir()
        self.env = environment(**{n: os.environ[n] for n in SHARED}, **storage)
        self.children: list[Child] = []
        with listen(Options(port=0)) as found:
            self.port = found.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self, role: str) -> Child:
        """Give the process; its log is `ROLE.log` below `place`."""
        line = command("manage", self.data, words=["serve", role], port=self.port, workers=1)
        log = self.data.with_name(f"{self.name}-{role}.log")
        child = Child(Program(f"{role} of {self.name}", line, log, self.env))
        self.children.append(child)
        return child

    def stop(self) -> None:
        """End all of its processes."""
        stop_all(self.children, 5)

"""The data folder: where each thing lies, who holds it, and the key made on first use."""

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from app.ops.options import Refused

KEY_BYTES = 48


class DataFolder:
    """Paths below one `--data DIR`. Made on first use: open to pass through, all it holds is private."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.run = self.path / "run"
        self.log = self.path / "log"
        self._lock: IO[str] | None = None

    def prepare(self) -> None:
        """Create what is missing. Raises Refused where the folder can't be written."""
        try:
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            for private in (self.log, self.path / "files"):
                private.mkdir(mode=0o700, exist_ok=True)
            self.run.mkdir(mode=0o711, exist_ok=True)
            self._make_secret_key()
        except OSError as error:
            raise Refused(f"The data folder {self.path} can't be used: {error.strerror}.") from error

    def _make_secret_key(self) -> None:
        key = self.path / "secret_key"
        if not key.exists():
            write_private(key, secrets.token_urlsafe(KEY_BYTES))

    def lock(self, purpose: str) -> bool:
        """Hold the folder until this process ends; False when another holds it. `purpose`: `start` or `manage`.

        The kernel drops the lock with its holder, however that ends: there is no stale one.
        """
        self._lock = (self.run / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            return False
        self._lock.truncate(0)
        self._lock.write(purpose)
        self._lock.flush()
        return True

    def holder(self) -> str:
        """What the process that holds the folder does: `start` or `manage`."""
        return (self.run / "lock").read_text()

    def mark(self) -> str:
        """A word known to this folder alone; children carry it in their environment, so orphans are told apart."""
        file = self.run / "mark"
        if not file.exists():
            write_private(file, secrets.token_hex(16))
        return file.read_text()

    def remember(self, env: Mapping[str, str]) -> None:
        """Leave the settings of the running product to `manage` commands (0600, they hold addresses)."""
        write_private(self.run / "environment.json", json.dumps(dict(env)))

    def remembered(self) -> dict[str, str]:
        """The settings of the running product; empty while it does not run."""
        try:
            return dict(json.loads((self.run / "environment.json").read_text()))
        except FileNotFoundError:
            return {}

    def forget(self) -> None:
        """The product stopped."""
        (self.run / "environment.json").unlink(missing_ok=True)


def write_private(file: Path, text: str) -> None:
    """Write a file only its owner reads; it appears whole or not at all."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    part.replace(file)

"""The whole product as a person starts it, seen from outside: its lines, its processes, its exit code."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil

from app.ops.options import ROOT

OURS = ("CLIENTELA_", "DATABASE_URL", "REDIS_URL")
READY = "Clientela is ready at "
START = 120.0  # seconds; the machine may be busy with other tests


def environment(**more: str) -> dict[str, str]:
    """This environment without the settings of the tests, as on a fresh machine."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**env, "PYTHONPATH": str(ROOT), **more}


def command(verb: str, data: Path, **options: Any) -> list[str]:
    """What `run.py` becomes."""
    values = {"verb": verb, "data": str(data), "port": 0, "workers": 1, **options}
    return [sys.executable, "-P", "-m", "app.ops", json.dumps(values)]


class Product:
    """One start. `lines` grows as it prints."""

    def __init__(self, data: Path, env: dict[str, str] | None = None, **options: Any) -> None:
        self.folder = data
        self.address = ""
        self.lines: list[str] = []
        self._came: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            command("start", data, **options),
            env=env or environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout or []:
            self._came.put(line.rstrip("\n"))
        self._came.put(None)

    def wait_for(self, beginning: str, seconds: float = START) -> str:
        """The next line with this beginning; fails the test when the product ends or stays silent before it."""
        until = time.monotonic() + seconds
        while (line := self._came.get(timeout=max(0.1, until - time.monotonic()))) is not None:
            self.lines.append(line)
            if line.startswith(beginning):
                return line
        raise AssertionError(f"ended without {beginning!r}: {self.lines}")

    def ready(self) -> str:
        """Wait until it is ready; return its address."""
        self.address = self.wait_for(READY).removeprefix(READY)
        return self.address

    def processes(self) -> list[psutil.Process]:
        """It and all it started."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def child(self, word: str) -> psutil.Process | None:
        """The direct child whose command has `word`, while there is one."""
        children = left_of(psutil.Process(self.process.pid).children())
        return next((child for child in children if any(word in part for part in child.cmdline())), None)

    def stop(self) -> float:
        """Send SIGTERM and wait; return the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - began

    def kill(self) -> None:
        """End it whatever its state."""
        if self.process.poll() is None:
            self.stop()


def status(address: str, path: str) -> int:
    """The status of a page, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(address + path, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def left_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run."""
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

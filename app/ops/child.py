"""One process of the product: how it starts, how one sees that it serves, how it ends with all its descendants."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.ops.account import Account
from app.ops.options import ROOT

PR_SET_PDEATHSIG = 1
PAUSES = (0.2, 1, 2, 5, 10, 30)  # seconds before each next start of a child that keeps dying
HEALTHY_AFTER = 60  # seconds of life that forgive the deaths before
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What one child is.

    `ready` answers whether it serves by now; `clear` ends what is left of an earlier one by the signal it gets.
    """

    name: str
    command: list[str]
    log: Path
    env: Mapping[str, str]
    cwd: Path = ROOT
    account: Account = field(default_factory=Account)
    stop_signal: signal.Signals = signal.SIGTERM
    ready: Callable[[], bool] = lambda: True
    clear: Callable[[signal.Signals], None] = lambda _number: None
    pass_fds: tuple[int, ...] = ()


class Child:
    """A program that runs, in a session of its own, so that all it forks ends with it."""

    def __init__(self, program: Program, output: int | None = None) -> None:
        """Start `program`; its standard output goes to the file descriptor `output` where one is given."""
        self.program = program
        self.output = output
        self.deaths = 0
        self.start()

    def start(self) -> None:
        """Start the program now. Its output is appended to its log."""
        self.program.clear(self.program.stop_signal)
        self.started_at = time.monotonic()
        self.restart_at: float | None = None
        with self.program.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.program.command,
                cwd=self.program.cwd,
                env=dict(self.program.env),
                stdin=subprocess.DEVNULL,
                stdout=log if self.output is None else self.output,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent(self.program.stop_signal),
                pass_fds=self.program.pass_fds,
                **self.program.account.popen(),
            )

    def ended(self) -> bool:
        """Whether it ended. What it left behind is killed first, while its id can't belong to anybody else."""
        if self.process.returncode is None and _exited(self.process.pid):
            self.kill()
            self.process.wait()
        return self.process.returncode is not None

    def kill(self) -> None:
        """Kill the program and all of its group."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):  # macOS answers so for a zombie
                os.killpg(self.process.pid, signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """Send the polite signal to the program itself: it tells its own children in its own order."""
        if self.process.returncode is None:
            os.kill(self.process.pid, self.program.stop_signal)

    def plan_restart(self) -> float:
        """Choose when to start again; return the pause in seconds, which grows while it keeps dying."""
        if time.monotonic() - self.started_at > HEALTHY_AFTER:
            self.deaths = 0
        pause = PAUSES[min(self.deaths, len(PAUSES) - 1)]
        self.deaths += 1
        self.restart_at = time.monotonic() + pause
        return pause


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """On Linux: what a child does at birth so that it gets `number` when its parent dies, even by kill -9."""
    if LIBC is None:
        return None
    libc, parent = LIBC, os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _exited(pid: int) -> bool:
    """Whether a child of ours ended, leaving its id taken (macOS has no `waitid`)."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def stop_all(children: list[Child], seconds: float) -> None:
    """Ask all of them to stop, wait at most `seconds`, then kill what is left."""
    for child in children:
        child.ask_to_stop()
    until = time.monotonic() + seconds
    while not all(child.ended() for child in children) and time.monotonic() < until:
        time.sleep(0.02)
    for child in children:
        child.kill()
        child.process.wait()

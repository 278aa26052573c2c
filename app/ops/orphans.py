"""Processes a killed supervisor left behind, told from strangers by more than their number.

A number in a file is never trusted: after a reboot it may be anybody's (STACK.md, trap 7).
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil

MARK = "CLIENTELA_MARK"
PATIENCE = 8  # seconds between the request to end and the kill
KILLED = 1  # seconds a killed process may take to be gone


def marked(mark: str) -> Callable[[psutil.Process], bool]:
    """Tells the processes whose environment carries this data folder's mark."""
    return lambda process: process.environ().get(MARK) == mark


def working_in(folder: Path, program: str, title: str) -> Callable[[psutil.Process], bool]:
    """Tells the processes of a server by its working folder: they overwrite their environment by a title.

    A root without the right to look into others' processes (a container's) tells them by the `title`.
    """

    def tell(process: psutil.Process) -> bool:
        if not process.name().startswith(program):
            return False
        link = Path(f"/proc/{process.pid}/cwd")  # opens the folder itself, also another container's
        try:
            return (link if Path("/proc/self").exists() else Path(process.cwd())).samefile(folder)
        except (PermissionError, psutil.AccessDenied):
            return title in " ".join(process.cmdline())

    return tell


def end(ours: Callable[[psutil.Process], bool], number: signal.Signals = signal.SIGTERM) -> int:
    """Send `number` to all processes that `ours` tells, wait until they are gone; return how many there were."""
    found = [process for process in psutil.process_iter() if _is(process, ours)]
    for process in found:
        _quietly(partial(process.send_signal, number))
    _, stubborn = psutil.wait_procs(found, timeout=KILLED if number == signal.SIGKILL else PATIENCE)
    for process in stubborn:
        _quietly(process.kill)
    psutil.wait_procs(stubborn, timeout=KILLED)
    return len(found)


def _is(process: psutil.Process, ours: Callable[[psutil.Process], bool]) -> bool:
    try:
        return process.pid != os.getpid() and ours(process)
    except (psutil.Error, OSError):
        return False


def _quietly(send: Callable[[], None]) -> None:
    with suppress(psutil.NoSuchProcess):
        send()

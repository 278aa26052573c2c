"""What runs beside the servers: the deploy step, web, worker and scheduler, each one command."""

import errno
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from app.ops.child import Program
from app.ops.options import ROOT, Options, Refused

MOST_WEB_PROCESSES = 4
PATIENCE = 5  # seconds web and worker get for what they are doing when they are stopped


def python(module: str, *words: str) -> list[str]:
    """The command of a module in our own environment, whatever folder it starts in."""
    return [sys.executable, "-P", "-m", module, *words]


def flask(*words: str) -> list[str]:
    """The command of one of the product's Flask commands."""
    return python("flask", "--app", str(ROOT / "app"), *words)


def web_processes() -> int:
    """Two a core and one more, as its makers advise, but no more than memory likes."""
    return min(MOST_WEB_PROCESSES, 2 * (os.cpu_count() or 1) + 1)


def web(listener: socket.socket, log: Path, env: Mapping[str, str], processes: int) -> Program:
    """Gunicorn on a socket that we keep: while it starts again, requests wait instead of failing."""
    number = listener.fileno()
    return Program(
        name="Web",
        command=gunicorn(f"fd://{number}", str(log / "access.log"), processes),
        log=log / "web.log",
        env=env,
        ready=lambda: answers(listener),
        pass_fds=(number,),
    )


def worker(log: Path, env: Mapping[str, str], processes: int) -> Program:
    """Dramatiq: `processes` of four threads each."""
    return Program(name="Worker", command=dramatiq(processes), log=log / "worker.log", env=env)


def scheduler(log: Path, env: Mapping[str, str]) -> Program:
    """The one process that keeps the timetable."""
    return Program(name="Scheduler", command=python("workers.schedule"), log=log / "scheduler.log", env=env)


def served(role: str, options: Options) -> list[str]:
    """The command of one role on a host of its own (`manage serve`)."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    if role == "web":
        return gunicorn(f"{host}:{options.port}", "-", web_processes())
    return dramatiq(options.workers) if role == "worker" else python("workers.schedule")


def gunicorn(bind: str, access_log: str, processes: int) -> list[str]:
    """The web, on an address or a file descriptor; `-` writes the access log to standard output."""
    words = ["--config", "python:app.ops.web_settings", "--bind", bind, "--workers", str(processes)]
    return python("gunicorn", *words, "--access-logfile", access_log)


def dramatiq(processes: int) -> list[str]:
    """The workers."""
    patience = str((PATIENCE - 1) * 1000)
    words = ["-p", str(processes), "-t", "4", "--worker-shutdown-timeout", patience, "--skip-logging"]
    return python("dramatiq", "workers", *words)


def listen(options: Options) -> socket.socket:
    """Take the port. Raises Refused where somebody else has it or it may not be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        raise Refused(f"Can't listen on {options.host} port {options.port}: {_reason(error)}") from error
    return listener


def _reason(error: OSError) -> str:
    known = {
        errno.EADDRINUSE: "the port is in use by another program. Stop it, or choose another with --port N.",
        errno.EACCES: "ports below 1024 need rights that you don't have. Choose another with --port N.",
    }
    return known.get(error.errno or 0, f"{error.strerror}.")


def address(listener: socket.socket) -> str:
    """The URL at which this machine reaches the listener."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host}:{port}"


def answers(listener: socket.socket) -> bool:
    """Whether the web process answers."""
    try:
        with urllib.request.urlopen(f"{address(listener)}/healthz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False

"""200 people on lists at once: do all get their pages, how long do they wait, and does memory stay where it was?"""

import http.client
import os
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from app.ops import product
from app.ops.measuring import Figure, figure
from app.ops.options import Options
from app.ops.supervisor import Supervisor

CLIENTS = 200
SECONDS = 60.0
PATIENCE = 60  # seconds a client waits
PATHS = ("/contacts/list/", "/opportunities/list/", "/tasks/list/", "/contacts/list/?q=ross")
MB = 1024 * 1024


@dataclass
class Answers:
    """What all clients together got. Lists are only appended to, which threads may do at once."""

    times: list[float] = field(default_factory=list)  # ms
    errors: list[str] = field(default_factory=list)


def drive(address: str, cookie: str, clients: int, seconds: float) -> Answers:
    """Ask for one list after the other with so many clients at once, each as soon as it has its answer."""
    answers, until = Answers(), time.monotonic() + seconds

    def one(number: int) -> None:
        turn = number
        while time.monotonic() < until:
            turn += 1
            _ask(address, PATHS[turn % len(PATHS)], cookie, answers)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _ask(address: str, path: str, cookie: str, answers: Answers) -> None:
    parts, start = urlsplit(address), time.perf_counter()
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        line.request("GET", path, headers={"Cookie": cookie})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            answers.errors.append(f"{path}: {answer.status}")
    except (OSError, http.client.HTTPException) as error:
        answers.errors.append(f"{path}: {type(error).__name__}")
    finally:
        line.close()
    answers.times.append((time.perf_counter() - start) * 1000)


def load(cookie: str) -> Figure:
    """99th percentile in ms with CLIENTS at once; floor: of one alone. Beside it: errors, and MB of the largest web
    process before and after."""
    log = Path(os.environ["CLIENTELA_DATA"]) / "log"
    log.mkdir(exist_ok=True)
    supervisor = Supervisor(lambda _line: None)
    with product.listen(Options(port=0)) as listener:
        try:
            web = supervisor.start_app(product.web(listener, log, os.environ, product.web_processes()))
            supervisor.wait_ready(web, 120)
            return _measured(product.address(listener), cookie, web.process.pid)
        finally:
            supervisor.stop()


def _measured(address: str, cookie: str, pid: int) -> Figure:
    alone = drive(address, cookie, 1, 5)
    before = memory(pid)
    answers = drive(address, cookie, CLIENTS, SECONDS)
    more: dict[str, Any] = {"errors": len(alone.errors + answers.errors), "clients": CLIENTS}
    more |= {"requests_a_second": round(len(answers.times) / SECONDS, 1), "mb_before": before, "mb_after": memory(pid)}
    return figure(_p99(answers.times), _p99(alone.times), "ms", len(answers.times)) | more


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def memory(pid: int) -> float:
    """MB of the largest of a process' children."""
    return round(max(child.memory_info().rss for child in psutil.Process(pid).children()) / MB, 1)

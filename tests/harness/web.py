"""The product's own web and worker processes, on a worker's database, for tests that need real ones."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.ops import product
from app.ops.child import Child, stop_all
from app.ops.options import Options
from app.ops.supervisor import Supervisor

START = 60.0  # seconds


@contextlib.contextmanager
def web(log: Path) -> Iterator[str]:
    """Gunicorn with two processes on a free port; gives its address, without a slash at the end."""
    supervisor = Supervisor(print)
    with product.listen(Options(port=0)) as listener:
        child = supervisor.start_app(product.web(listener, log, os.environ, 2))
        try:
            supervisor.wait_ready(child, START)
            yield product.address(listener)
        finally:
            supervisor.stop()


@contextlib.contextmanager
def worker(log: Path) -> Iterator[Child]:
    """One Dramatiq process of four threads; killed hard at the end, as what is left in its queue is nobody's."""
    child = Child(product.worker(log, os.environ, 1))
    try:
        yield child
    finally:
        stop_all([child], 2)


@contextlib.contextmanager
def scheduler(log: Path) -> Iterator[Child]:
    """The clock; killed hard at the end."""
    child = Child(product.scheduler(log, os.environ))
    try:
        yield child
    finally:
        stop_all([child], 2)


def wait_until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Look every 50 ms whether `condition` holds; fail the test when it does not within `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not so within {seconds} s: {condition}"
        time.sleep(0.05)

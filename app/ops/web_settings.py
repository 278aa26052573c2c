"""Gunicorn's settings that are the same everywhere; address and number of processes come by the command line."""

import os
import sys
from typing import Any

wsgi_app = "app:create_app()"
worker_class = "sync"
preload_app = True  # loading it costs seconds of a core: once, then forked, instead of once a process
timeout = 120  # seconds: the largest upload on a slow line
graceful_timeout = 4
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
logger_class = "app.ops.access_log.AccessLog"


def post_fork(_server: Any, worker: Any) -> None:
    """No connection of the master's is used by two processes, and each counts its requests in a part of its own."""
    from app.core import counting
    from app.core.db import db

    with worker.app.wsgi().app_context():
        db.engine.dispose(close=False)
        counting.counts().part = worker.age % counting.PARTS


def worker_exit(_server: Any, _worker: Any) -> None:
    """Leave at once: its requests are answered, and taking the interpreter down in order costs seconds of a core."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)

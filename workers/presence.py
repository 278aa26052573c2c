"""A worker process gives signs of life."""

import threading
from typing import Any

from dramatiq.middleware import Middleware
from flask import Flask

from app.core import health


class Presence(Middleware):
    """Tells every few seconds that this process lives, for `/metrics` and `manage doctor`."""

    def __init__(self, application: Flask) -> None:
        self.application = application
        self.over = threading.Event()

    def after_worker_boot(self, _broker: Any, _worker: Any) -> None:
        """Begin, in a thread of its own."""
        threading.Thread(target=self._tell, daemon=True).start()

    def before_worker_shutdown(self, _broker: Any, _worker: Any) -> None:
        """Take leave."""
        self.over.set()
        with self.application.app_context():
            health.resign("worker")

    def _tell(self) -> None:
        with self.application.app_context():
            while not self.over.is_set():
                health.sign("worker")
                self.over.wait(health.SIGN)

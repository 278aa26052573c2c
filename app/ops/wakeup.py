"""Sleep that a signal ends at once: the request to stop, or the death of a child."""

import select
import signal
import socket
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wakeup:
    """Takes over the signals of the main thread for as long as the process lives."""

    def __init__(self) -> None:
        self.stop_requested = False
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop_requested = True

    def sleep(self, seconds: float) -> None:
        """Wait, at most until the next signal."""
        heard, _, _ = select.select([self._ear], [], [], seconds)
        if heard:
            self._ear.recv(4096)

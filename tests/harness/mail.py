"""A real SMTP server on loopback that keeps what it gets."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Received:
    """One message as it came: the envelope's sender and recipients, and the parsed content."""

    sender: str
    recipients: list[str]
    message: EmailMessage


class Mailbox:
    """The server. `refuse` maps a recipient to the reply it gets, such as `550 no such user`; `busy_after` mails on one
    connection it says 421 and hangs up; `connections` are those that mails came over, `drops` tells by a mail's number
    whether to keep it and hang up without an answer."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.refuse: dict[str, str] = {}
        self.connections: list[Any] = []
        self.busy_after = 0
        self.drops: Callable[[int], bool] = lambda _number: False
        self._arrival = threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.url = f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        """Begin a mail, unless this connection has brought enough."""
        if self.busy_after and self.connections.count(session.peer) >= self.busy_after:
            server.transport.write(b"421 enough for now\r\n")
            server.transport.close()
            return "421 enough for now"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        """Accept a recipient unless the test refuses it."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message."""
        parsed = message_from_bytes(envelope.content or b"", policy=policy.SMTP)
        with self._arrival:
            self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), parsed))
            self.connections.append(session.peer)
            self._arrival.notify_all()
        if self.drops(len(self.received)):
            server.transport.abort()
        return "250 OK"

    def wait_for(self, count: int, seconds: float = 20) -> list[Received]:
        """The messages, as soon as there are `count` of them; fails the test after `seconds`."""
        with self._arrival:
            came = self._arrival.wait_for(lambda: len(self.received) >= count, seconds)
            assert came, f"{len(self.received)} of {count} messages came within {seconds} s"
            return list(self.received)

    def empty(self) -> None:
        """Forget all messages and refusals."""
        with self._arrival:
            self.received.clear()
            self.refuse.clear()
            self.connections.clear()
            self.busy_after, self.drops = 0, lambda _number: False

    def stop(self) -> None:
        """End the server."""
        self._controller.stop()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])

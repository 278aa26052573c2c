"""A small IMAP server on loopback (RFC 9051, as much as a reader needs): one folder, kept in memory."""

import re
import socket
import threading
from typing import Any

USER, PASSWORD = "bounces", "Ritorno-7731"
SPAN = re.compile(r"(\d+):\*")


class Imap:
    """The server. `messages` are its folder's, their UIDs count from 1; `validity` is the folder's own number, and
    `heard` the commands, without their words."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.validity = 7
        self.heard: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        """End the server."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line, line.makefile("rwb") as wire:
            wire.write(b"* OK [CAPABILITY IMAP4rev1] here is the mailbox\r\n")
            wire.flush()
            for heard in wire:
                tag, _, command = heard.decode().strip().partition(" ")
                words = command.split()
                verb = words[0].upper() if words[0].upper() != "UID" else f"UID {words[1].upper()}"
                self.heard.append(verb)
                for part in self._answer(verb, command):
                    wire.write(part.replace(b"TAG", tag.encode(), 1) + b"\r\n")
                wire.flush()
                if verb == "LOGOUT":
                    return

    def _answer(self, verb: str, command: str) -> list[bytes]:
        answers: dict[str, Any] = {
            "CAPABILITY": lambda: [b"* CAPABILITY IMAP4rev1", b"TAG OK done"],
            "LOGIN": lambda: self._login(command),
            "EXAMINE": lambda: self._examine(command),
            "UID SEARCH": lambda: self._search(command),
            "UID FETCH": lambda: self._fetch(command),
            "LOGOUT": lambda: [b"* BYE", b"TAG OK bye"],
        }
        return answers.get(verb, lambda: [b"TAG BAD what?"])()  # type: ignore[no-any-return]

    def _login(self, command: str) -> list[bytes]:
        good = command.split()[1:] == [USER, f'"{PASSWORD}"']
        return [b"TAG OK in" if good else b"TAG NO [AUTHENTICATIONFAILED] Invalid credentials"]

    def _examine(self, command: str) -> list[bytes]:
        if '"INBOX"' not in command:
            return [b"TAG NO Mailbox does not exist"]
        head = [f"* {len(self.messages)} EXISTS", f"* OK [UIDVALIDITY {self.validity}] as ever"]
        return [*(line.encode() for line in head), b"TAG OK [READ-ONLY] open"]

    def _search(self, command: str) -> list[bytes]:
        first = int(SPAN.search(command)[1])  # type: ignore[index]
        last = len(self.messages)
        found = range(first, last + 1) if first <= last else range(last, last + 1)  # "*" is the last one
        return [f"* SEARCH {' '.join(str(uid) for uid in found if uid)}".encode(), b"TAG OK done"]

    def _fetch(self, command: str) -> list[bytes]:
        out = []
        for uid in map(int, command.split()[2].split(",")):
            content = self.messages[uid - 1]
            out.append(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")")
        return [*out, b"TAG OK done"]

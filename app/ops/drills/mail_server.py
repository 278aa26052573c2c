"""A mail server that counts what it gets, and now and then hangs up when a mail is under way: before its last byte, or
after it without a word."""

import asyncio
import threading
from collections import Counter

EVERY = 150  # mails between two that it hangs up on
REPLIES = {b"EHLO": b"250-counting\r\n250 PIPELINING\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


class CountingServer:
    """Runs in a thread of its own. `came` is how often each address got a mail; `drops` whether it hangs up."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.drops, self.dropped, self._begun, self.port = True, 0, 0, 0
        self._loop, ready = asyncio.new_event_loop(), threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait()

    def _run(self, ready: threading.Event) -> None:
        async def listen() -> None:
            server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=2**24)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()

        self._loop.run_until_complete(listen())
        self._loop.run_forever()

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        writer.write(b"220 counting\r\n")
        to = ""
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                to = line.decode().partition("<")[2].partition(">")[0] if verb == b"RCPT" else to
                writer.write(REPLIES.get(verb, b"250 ok\r\n"))
                if verb == b"DATA" and await self._hangs_up(reader, to):
                    break
                if verb == b"DATA":
                    writer.write(b"250 taken\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):  # its sender was killed
            pass
        finally:
            writer.close()

    async def _hangs_up(self, reader: asyncio.StreamReader, to: str) -> bool:
        """Take a mail; every EVERYth one not, and the one half-way between without an answer."""
        self._begun += 1
        turn = self._begun % EVERY if self.drops else -1
        if turn == 0:
            self.dropped += 1
            return True
        await reader.readuntil(b"\r\n.\r\n")
        self.came[to] += 1
        self.dropped += turn == EVERY // 2
        return turn == EVERY // 2

"""A mail server that takes everything and keeps nothing, for measuring what sends to it: `python -m app.ops.mail_sink`.

It prints its port, and ends with its standard input.
"""

import asyncio
import sys
from collections.abc import Callable

REPLIES = {b"EHLO": b"250-sink\r\n250 PIPELINING\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


async def talk(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: Callable[[bytes], None] = lambda _mail: None
) -> None:
    """One conversation; `keep` gets each mail before it is answered for."""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        writer.write(REPLIES.get(verb, b"250 ok\r\n"))
        if verb == b"DATA":
            keep(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"250 taken\r\n")
        if verb == b"QUIT":
            break
    writer.close()


async def serve() -> None:
    """Until nobody listens to us any more."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())

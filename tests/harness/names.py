"""A name server on loopback that knows the TXT records it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


@contextmanager
def name_server(records: dict[str, str]) -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks it; other names do not exist."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        threading.Thread(target=_answer, args=(line, records), daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], line.getsockname()[1]
        yield resolver
        line.sendto(b"", line.getsockname())


def _answer(line: socket.socket, records: dict[str, str]) -> None:
    while True:
        asked, sender = line.recvfrom(4096)
        if not asked:
            return
        question = dns.message.from_wire(asked)
        answer = dns.message.make_response(question)
        name = question.question[0].name
        text = records.get(name.to_text(omit_final_dot=True))
        if text is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            parts = " ".join(f'"{text[n : n + 200]}"' for n in range(0, len(text), 200))
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", parts))
        line.sendto(answer.to_wire(), sender)

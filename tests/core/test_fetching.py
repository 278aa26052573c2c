"""Threat 32: what is fetched from the web comes from public machines, is small and comes soon. A hostile server."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.core import fetching
from app.core.fetching import Gate, NotFetched, fetch, is_public

PRIVATE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_no_public_ones(address: str) -> None:
    """CON-05: private, loopback, link-local and reserved, also inside IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses_are_public(address: str) -> None:
    """CON-05: what is on the internet may be asked."""
    assert is_public(address)


class Hostile(BaseHTTPRequestHandler):
    """Answers as its path says."""

    hits: list[str]

    def do_GET(self) -> None:
        self.server.hits.append(self.path)  # type: ignore[attr-defined]
        kind = self.path.split("?")[0].strip("/")
        getattr(self, f"say_{kind}", self.say_missing)()

    def say_missing(self) -> None:
        self.send_error(404)

    def _head(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def say_good(self) -> None:
        self._head(Content_Type="image/png", Content_Length="4")
        self.wfile.write(b"good")

    def say_to(self) -> None:
        self._head(302, Location=self.path.split("?", 1)[1])

    def say_loop(self) -> None:
        self._head(302, Location="/loop")

    def say_big(self) -> None:
        self._head(Content_Type="image/png")
        for _ in range(400):
            self.wfile.write(b"x" * 65536)

    def say_lying(self) -> None:
        self._head(Content_Type="image/png", Content_Length="10")
        self.wfile.write(b"x" * 5)

    def say_drip(self) -> None:
        self._head(Content_Type="image/png")
        self._forever(b"x")

    def say_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        self._forever(b"y")

    def _forever(self, byte: bytes) -> None:
        for _ in range(200):
            self.wfile.write(byte)
            self.wfile.flush()
            if self.server.ended.wait(0.05):  # type: ignore[attr-defined]
                return

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """On an address that plays the public one, 127.0.0.2; what is on 127.0.0.1 is private."""

    daemon_threads = True

    def __init__(self, address: str = "127.0.0.2") -> None:
        self.hits: list[str] = []
        self.ended = threading.Event()
        super().__init__((address, 0), Hostile)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        pass

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def stop(self) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """The hostile server, reached through GATE."""
    found = Server()
    yield found
    found.stop()


@pytest.fixture
def private() -> Iterator[Server]:
    """A machine that nobody outside may reach."""
    found = Server("127.0.0.1")
    yield found
    found.stop()


GATE = Gate(lambda address: address == "127.0.0.2", range(1, 65536))


def test_a_good_answer_comes(server: Server) -> None:
    """CON-05: content and media type, also after redirects, and the address it came from."""
    answer = fetch(f"{server.url}/to?/good", 100, gate=GATE)
    assert (answer.content, answer.media_type, answer.url) == (b"good", "image/png", f"{server.url}/good")


def test_redirects_pass_the_same_gate(server: Server, private: Server) -> None:
    """Threat 32: a redirect to a private machine is not followed; nothing arrives there."""
    port = private.server_address[1]
    for host in ("127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1", "[::ffff:127.0.0.1]"):
        with pytest.raises(NotFetched):
            fetch(f"{server.url}/to?http://{host}:{port}/good", 100, gate=GATE)
    assert private.hits == []
    assert len(server.hits) == 7


def test_a_private_machine_is_not_asked_at_all(private: Server) -> None:
    """Threat 32: the gate as the product uses it is closed for loopback and for other ports."""
    for gate in (fetching.INTERNET, GATE, Gate(ports=range(1, 65536))):
        with pytest.raises(NotFetched):
            fetch(f"{private.url}/good", 100, gate=gate)
    assert private.hits == []


def test_a_name_is_resolved_once(server: Server, private: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat 32, DNS rebinding: who answers a public address first and a private one then, is asked once."""
    answers = iter(["127.0.0.2", "127.0.0.1"])

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        address = host if host[0].isdigit() else next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolve)
    assert fetch(f"http://rebinding.example:{server.server_address[1]}/good", 100, gate=GATE).content == b"good"
    with pytest.raises(NotFetched):
        fetch(f"http://rebinding.example:{private.server_address[1]}/good", 100, gate=GATE)
    assert private.hits == []


def test_one_private_address_among_public_ones_closes_the_gate(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat 32: all addresses of a name must be public."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(NotFetched, match="public"):
        fetch(f"http://two.example:{server.server_address[1]}/good", 100, gate=GATE)
    assert server.hits == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.2/",
        "gopher://127.0.0.2:70/",
        "http://",
        "http://user@127.0.0.2/",
        "x",
        "http://[",
        "http://127.0.0.2:99999/",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    """Threat 32: http and https alone."""
    with pytest.raises(NotFetched):
        fetch(url, 100, gate=GATE)


def test_big_answers_are_cut(server: Server) -> None:
    """CON-05: a big answer is left after the limit."""
    began = time.monotonic()
    with pytest.raises(NotFetched, match="more than 1000 bytes"):
        fetch(f"{server.url}/big", 1000, gate=GATE)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("kind", ["drip", "headers"])
def test_slow_answers_end(server: Server, kind: str) -> None:
    """CON-05: who sends a byte now and then is left when the time is over, body or headers."""
    began = time.monotonic()
    with pytest.raises(NotFetched):
        fetch(f"{server.url}/{kind}", 10_000, seconds=0.5, gate=GATE)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("kind", ["loop", "lying", "nothing"])
def test_what_is_no_answer(server: Server, kind: str) -> None:
    """CON-05: endless redirects, half an answer, and what isn't there."""
    with pytest.raises(NotFetched):
        fetch(f"{server.url}/{kind}", 100, gate=GATE)

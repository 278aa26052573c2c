"""Fetches what stands on the web, for a server that also stands beside private machines (RELIABILITY, threat 11).

The name is resolved once, every address of it must be a public one, and the connection goes to the address that was
checked: a name that answers differently the second time leads nowhere else. Redirects pass the same gate.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

MOST_REDIRECTS = 4
SECONDS = 5.0  # for all of it, redirects included
PORTS = {"http": 80, "https": 443}
CHUNK = 64 * 1024
HEADERS = {"User-Agent": "Clientela", "Accept": "image/*, text/html;q=0.5", "Connection": "close"}
REDIRECTS = {301, 302, 303, 307, 308}


class NotFetched(Exception):
    """Nothing came that we take: why, for the log."""


@dataclass(frozen=True)
class Answer:
    """What came, and from where after redirects."""

    url: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Posted:
    """What was answered to a POST: any status, and the first bytes."""

    status: int
    content: bytes


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet: not private, loopback, link-local, multicast, reserved,
    nor one of these in IPv6 clothes."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        nat64 = ip in ipaddress.ip_network("64:ff9b::/96")
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if nat64 else inner
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


class Deadline:
    """Closes the present socket when the time is over, so that a server that drips byte by byte holds nobody."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.over = seconds, False
        self.socket: socket.socket | None = None
        self.timer = threading.Timer(seconds, self._end)
        self.timer.daemon = True

    def _end(self) -> None:
        self.over = True
        if self.socket is not None:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)

    def watch(self, opened: socket.socket) -> None:
        self.socket = opened
        if self.over:
            self._end()

    def __enter__(self) -> "Deadline":
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()


@dataclass(frozen=True)
class Gate:
    """Where a fetch may lead: addresses that are `public`, through these ports."""

    public: Callable[[str], bool] = is_public
    ports: Container[int] = (80, 443)

    def address(self, host: str, port: int) -> str:
        """The address to connect to, once all addresses of the name are public. Raises NotFetched."""
        if port not in self.ports:
            raise NotFetched(f"port {port}")
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(self.public(address) for address in addresses):
            raise NotFetched(f"{host} is not a public machine")
        return addresses[0]


INTERNET = Gate()


def fetch(url: str, limit: int, seconds: float = SECONDS, gate: Gate = INTERNET) -> Answer:
    """GET an http(s) address and follow redirects. Raises NotFetched for whatever is not a 200 of at most `limit`
    bytes within `seconds`, or leads where the gate is closed."""
    with Deadline(seconds) as deadline:
        for _ in range(MOST_REDIRECTS + 1):
            found = _one(url, limit, gate, deadline)
            if isinstance(found, Answer):
                return found
            url = found
    raise NotFetched("too many redirects")


def post(
    url: str, body: bytes, headers: Mapping[str, str], first: int, seconds: float = SECONDS, gate: Gate = INTERNET
) -> Posted:
    """POST to an http(s) address and read at most `first` bytes of the answer, whatever its status. Redirects are not
    followed: they are answers. Raises NotFetched where no answer comes within `seconds`, or the gate is closed."""
    with Deadline(seconds) as deadline, _line_to(url, gate, deadline) as line:
        line.request("POST", _target(url), body=body, headers=dict(headers) | {"Connection": "close"})
        answer = line.getresponse()
        content = answer.read(first) if answer.status >= 200 else b""
        if deadline.over:
            raise NotFetched("too slow")
        return Posted(answer.status, content)


@contextmanager
def _line_to(url: str, gate: Gate, deadline: Deadline) -> Iterator["_Pinned"]:
    """A connection to the address's machine, checked by the gate. Raises NotFetched for all that goes wrong on it."""
    try:
        parts = urlsplit(url)
        if parts.username or not parts.hostname:
            raise NotFetched(f"not an address for us: {url[:200]!r}")
        port = parts.port or PORTS[parts.scheme]
        line = _Pinned(parts.hostname, port, gate.address(parts.hostname, port), deadline, tls=parts.scheme == "https")
        try:
            yield line
        finally:
            line.close()
    except NotFetched:
        raise
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        raise NotFetched("too slow" if deadline.over else f"{type(error).__name__}: {error}") from error


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _one(url: str, limit: int, gate: Gate, deadline: Deadline) -> Answer | str:
    """The answer, or where it redirects to."""
    with _line_to(url, gate, deadline) as line:
        return _asked(line, url, limit)


class _Pinned(http.client.HTTPConnection):
    """A connection to one address whose certificate is of the name."""

    def __init__(self, host: str, port: int, address: str, deadline: Deadline, tls: bool) -> None:
        super().__init__(host, port, timeout=deadline.seconds)
        self.address, self.tls, self.deadline = address, tls, deadline

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        self.deadline.watch(self.sock)
        if self.tls:
            context = ssl.create_default_context()
            secure = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = secure
            self.deadline.watch(secure)
            secure.do_handshake()


def _asked(line: _Pinned, url: str, limit: int) -> Answer | str:
    line.request("GET", _target(url), headers=HEADERS)
    answer = line.getresponse()
    if answer.status in REDIRECTS and answer.headers.get("Location"):
        return urljoin(url, answer.headers["Location"])
    if answer.status != 200:
        raise NotFetched(f"{answer.status} from {line.host}")
    content = _read(answer, limit)
    if line.deadline.over:
        raise NotFetched("too slow")
    return Answer(url, answer.headers.get_content_type(), content)


def _read(answer: http.client.HTTPResponse, limit: int) -> bytes:
    content = b""
    while chunk := answer.read(min(CHUNK, limit + 1 - len(content))):
        content += chunk
        if len(content) > limit:
            raise NotFetched(f"more than {limit} bytes")
    if answer.length:  # as many bytes were promised and did not come
        raise NotFetched("cut off")
    return content

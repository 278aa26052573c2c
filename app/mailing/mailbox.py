"""The mailbox that returned mails come to, read by IMAP (MAIL-04). It is opened for reading alone: nothing in it is
marked, moved or deleted, and nobody is answered."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.mailing.dsn import LARGEST

PATIENCE = 15  # seconds for each answer
AT_ONCE = 20  # messages fetched together
MOST = 500  # messages of one visit
SIZE = f"BODY.PEEK[]<0.{LARGEST}>"
Broken = (OSError, imaplib.IMAP4.error)  # whatever a server or the network does


@dataclass(frozen=True)
class Mailbox:
    """Where it is. `security` is none, starttls or tls."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"


class Place(NamedTuple):
    """How far it was read: the folder's `validity`, and the last message's `uid` in it (RFC 9051, 2.3.1.1)."""

    validity: int
    uid: int


def new_messages(box: Mailbox, read_to: Place) -> Iterator[tuple[Place, list[bytes]]]:
    """Messages that came since, some at a time, each time with the place to go on from. A folder that was made anew is
    read from its beginning. Raises one of Broken."""
    with _opened(box) as line:
        validity = _validity(line)
        last = read_to.uid if validity == read_to.validity else 0
        uids = [uid for uid in _numbers(line, f"{last + 1}:*") if uid > last][:MOST]
        for start in range(0, len(uids), AT_ONCE):
            some = uids[start : start + AT_ONCE]
            yield Place(validity, some[-1]), _contents(line, some)


def greeting(box: Mailbox) -> str:
    """The server's own words when the folder is opened, and how many messages it has. Raises one of Broken."""
    with _opened(box) as line:
        number = _said((line.untagged_responses.get("EXISTS") or [b"0"])[-1])
        return f"{_said(line.welcome)} · {box.folder}: {number}"


@contextmanager
def _opened(box: Mailbox) -> Iterator[imaplib.IMAP4]:
    """A line on which the folder is open for reading."""
    context = ssl.create_default_context()
    if box.security == "tls":
        line: imaplib.IMAP4 = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=PATIENCE)
    else:
        line = imaplib.IMAP4(box.host, box.port, timeout=PATIENCE)
    try:
        if box.security == "starttls":
            line.starttls(context)
        line.login(box.user, box.password)
        folder = box.folder.replace("\\", "\\\\").replace('"', '\\"')
        _told(line.select(f'"{folder}"', readonly=True))
        yield line
    finally:
        with suppress(*Broken):
            line.logout()


def _validity(line: imaplib.IMAP4) -> int:
    return int((line.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)


def _numbers(line: imaplib.IMAP4, span: str) -> list[int]:
    found = _told(line.uid("SEARCH", "UID", span))
    return sorted(int(number) for part in found if part for number in part.split())


def _contents(line: imaplib.IMAP4, uids: list[int]) -> list[bytes]:
    found = _told(line.uid("FETCH", ",".join(map(str, uids)), f"({SIZE})"))
    return [part[1] for part in found if isinstance(part, tuple)]


def _told(answer: tuple[str, list[Any]]) -> list[Any]:
    """What the server gave. Raises IMAP4.error with its words where it refused."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(_said(answer[1][0] if answer[1] else answer[0]))
    return answer[1]


def said(error: Exception) -> str:
    """The server's own words, or what the network says."""
    words = error.args[0] if isinstance(error, imaplib.IMAP4.error) and error.args else error
    return _said(words) or type(error).__name__


def _said(words: Any) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return text.replace("\0", "").strip()[:1000]

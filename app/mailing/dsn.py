"""Reads what mail servers say of a mail that did not arrive (RFC 3464), and of which of our mails they say it.

What is no such report, as the answers of people and machines, says nothing (RELIABILITY, threat 36). A report that
does not name our own Message-ID is not believed: it can't be guessed, an address can.
"""

import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from typing import NamedTuple

LARGEST = 200_000  # bytes of a report that are looked at
LONGEST_WORDS = 1000
MOST_IDS = 20
MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,255}>")
ITS_ID = re.compile(r"^message-id:\s*(<[^<>\s]{3,300}>)", re.IGNORECASE | re.MULTILINE)
STATUS = re.compile(r"\b([45])\.\d{1,3}\.\d{1,3}\b")
PASSING = ("5.2.2", "5.3.4", "5.7.1")  # a full mailbox, too large, unwanted: the address itself is good


class Report(NamedTuple):
    """A mail came back. `key` tells the report from all others, `about` may be the Message-ID of ours; `lasting`: the
    address will never take one; `words` are those of the receiver's server."""

    key: str
    about: list[str]
    lasting: bool
    words: str


def read(content: bytes) -> Report | None:
    """The report in this message; None for any other message, and for the news that a mail is only late."""
    message = message_from_bytes(content[:LARGEST], policy=policy.compat32)
    said = _standard(message) or _of_exim(message)
    if said is None:
        return None
    status, words = said
    lasting = status.startswith("5") and not status.startswith(PASSING)
    return Report(_key(message, content), list(_ids(message, content)), lasting, words[:LONGEST_WORDS])


def _standard(message: Message) -> tuple[str, str] | None:
    """Status and words of the first recipient that failed, in a multipart/report."""
    kind = message.get_param("report-type")
    if message.get_content_type() != "multipart/report" or str(kind).lower() != "delivery-status":
        return None
    for block in _blocks(message):
        if str(block.get("Action", "")).strip().lower() == "failed":
            status = str(block.get("Status", "")).strip()
            words = str(block.get("Diagnostic-Code", "")).partition(";")[2] or status
            return status, _plain(words)
    return None


def _blocks(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            yield from part.get_payload()  # type: ignore[misc]


def _of_exim(message: Message) -> tuple[str, str] | None:
    """Older servers name the addresses in a header and tell the rest in words."""
    if not message.get("X-Failed-Recipients"):
        return None
    text = _text(message)
    found = STATUS.search(text)
    told = next((line for line in text.splitlines() if found and found[0] in line), text)
    return (found[0] if found else "5.0.0"), _plain(told)


def _text(message: Message) -> str:
    part = next((part for part in message.walk() if part.get_content_type() == "text/plain"), None)
    payload = part.get_payload(decode=True) if part is not None else b""
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _plain(words: str) -> str:
    return " ".join(words.replace("\0", "").split())


def _key(message: Message, content: bytes) -> str:
    """Its Message-ID, or a hash where it has none."""
    found = MESSAGE_ID.search(str(message.get("Message-ID", "")))
    return found[0] if found else f"sha256:{hashlib.sha256(content[:LARGEST]).hexdigest()}"


def _ids(message: Message, content: bytes) -> Iterator[str]:
    """What may be the Message-ID of ours: in the mail that came back with it, and in what the report answers."""
    text = content[:LARGEST].decode("utf-8", "replace")
    own = str(message.get("Message-ID", "")).strip()
    answered = MESSAGE_ID.findall(f"{message.get('In-Reply-To', '')} {message.get('References', '')}")
    found = dict.fromkeys([*ITS_ID.findall(text), *answered])
    yield from [pk for pk in found if pk != own][:MOST_IDS]

"""Builds the mail that goes over the wire. Headers are made by the standard library's policy, never as text, and get
no control character: what people typed can't begin a header of its own (RELIABILITY, threat 23)."""

import re
from collections.abc import Callable
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from functools import lru_cache
from typing import Any

from app.mailing.models import OutgoingMail

LINKS = ("List-Unsubscribe",)


class MailPolicy(policy.EmailPolicy):
    """The standard library's, but a header that holds a link stays in one piece: folding would encode a long one, and
    no mail program takes it for a link then."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name in LINKS:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


POLICY = MailPolicy(linesep="\r\n", cte_type="7bit")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST_SUBJECT = 255
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3


def no_files(key: str) -> bytes:
    """For mails that have none."""
    raise ValueError(f"no file {key}")


def one_line(text: str) -> str:
    """Fit for a header: control characters and line ends become blanks, at most LONGEST_SUBJECT characters."""
    line = " ".join(CONTROLS.sub(" ", text).split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def body(text: str) -> str:
    """Fit for a text part: lines end in one way, what no mail program shows is left out."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@lru_cache(maxsize=256)  # a sender's is the same for thousands of mails
def address(text: str) -> str:
    """The address as it stands in an envelope, an international domain in its ASCII form. Raises ValueError."""
    try:
        found = Address(addr_spec=text.strip())
        plain = f"{found.username}@{found.domain.encode('idna').decode()}"
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError(f"not an address: {text[:60]!r}") from error
    if CONTROLS.search(text) or not found.username or not found.domain or not plain.isascii():
        raise ValueError(f"not an address: {text[:60]!r}")
    if len(plain) > LONGEST_ADDRESS:
        raise ValueError("an address has at most 254 characters")
    return plain


@lru_cache(maxsize=16)
def _author(name: str, sender: str) -> Address:
    return Address(one_line(name), addr_spec=address(sender))


def build(mail: OutgoingMail, sender: str, name: str = "", read: Callable[[str], bytes] = no_files) -> bytes:
    """The mail as bytes, with a text part always. It comes from `sender`, under its writer's name or else `name`;
    `read` gives the content of an attachment by its key.

    Raises ValueError for what can't be a mail.
    """
    message = EmailMessage(POLICY)
    message["From"] = _author(mail.sender_name or name or "Clientela", sender)
    message["To"] = Address(addr_spec=address(mail.recipient))
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for file in mail.attachments or ():
        kind, _, subtype = file["type"].partition("/")
        content = file["text"].encode() if "text" in file else read(file["key"])
        params = {"method": file["method"]} if "method" in file else None
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=one_line(file["name"]), params=params)
    for header, value in mail.headers.items():  # last: the content takes those that begin with Content- for its own
        message[header] = value if header in LINKS and not CONTROLS.search(value) else one_line(value)
    return message.as_bytes()

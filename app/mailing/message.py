"""Builds the mail that goes over the wire. Headers are made by the standard library's policy, never as text, and get
no control character: what people typed can't begin a header of its own (RELIABILITY, threat 23)."""

import re
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from app.mailing.models import OutgoingMail

POLICY = policy.SMTP.clone(cte_type="7bit")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST_SUBJECT = 255
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3


def one_line(text: str) -> str:
    """Fit for a header: control characters and line ends become blanks, at most LONGEST_SUBJECT characters."""
    line = " ".join(CONTROLS.sub(" ", text).split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def body(text: str) -> str:
    """Fit for a text part: lines end in one way, what no mail program shows is left out."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


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


def build(mail: OutgoingMail, sender: str) -> bytes:
    """The mail as bytes, with a text part always and `Auto-Submitted` (RFC 3834), so that no machine answers it.

    Raises ValueError for what can't be a mail.
    """
    message = EmailMessage(POLICY)
    message["From"] = Address("Clientela", addr_spec=address(sender))
    message["To"] = Address(addr_spec=address(mail.recipient))
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for name, value in mail.headers.items():  # last: the content takes those that begin with Content- for its own
        message[name] = one_line(value)
    return message.as_bytes()

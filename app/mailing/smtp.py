"""One SMTP conversation, and what its end means for the mail: sent, to be tried again, refused, or not to be known.

A reply about this mail (to RCPT and DATA) decides about it; whatever fails before is the server's trouble and the mail
waits. After the last byte has gone silence is doubt: sending again could be the second time (RFC 5321, 4.5.3.2.6).
"""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from smtplib import quoteaddr
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from app.mailing.domain import Signer
from app.mailing.models import MailState

PORTS = {"smtp": 25, "smtps": 465}
PATIENCE = 30  # seconds for each answer
LAST_PATIENCE = 600  # seconds for the answer to the whole mail: a shorter wait is the known cause of doubles
LONGEST_WORDS = 1000
DOT = re.compile(rb"^\.", re.MULTILINE)  # RFC 5321, 4.5.2


@dataclass(frozen=True)
class Server:
    """Where mail goes out. `sender` is the address it comes from, `sender_name` the name beside it; what can't arrive
    goes back to `return_path`, the sender where that is ""."""

    host: str
    port: int
    sender: str
    sender_name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = False
    signer: Signer | None = None
    return_path: str = ""


class Result(NamedTuple):
    """What the mail is now (sent, waiting, refused, doubt), and the server's own words."""

    state: MailState
    words: str = ""


def server_of(url: str) -> Server | None:
    """The server of `smtp[s]://user:password@host:port?starttls=1&from=address&name=words`; None for an empty URL.

    Without `from` the sender is the user, where that is an address, else `clientela@` the host. Raises ValueError.
    """
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("CLIENTELA_SMTP_URL must be like smtp://user:password@host:port")
    asked, user = parse_qs(parts.query), unquote(parts.username or "")
    return Server(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        sender=asked.get("from", [user if "@" in user else f"clientela@{parts.hostname}"])[0],
        sender_name=asked.get("name", [""])[0],
        user=user,
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        starttls=asked.get("starttls", ["0"])[0] == "1",
    )


class Line:
    """A connection that is kept from one mail to the next. `away` once the server itself can't be used just now: then
    the next mail would fare no better."""

    def __init__(self, server: Server) -> None:
        self.server, self.away = server, False
        self._open: smtplib.SMTP | None = None

    def send(self, recipient: str, content: bytes) -> Result:
        """Hand one mail to the server; never raises for what a server or network does."""
        kept = self._open is not None
        result = self._converse(recipient, content)
        if kept and self.away and result.state == MailState.WAITING:  # it hung up meanwhile, as servers do
            self.away = False
            result = self._converse(recipient, content)
        return result

    def _converse(self, recipient: str, content: bytes) -> Result:
        try:
            line = self._open = self._open or _connect(self.server)
            together = line.has_extn("pipelining")
            sender = _begin(line, self.server.return_path or self.server.sender, recipient, together)
        except (OSError, smtplib.SMTPException) as error:
            return self._is_away(said(error))
        if sender[0] // 100 != 2:
            return self._is_away(said(*sender))
        refused = _recipient(line, recipient, together) or (_let_in(line) if together else None)
        result = refused or _content(line, content, together)
        self._tidy(line, result)
        return result

    def _is_away(self, words: str) -> Result:
        """A server that takes no mail from us is no fault of this one."""
        self.away = True
        self.close()
        return Result(MailState.WAITING, words)

    def _tidy(self, line: smtplib.SMTP, result: Result) -> None:
        """Ready for the next mail, or closed."""
        try:
            if result.state in (MailState.REFUSED, MailState.WAITING):
                line.rset()
            if line.sock and result.state != MailState.DOUBT:
                line.sock.settimeout(PATIENCE)
                return
        except (OSError, smtplib.SMTPException):
            pass
        self.close()

    def close(self) -> None:
        """Take leave, as far as the server still listens."""
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._open.quit()
            self._open.close()
            self._open = None


def greet(server: Server, seconds: float = 10) -> None:
    """Sign in and take leave, without a mail. Raises OSError or SMTPException with what is wrong."""
    line = _connect(server, seconds)
    line.noop()
    line.close()


def _connect(server: Server, patience: float = PATIENCE) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls:
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=patience, context=context)
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=patience)
    try:
        if server.starttls:
            line.starttls(context=context)
        line.ehlo_or_helo_if_needed()
        if server.user:
            line.login(server.user, server.password)
    except BaseException:
        line.close()
        raise
    return line


def _begin(line: smtplib.SMTP, sender: str, recipient: str, together: bool) -> tuple[int, bytes]:
    """Say from whom, and where the server lets us, all up to the content in one go (RFC 2920): two ways to it and back
    for a mail instead of four. Gives the answer to the first."""
    if not together:
        return line.mail(sender)
    line.send(f"MAIL FROM:{quoteaddr(sender)}\r\nRCPT TO:{quoteaddr(recipient)}\r\nDATA\r\n")
    return line.getreply()


def _recipient(line: smtplib.SMTP, recipient: str, together: bool) -> Result | None:
    """Say to whom; None when the server takes it."""
    try:
        code, reply = line.getreply() if together else line.rcpt(recipient)
        if code // 100 == 2:
            return None
        if together and line.getreply()[0] == 354:  # it lets a mail to nobody begin: RFC 2920, 3.1
            line.docmd(".")
    except (OSError, smtplib.SMTPException) as error:
        return Result(MailState.WAITING, said(error))
    return _refusal(code, reply)


def _content(line: smtplib.SMTP, content: bytes, together: bool) -> Result:
    if line.sock:
        line.sock.settimeout(LAST_PATIENCE)
    try:
        code, reply = _rest(line, content) if together else line.data(content)
    except smtplib.SMTPDataError as error:  # the server did not let the content begin
        return _refusal(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Result(MailState.DOUBT, said(error))
    if code // 100 == 2:
        return Result(MailState.SENT, said(code, reply))
    return _refusal(code, reply) if code // 100 in (4, 5) else Result(MailState.DOUBT, said(code, reply))


def _let_in(line: smtplib.SMTP) -> Result | None:
    """The answer to DATA, after it has gone with the others; None when the content may come. Nothing of it has gone."""
    try:
        code, reply = line.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Result(MailState.WAITING, said(error))
    return None if code == 354 else _refusal(code, reply)


def _rest(line: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """As `data` of smtplib, after the content was let in."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    line.send(DOT.sub(b"..", whole) + b".\r\n")
    return line.getreply()


def _refusal(code: int, reply: bytes | str) -> Result:
    return Result(MailState.REFUSED if code // 100 == 5 else MailState.WAITING, said(code, reply))


def said(error: Exception | int, reply: bytes | str = "") -> str:
    """The server's own words, with its code before them, or what the network says."""
    if isinstance(error, smtplib.SMTPResponseException):
        return said(error.smtp_code, error.smtp_error)
    if isinstance(error, Exception):
        return f"{error or type(error).__name__}"[:LONGEST_WORDS]
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{error} {text}".replace("\0", "")[:LONGEST_WORDS]

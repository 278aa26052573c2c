"""What the sender's domain says of who may send for it, and the signature of our mails (MAIL-04): SPF (RFC 7208),
DKIM (RFC 6376), DMARC (RFC 7489). Asked for by a person, never on the way of a mail."""

from typing import NamedTuple

import dkim
import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.serialization import load_pem_private_key

LIFETIME = 3.0  # seconds for each question
SIGNED = [
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type",
    b"list-unsubscribe", b"list-unsubscribe-post",
]  # fmt: skip


class Signer(NamedTuple):
    """By what mails are signed: the key's name in the domain, the domain, the private key as PEM."""

    selector: str
    domain: str
    key: str


class Finding(NamedTuple):
    """One record: "spf", "dkim" or "dmarc", the name it was looked for at, its text ("" for none, None where no name
    server answered)."""

    kind: str
    name: str
    record: str | None


def resolver() -> dns.resolver.Resolver:
    """That of this machine."""
    return dns.resolver.Resolver()


def check(domain: str, selector: str) -> list[Finding]:
    """What the domain publishes; DKIM only where a selector is known."""
    asked = [("spf", domain, "v=spf1"), ("dmarc", f"_dmarc.{domain}", "v=DMARC1")]
    asked += [("dkim", f"{selector}._domainkey.{domain}", "p=")] if selector else []
    return [Finding(kind, name, _record(name, mark)) for kind, name, mark in asked]


def _record(name: str, mark: str) -> str | None:
    try:
        answer = resolver().resolve(name, "TXT", lifetime=LIFETIME)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ""
    except dns.exception.DNSException:
        return None
    texts = (b"".join(row.strings).decode("utf-8", "replace") for row in answer)
    return next((text for text in texts if mark.lower() in text.lower()), "")


def refuse_bad_key(pem: str) -> None:
    """Raises ValueError for what is no private RSA or Ed25519 key in PEM, without a password."""
    try:
        load_pem_private_key(pem.encode(), None)
    except TypeError as error:
        raise ValueError("the key has a password") from error


def signed(content: bytes, signer: Signer | None) -> bytes:
    """The mail with its signature before it; as it is where there is nothing to sign by."""
    if signer is None:
        return content
    names = [name for name in SIGNED if b"\n" + name in b"\n" + content.split(b"\r\n\r\n", 1)[0].lower()]
    signature: bytes = dkim.sign(
        content,
        signer.selector.encode(),
        signer.domain.encode(),
        signer.key.encode(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=names,
    )
    return signature + content

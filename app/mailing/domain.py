"""What the sender's domain says of who may send for it, and the signature of our mails (MAIL-04): SPF (RFC 7208),
DKIM (RFC 6376), DMARC (RFC 7489). Asked for by a person, never on the way of a mail."""

import base64
from typing import NamedTuple

import dkim
import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

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
    server answered), and what is wrong with it: "many" (receivers take several SPF records for an error, RFC 7208,
    4.5), "key" (it is not the one of our signature)."""

    kind: str
    name: str
    record: str | None
    wrong: str = ""


def resolver() -> dns.resolver.Resolver:
    """That of this machine."""
    return dns.resolver.Resolver()


def check(domain: str, selector: str, signer: Signer | None = None) -> list[Finding]:
    """What the domain publishes; DKIM only where a selector is known."""
    asked = [("spf", domain, "v=spf1"), ("dmarc", f"_dmarc.{domain}", "v=DMARC1")]
    asked += [("dkim", f"{selector}._domainkey.{domain}", "p=")] if selector else []
    return [_found(kind, name, _records(name, mark), signer) for kind, name, mark in asked]


def _found(kind: str, name: str, records: list[str] | None, signer: Signer | None) -> Finding:
    if not records:
        return Finding(kind, name, None if records is None else "")
    wrong = "many" if kind != "dkim" and len(records) > 1 else ""
    if kind == "dkim" and signer is not None and public_key(signer.key) not in records[0].replace(" ", ""):
        wrong = "key"
    return Finding(kind, name, "\n".join(records) if wrong == "many" else records[0], wrong)


def _records(name: str, mark: str) -> list[str] | None:
    try:
        answer = resolver().resolve(name, "TXT", lifetime=LIFETIME)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException:
        return None
    texts = (b"".join(row.strings).decode("utf-8", "replace") for row in answer)
    return [text for text in texts if mark.lower() in text.lower()]


def public_key(pem: str) -> str:
    """The `p=` of the record that belongs to a private key (RFC 6376, 3.6.1; RFC 8463 for Ed25519)."""
    public = load_pem_private_key(pem.encode(), None).public_key()
    if isinstance(public, Ed25519PublicKey):
        content = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        content = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(content).decode()


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

"""Secrets at rest: sealed with a key made of the installation's secret key, which is no part of the database.

A dump or a copy of the database opens nothing (RELIABILITY, threat 33). Former keys still open what they sealed.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


class Unreadable(Exception):
    """The secret was sealed with a key that this installation has not."""


def seal(secret: str) -> str:
    """The text as it may be stored."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str | None) -> str:
    """What was sealed; "" for None. Raises Unreadable."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise Unreadable from None


def resealed(sealed: str) -> str:
    """The same secret under the present key. Raises Unreadable."""
    try:
        return _box().rotate(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def _box() -> MultiFernet:
    keys = [current_app.config["SECRET_KEY"], *current_app.config["FORMER_SECRET_KEYS"]]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """RFC 5869; a key of its own, so that what else the secret key signs tells nothing of it."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"clientela sealing").derive(key.encode())
    return base64.urlsafe_b64encode(derived)

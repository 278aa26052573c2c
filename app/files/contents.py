"""What a file is, by its bytes, and its way into the storage. What the sender says of it is not believed."""

import hashlib
import re
from dataclasses import dataclass
from typing import IO, cast

from flask_babel import gettext as _

from app.core import storage
from app.core.errors import RuleBroken

AREA = "documents"
HEAD = 64 * 1024
UNKNOWN = "application/octet-stream"
PDF = "application/pdf"
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = re.compile(
    rb"mimetype(application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation|graphics))"
)
# How files begin. What stands first wins.
SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"ID3", "audio/mpeg"),
)
IN_ZIP = (
    (b"word/", f"{OFFICE}.wordprocessingml.document"),
    (b"xl/", f"{OFFICE}.spreadsheetml.sheet"),
    (b"ppt/", f"{OFFICE}.presentationml.presentation"),
)


class TooBig(RuleBroken):
    """The file has more bytes than one may have: 413 where the door speaks HTTP."""


@dataclass(frozen=True)
class Stored:
    """Bytes that stand in the storage."""

    key: str
    size: int
    sha256: str
    media_type: str


class _Watched:
    """A stream that remembers its beginning and its digest as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.head, self.digest = stream, b"", hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self.digest.update(chunk)
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        return chunk


def store(stream: IO[bytes], limit: int) -> Stored:
    """Put the bytes under a key that nobody guesses. Raises TooBig beyond `limit` bytes, RuleBroken for none at all."""
    watched = _Watched(stream)
    try:
        key, size = storage.put(cast(IO[bytes], watched), AREA, limit)
    except storage.TooLarge:
        raise TooBig({"file": too_big(limit)}) from None
    if not size:
        storage.remove(key)
        raise RuleBroken({"file": _("The file is empty.")})
    return Stored(key, size, watched.digest.hexdigest(), media_type(watched.head))


def too_big(limit: int) -> str:
    """The sentence that refuses a file of more than `limit` bytes."""
    return _("A file has at most %(limit)s MB.", limit=limit // 1024 // 1024)


def media_type(head: bytes) -> str:
    """The media type of what begins with `head`: UNKNOWN for what we don't know, text/plain for any text, so that
    neither markup nor script has a name of its own."""
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(head)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    known = next((kind for start, kind in SIGNATURES if head.startswith(start)), None)
    return known or ("text/plain" if _is_text(head) else UNKNOWN)


def _in_zip(head: bytes) -> str:
    if found := OPEN_DOCUMENT.search(head[:200]):
        return found[1].decode()
    return next((kind for name, kind in IN_ZIP if name in head), "application/zip")


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) == HEAD  # a character cut at the end
    return True

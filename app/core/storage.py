"""File contents outside the database, behind fsspec: a local folder by default, `s3://…` by setting.

A stored name is random; what the user called the file is only a column (RELIABILITY, threat 12).
"""

import secrets
from typing import IO, Any, cast

import fsspec
from flask import current_app

CHUNK = 1024 * 1024


class TooLarge(Exception):
    """The stream is longer than the limit; nothing was kept."""


def _place(key: str) -> tuple[Any, str]:
    if not key.replace("/", "").replace("-", "").replace("_", "").isalnum():
        raise ValueError("not a storage key")
    fs, root = fsspec.core.url_to_fs(current_app.config["FILES_URL"])
    return fs, f"{root}/{key}"


def put(stream: IO[bytes], area: str, limit: int | None = None) -> tuple[str, int]:
    """Store a stream under a new random key in `area`; return (key, bytes).

    Written beside and moved at the end, so that no half file is ever seen. Raises TooLarge beyond `limit` bytes.
    """
    key = f"{area}/{secrets.token_urlsafe(24).replace('-', 'x').replace('_', 'y')}"
    fs, path = _place(key)
    fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
    try:
        size = _copy(stream, fs, f"{path}_part", limit)
        fs.mv(f"{path}_part", path)
    except BaseException:
        if fs.exists(f"{path}_part"):
            fs.rm(f"{path}_part")
        raise
    return key, size


def _copy(stream: IO[bytes], fs: Any, path: str, limit: int | None) -> int:
    size = 0
    with fs.open(path, "wb") as target:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLarge
            target.write(chunk)
    return size


def open_stored(key: str) -> IO[bytes]:
    """A readable binary stream of what was stored under `key`. Raises FileNotFoundError."""
    fs, path = _place(key)
    return cast(IO[bytes], fs.open(path, "rb"))


def remove(key: str) -> None:
    """Forget what is stored under `key`; nothing happens if it is gone already."""
    fs, path = _place(key)
    if fs.exists(path):
        fs.rm(path)

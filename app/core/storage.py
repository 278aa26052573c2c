"""File contents outside the database, behind fsspec: a local folder by default, `s3://…` by setting.

A stored name is random; what the user called the file is only a column (RELIABILITY, threat 12).
"""

import datetime as dt
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from typing import IO, Any, cast

import fsspec
from flask import current_app

CHUNK = 1024 * 1024
LONGEST_NAME = 255
BATCH = 500
SETTLED = dt.timedelta(days=1)  # bytes without a row are by then no upload still going on
KEY = re.compile(r"\w+", re.ASCII)  # the random part of a key, with `_part` while it is written


class TooLarge(Exception):
    """The stream is longer than the limit; nothing was kept."""


def _place(key: str) -> tuple[Any, str]:
    if not key.replace("/", "").replace("-", "").replace("_", "").isalnum():
        raise ValueError("not a storage key")
    fs, root = _root()
    return fs, f"{root}/{key}"


def _root() -> tuple[Any, str]:
    """File system and folder of all keys. What other hosts write is seen at once: no listing is remembered."""
    return fsspec.core.url_to_fs(current_app.config["FILES_URL"], use_listings_cache=False)  # type: ignore[no-any-return]


def new_key(area: str) -> str:
    """A random key in `area`, for who writes it down before the file is there."""
    return f"{area}/{secrets.token_urlsafe(24).replace('-', 'x').replace('_', 'y')}"


def put(stream: IO[bytes], area: str, limit: int | None = None, key: str | None = None) -> tuple[str, int]:
    """Store a stream under a new random key in `area`, or the given `new_key`; return (key, bytes).

    Written beside and moved at the end, so that no half file is ever seen. Raises TooLarge beyond `limit` bytes.
    """
    key = key or new_key(area)
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


def plain_name(given: str | None, otherwise: str) -> str:
    """The name a person gave a file, for showing: without folders, control and direction marks; `otherwise` where
    nothing is left. The ending stays when a long name is cut."""
    last = unicodedata.normalize("NFC", given or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in last if c.isprintable()).strip()
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME and dot and len(ending) < 20:
        name = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return name[:LONGEST_NAME] if name.strip(". ") else otherwise


def sweep(area: str, known: Callable[[list[str]], set[str]], than: dt.datetime) -> int:
    """Remove what stands in `area` since before an instant and is in no table: `known` says which of some keys are.

    Bytes are written before their row is committed; a rollback leaves them, and so does the deletion of a row.
    Returns how many were removed.
    """
    keys = list(_older(area, than))
    gone = [
        key for at in range(0, len(keys), BATCH) for key in set(keys[at : at + BATCH]) - known(keys[at : at + BATCH])
    ]
    for key in gone:
        remove(key)
    return len(gone)


def _older(area: str, than: dt.datetime) -> Iterator[str]:
    """Keys in `area` that were written before an instant; what has another name than ours is not ours."""
    fs, root = _root()
    folder = f"{root}/{area}"
    for path in fs.find(folder) if fs.exists(folder) else []:
        name = path.rsplit("/", 1)[-1]
        if KEY.fullmatch(name) and fs.modified(path) < than:
            yield f"{area}/{name}"


def all_keys() -> Iterator[str]:
    """All keys there are, for a backup; none of what is still being written."""
    fs, root = _root()
    for path in fs.find(root) if fs.exists(root) else []:
        key = path[len(root) :].lstrip("/")
        if not key.endswith("_part"):
            yield key

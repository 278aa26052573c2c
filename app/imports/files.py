"""Uploaded files: kept in the storage, read from this host's disk."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask_babel import gettext as _

from app.core import storage
from importers.errors import Refused

AREA = "imports"


@contextmanager
def local(key: str) -> Iterator[Path]:
    """The stored file as a path: where the storage is a local folder the file itself, else a copy for the while.

    Raises Refused when it is not there any more.
    """
    try:
        file = storage.open_stored(key)
    except FileNotFoundError:
        raise Refused(_("The uploaded file is not there any more.")) from None
    with file as stored:
        here = Path(getattr(stored, "path", ""))
        if here.is_file():
            yield here
            return
        with tempfile.NamedTemporaryFile(prefix="clientela-import-") as copy:
            shutil.copyfileobj(stored, copy, storage.CHUNK)
            copy.flush()
            yield Path(copy.name)

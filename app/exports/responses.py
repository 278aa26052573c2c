"""What pages and REST answer alike: an export or 404, and its file."""

from typing import IO

from werkzeug.exceptions import NotFound

from app.core import clock, storage
from app.core.db import db
from app.core.jobs import RunState
from app.exports.models import ExportRun

LARGEST_ID = 2**31 - 1


def run_or_404(pk: int) -> ExportRun:
    """The actor's export, or the same 404 for a missing and for somebody else's (threat 13)."""
    run = db.session.get(ExportRun, pk) if 0 < pk <= LARGEST_ID else None
    if run is None or run.expires_at < clock.now():
        raise NotFound
    return run


def file_of(pk: int) -> tuple[ExportRun, IO[bytes]]:
    """The export and its file, to be read once. Raises NotFound while there is none."""
    run = run_or_404(pk)
    if run.state != RunState.DONE or run.file_key is None:
        raise NotFound
    try:
        return run, storage.open_stored(run.file_key)
    except FileNotFoundError:
        raise NotFound from None

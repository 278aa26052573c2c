"""What pages and REST answer alike: a run or 404, and the refused rows as a file."""

import tempfile
from pathlib import Path
from typing import Any, cast

from flask import Response, send_file
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.imports import service
from app.imports.models import ImportRun

LARGEST_ID = 2**31 - 1
IN_MEMORY = 1024 * 1024


def run_or_404(pk: Any) -> ImportRun:
    """The run, or the same 404 for a missing and for somebody else's (threat 13)."""
    run = db.session.get(ImportRun, pk) if 0 < pk <= LARGEST_ID else None
    if run is None:
        raise NotFound
    return run


def errors_response(run: ImportRun) -> Response:
    """The refused rows to download."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed by the response)
    service.write_errors(run, cast(Any, file))
    file.seek(0)
    name = f"{Path(run.file_name).stem}-refused.csv"
    return send_file(cast(Any, file), "text/csv", as_attachment=True, download_name=name)

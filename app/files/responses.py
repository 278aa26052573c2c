"""Stored bytes on their way to a browser, so that none of them can act there (RELIABILITY, threat 12)."""

from typing import Any

from flask import Response, send_file
from werkzeug.exceptions import NotFound

from app.core import pictures, storage
from app.core.web import INERT
from app.files import contents, service
from app.files.models import Document, StoredFile

# The browser's own viewer needs a frame of its own and its styles; scripts of a PDF never run as ours.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
KEPT = "private, max-age=3600"
SMALL, LARGE = (96, 96), (1600, 1600)


def download(version: StoredFile, name: str) -> Response:
    """The bytes as they came, under their name (RFC 6266), never shown in place."""
    return _safe(_sent(version, contents.UNKNOWN, name, attached=True), INERT)


def pdf(document: Document) -> Response:
    """A PDF for the browser's viewer. Aborts with 404 for what is none by its content."""
    if document.latest.media_type != contents.PDF:
        raise NotFound
    return _safe(_sent(document.latest, contents.PDF, document.name, attached=False), VIEWER)


def preview(document: Document, large: bool) -> Response:
    """A picture drawn anew from the document's. Aborts with 404 for what is none, or one beyond the limits."""
    if document.latest.media_type not in contents.PICTURES:
        raise NotFound
    try:
        with opened(document.latest.key) as stream:
            picture = pictures.shrunk(stream, LARGE if large else SMALL, service.limit())
    except pictures.BadPicture:
        raise NotFound from None
    answer = _safe(Response(picture.content, mimetype=picture.media_type), INERT)
    answer.headers["Cache-Control"] = KEPT
    return answer


def opened(key: str) -> Any:
    """The stored stream; 404 where the storage has lost it."""
    try:
        return storage.open_stored(key)
    except FileNotFoundError:
        raise NotFound from None


def _sent(version: StoredFile, media_type: str, name: str, attached: bool) -> Response:
    answer = send_file(opened(version.key), media_type, as_attachment=attached, download_name=name, etag=False)
    answer.content_length = version.size
    return answer


def _safe(answer: Response, policy: str) -> Response:
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer

"""What is sent twice happens once (RELIABILITY, threat 38): a double click, "back" and "save", a program that tries
again because it heard no answer.

A form of ours carries a nonce (`_once`), a REST call may carry `Idempotency-Key`. The first of two equal requests
writes a row here in the very transaction of its work; the second finds it, or waits for it, and answers with what the
first led to. A form that was altered in between is a new wish; a key used for another body is refused (422).
"""

import datetime as dt
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, flash, g, has_request_context, jsonify, make_response, redirect, request
from flask_babel import gettext as _
from flask_jwt_extended import verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError
from sqlalchemy import ForeignKey, Integer, SmallInteger, String, Text, delete, event, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import BadRequest, UnprocessableEntity

from app.core import access, clock
from app.core.clock import UTCDateTime
from app.core.db import Model, db
from app.core.views import came_from

FIELD, HEADER = "_once", "Idempotency-Key"
KEPT = dt.timedelta(days=1)
LONGEST = 255  # characters of a key
PATIENCE = 3.0  # seconds in which the first request, which has committed, says where it led


class Once(Model):
    """One thing that was done. `digest` is of what was sent; `status`, `leads_to` (an address of ours) and
    `made` (the id in a REST answer) come after the commit, so they may lack for a moment."""

    __tablename__ = "done_once"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now, index=True)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    leads_to: Mapped[str | None] = mapped_column(Text)
    made: Mapped[int | None] = mapped_column(Integer)


@dataclass
class Wish:
    """What this request wants to do once; `written` when its row is in the session's transaction."""

    nonce: str
    digest: str
    user_id: int
    written: bool = False


class Repeated(Exception):
    """An equal request was faster; nothing of this one may be committed."""


def init_app(app: Flask) -> None:
    """After the CSRF check: what it refuses is nobody's repetition."""
    app.before_request(_recall)
    app.after_request(_keep)
    app.register_error_handler(Repeated, _overtaken)
    app.jinja_env.globals["once"] = lambda: secrets.token_urlsafe(12)


def forget_old() -> None:
    """Drop what nobody will send again. The caller commits."""
    db.session.execute(delete(Once).where(Once.created_at < clock.now() - KEPT))


def _recall() -> Any:
    if request.method != "POST" or (wish := _wish()) is None:
        return None
    g.once = wish
    found = _found(wish)
    return _again(found) if found is not None else None


def _overtaken(_error: Exception) -> Any:
    db.session.rollback()
    return _again(_found(g.once))


def _wish() -> Wish | None:
    word = _key_of_program() if _by_program() else None
    user_id = access.current().user_id
    if user_id is None:
        return None  # a visitor's form is read by nobody but its own page, which knows its bounds
    if not (word := word or request.form.get(FIELD)):
        return None
    if len(word) > LONGEST:
        raise BadRequest(_("The key is too long."))
    sent = _digest_of_what_was_sent()
    # A form may be altered and saved again; a program's key stands for one body.
    parts = (str(user_id), request.path, word, "" if _by_program() else sent)
    return Wish(_digest("\n".join(parts).encode()), sent, user_id)


def _by_program() -> bool:
    return request.path.startswith("/api/")


def _key_of_program() -> str | None:
    """The key, once its sender is known. A token that is worth nothing is answered by the endpoint itself."""
    if word := request.headers.get(HEADER):
        try:
            verify_jwt_in_request(optional=True)
        except (JWTExtendedException, PyJWTError):
            return None
    return word


def _digest_of_what_was_sent() -> str:
    if request.mimetype not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return _digest(request.get_data())
    fields = [pair for pair in request.form.items(multi=True) if pair[0] not in (FIELD, "csrf_token")]
    files = [(name, file.filename, file.stream.seek(0, 2), file.stream.seek(0))
             for name, file in request.files.items(multi=True)]  # fmt: skip
    return _digest(repr((request.query_string, fields, files)).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _found(wish: Wish) -> Once | None:
    """What was done already; with its answer, unless that takes too long."""
    until = time.monotonic() + PATIENCE
    asked = select(Once).where(Once.nonce == wish.nonce).execution_options(populate_existing=True)
    while True:
        found = db.session.scalar(asked)
        if found is None or found.status is not None or time.monotonic() > until:
            return found
        time.sleep(0.05)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """The row goes in last, so that who waits for it holds nothing that its writer still needs."""
    wish: Wish | None = g.get("once") if has_request_context() else None
    if wish is None or wish.written or session.in_nested_transaction():
        return
    session.flush()
    row = insert(Once).values(nonce=wish.nonce, digest=wish.digest, user_id=wish.user_id)
    if session.scalar(row.on_conflict_do_nothing().returning(Once.nonce)) is None:
        raise Repeated
    wish.written = True


def _keep(response: Response) -> Response:
    """Write down where the work led. What failed after a first commit may be tried again."""
    wish: Wish | None = g.get("once")
    if wish is None or not wish.written:
        return response
    row = Once.nonce == wish.nonce
    with db.engine.begin() as connection:
        if _done(response):
            place = response.headers.get("Location") or response.headers.get("HX-Redirect")
            told = {"status": response.status_code, "leads_to": place, "made": _made(response)}
            connection.execute(update(Once).where(row).values(told))
        else:
            connection.execute(delete(Once).where(row))
    return response


def _done(response: Response) -> bool:
    """A page in answer to a form says that something is wrong with it; what was done leads away."""
    in_place = _by_program() or request.headers.get("HX-Request")
    return response.status_code < 400 and bool(in_place or response.status_code >= 300)


def _made(response: Response) -> int | None:
    body = response.get_json(silent=True) if response.is_json and _by_program() else None
    made = body.get("id") if isinstance(body, dict) else None
    return made if isinstance(made, int) else None


def _again(found: Once | None) -> Any:
    """The answer to the second request: what the first one led to."""
    if found is not None and _by_program():
        return _again_for_programs(found)
    flash(_("This had been saved already; nothing was done twice."), "info")
    place = (found and found.leads_to) or ""
    if request.headers.get("HX-Request") and (found is None or found.status not in (302, 303)):
        return "", 204, {"HX-Redirect": place} if place else {"HX-Refresh": "true"}
    return redirect(place or came_from("/"))


def _again_for_programs(found: Once) -> Any:
    """The record as it is now, read with the caller's own rights, under the first answer's code."""
    if found.digest != g.once.digest:
        raise UnprocessableEntity(_("This key was used for another request."))
    body: Any = {} if found.made is None else {"id": found.made}
    read = current_app.view_functions.get(f"{request.blueprint}.get")
    if read and found.made is not None:
        answer = make_response(read(pk=found.made))
        body = answer.get_json() if answer.status_code == 200 else body
    return jsonify(body), found.status or 200, {"Idempotency-Replayed": "true"}

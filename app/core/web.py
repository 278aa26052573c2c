"""What every request passes: request id, actor, security headers, error pages, and what all templates may use."""

import errno
import hashlib
import logging
import secrets
import traceback
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    has_request_context,
    render_template,
    request,
    session,
    url_for,
)
from flask_appbuilder.api import BaseApi
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from app.core import access, counting, entrance, nav, once
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken, Shut

log = logging.getLogger(__name__)
csrf = CSRFProtect()
STATIC = Path(__file__).parent.parent / "static"
YEAR = 365 * 24 * 3600
WITH_PAGE = (400, 403, 404, 413, 429, 507)  # statuses that have an error page of their own
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def init_app(app: Flask) -> None:
    """Wire all of it."""
    if app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=app.config["PROXIES"], x_proto=app.config["PROXIES"])  # type: ignore[method-assign]
    app.before_request(_begin)  # before the CSRF check, so that its refusals have an id too
    csrf.init_app(app)
    once.init_app(app)
    app.config["OUR_HOSTS"] = our_hosts(app.config["BASE_URL"])
    app.after_request(_headers)
    app.context_processor(_template_globals)
    app.jinja_env.globals.update(csp_nonce=csp_nonce, asset=asset)
    # Jinja would answer `"can_edit"|is_item_visible("X")` while compiling: for all, as for whoever came first.
    app.jinja_env.optimized = False
    app.teardown_request(_end)
    for kind in (HTTPException, RuleBroken, NotAllowed, Conflict, Shut, OperationalError, DataError, Exception):
        app.register_error_handler(kind, _error)


def our_hosts(base_url: str) -> list[str]:
    """Whom a request may be addressed to where the public address is known: it, and this machine for its probes.
    Empty where it is not known. (Flask's TRUSTED_HOSTS refuses before an error page can be drawn.)"""
    name = urlsplit(base_url).hostname
    return [name, "localhost", "127.0.0.1", "[::1]"] if name else []


def exempt_apis(views: list[Any]) -> None:
    """REST takes a bearer token and never the cookie, so a foreign page can't use it: no CSRF token is asked.

    Flask-AppBuilder makes one 500 of every failure there (429 and 413 too) and its own words of it; ours are better.
    """
    for view in views:
        if isinstance(view, BaseApi):
            csrf.exempt(view.blueprint)
            view.response_500 = _raise_again


def _raise_again(**_message: Any) -> None:
    """Called where an exception has just been caught: let it go on to `_error`."""
    raise


def _begin() -> None:
    """Know the request and its actor; refuse what no page of ours sends."""
    g.request_id, g.tally = secrets.token_hex(8), counting.begin()
    access.enter(access.NOBODY)
    if (ours := current_app.config["OUR_HOSTS"]) and not host_is_trusted(request.host, ours):
        abort(400)
    if "\0" in request.full_path or any("\0" in v for v in request.args.values()):
        abort(400)
    for name, value in request.args.items():
        if name.startswith(("page_", "psize_")) and not (value.isdecimal() and len(value) < 9):
            abort(400)
    if not request.path.startswith(("/static/", "/healthz", "/metrics", "/api/")):
        _ = current_user.is_authenticated  # loads the user, which sets the actor
    entrance.guard()


def _end(_exception: BaseException | None) -> None:
    access.enter(access.NOBODY)


INERT = "default-src 'none'; sandbox"  # the policy of what people uploaded: nothing in it acts


def csp_nonce() -> str:
    """One random value a response, named by its scripts and its policy."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _headers(response: Response) -> Response:
    policy = (
        f"default-src 'self'; script-src 'nonce-{csp_nonce()}'; style-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers["X-Request-Id"] = g.get("request_id", "-")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    if request.endpoint == "static":
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, changing with its content so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_digest(name))


def _template_globals() -> dict[str, Any]:
    return {
        "nav": nav.shown(nav.MAIN),
        "create_menu": nav.shown(nav.CREATE),
        "settings_nav": nav.shown(nav.SETTINGS),
        "current_actor": access.current(),
        "locale": str(get_locale() or "en"),
    }


def _error(error: Exception) -> Any:
    """An answer in words for every failure: JSON for the API, a page with a way back for people. Never a trace."""
    db.session.rollback()
    code, message, errors = _explain(error)
    if code >= 500:
        log.error("request failed: %s\n%s", type(error).__name__, "".join(traceback.format_exception(error)))
    headers = {"Retry-After": "60"} if code in (429, 503) else {}
    if isinstance(error, HTTPException) and error.response is not None:
        return error.response
    if request.path.startswith("/api/") or request.is_json:
        body: dict[str, Any] = {"message": message, "error_id": g.get("request_id", "-")}
        return body | ({"errors": errors} if errors else {}), code, headers
    page = (
        f"errors/{'shut' if isinstance(error, Shut) else code if code in (400, 403, 404, 413, 429, 507) else 500}.html"
    )
    return render_template(page, error_id=g.get("request_id", "-"), message=message), code, headers


def _explain(error: Exception) -> tuple[int, str, dict[str, list[str]]]:
    match error:
        case RuleBroken():
            return error.status, str(error), error.errors
        case NotAllowed():
            return 403, _("You may see this, but not change it so."), {}
        case Conflict():
            return 409, _("Somebody else has changed this meanwhile."), {}
        case Shut():
            return error.status, str(error), {}
        case InternalServerError():
            return 500, _("Something went wrong on our side."), {}
        case HTTPException():
            return error.code or 500, error.description or error.name, {}
        case DataError() | IntegrityError():
            return 400, _("This value can't be stored."), {}
        case OSError() if error.errno in NO_ROOM:
            return 507, _("There is no room left for files. Nothing was stored; tell whoever runs Clientela."), {}
        case OperationalError():
            return 503, _("The database does not answer just now. Try again in a moment."), {}
    return 500, _("Something went wrong on our side."), {}


def choose_locale() -> str:
    """The session's choice, else the user's, else the browser's wish, else English. A job has no browser."""
    languages = list(current_app.config["LANGUAGES"])
    if not has_request_context():
        return access.current().locale or "en"
    actor = access.current()
    chosen = session.get("locale") or (actor.locale if actor.user_id else "")
    if chosen in languages:
        return str(chosen)
    return request.accept_languages.best_match(languages) or "en"


def choose_timezone() -> str:
    """The zone in which this reader is shown instants."""
    return access.current().timezone

"""What an answer says when something is wrong: an id and a way back, and nothing of our insides (threats 19, 40)."""

import json
import logging
from typing import Any

import pytest
from flask import Flask
from pythonjsonlogger.json import JsonFormatter

from tests.factories import Maker
from tests.security import walk

INSIDES = (
    "traceback",
    "site-packages",
    "sqlalchemy",
    "psycopg",
    'file "',
    "select ",
    "werkzeug",
    "/app/",
    "secret-detail",
)
NO_KEYS = ["abc", "0", "9" * 40, "\u00b2", "%00"]


def tells_no_insides(answer: Any) -> bool:
    return not any(word in answer.get_data(as_text=True).lower() for word in INSIDES)


def breaking(*_args: Any, **_kwargs: Any) -> None:
    raise RuntimeError("secret-detail SELECT password FROM ab_user")


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("ContactView.list", "/contacts/list/"),
        ("ContactView.show", "/contacts/show/1"),
        ("HomeView.index", "/"),
        ("LookupView.find", "/lookup/contact"),
        ("UserDBModelView.list", "/users/list/"),
        ("health.healthz", "/healthz"),
        ("LoginView.login", "/login/"),
    ],
)
def test_a_failure_shows_an_id_that_the_log_has(
    app: Flask,
    make: Maker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    endpoint: str,
    path: str,
) -> None:
    """Threat 40, Quality: our own page, no trace, and an id by which the log tells the story."""
    page = make.page("ada")
    monkeypatch.setitem(app.view_functions, endpoint, breaking)
    with caplog.at_level(logging.ERROR):
        answer = page.get(path)
    assert answer.status_code == 500
    assert tells_no_insides(answer)
    assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)
    assert "secret-detail" in caplog.text


def test_a_failure_of_rest_is_json(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contracts: errors in JSON have a message; threat 40: and nothing of our insides."""
    view = next(v for v in app.extensions["appbuilder"].baseviews if v.endpoint == "ContactApi")
    monkeypatch.setattr(view, "get_list_headless", breaking)
    answer = make.rest("nino").get("/api/v1/contacts/")
    assert answer.status_code == 500
    assert answer.json["message"]
    assert tells_no_insides(answer)


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [
        ("/nowhere", "GET", 404),
        ("/nowhere/at/all/", "POST", 404),
        ("/api/v1/nowhere/", "GET", 404),
        ("/static/nothing.js", "GET", 404),
        ("/static/..%2f..%2fconfig.py", "GET", 404),
        ("/static/%2e%2e/%2e%2e/config.py", "GET", 404),
        ("/contacts/list/", "PUT", 405),
        ("/api/v1/contacts/1", "PATCH", 405),
        ("/.env", "GET", 404),
        ("/.git/config", "GET", 404),
        ("/console", "GET", 404),
        ("/metrics/", "GET", 404),
        ("/contacts/download/x.txt", "GET", 404),
        ("/users/download/..%2f..%2fetc%2fpasswd", "GET", 404),
    ],
)
def test_what_is_not_there(make: Maker, path: str, method: str, code: int) -> None:
    """Bad input: our own page with a way back; JSON under /api/."""
    for who in (None, "nino"):
        answer = make.page(who).client.open(path, method=method)
        assert answer.status_code == code
        assert tells_no_insides(answer)
        if path.startswith("/api/"):
            assert answer.json["message"]
        else:
            assert "<html" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/contacts/add", "/login/", "/api/v1/security/login", "/api/v1/contacts/", "/contacts/action_post"]
)
def test_a_huge_body_is_refused_unread(make: Maker, path: str) -> None:
    """Threat 19: 300 MB are refused by their announced length, before a byte of them is read."""
    length = {"CONTENT_LENGTH": str(300 * 1024 * 1024)}
    if path.startswith("/api/"):
        rest = make.rest("nino")
        answer = rest.open(path, "POST", content_type="application/json", environ_overrides=length)
    else:
        content_type = "application/x-www-form-urlencoded"
        answer = make.page("nino").client.post(path, content_type=content_type, environ_overrides=length)
    assert answer.status_code == 413
    assert tells_no_insides(answer)


def test_addresses_with_anything_in_them(app: Flask, make: Maker) -> None:
    """Quality: no input gives a 500. Each address with a key, with what is no key; each list with a hostile query."""
    ada, failed, tried = make.page("ada"), [], 0
    for rule, method in walk.routes(app):
        if method not in ("GET", "POST") or rule.endpoint == "health.readyz":
            continue
        for word in NO_KEYS if rule.arguments else ("",):
            path = rule.rule
            for argument in rule.arguments:
                for form in (f"<{argument}>", f"<int:{argument}>", f"<string:{argument}>", f"<path:{argument}>"):
                    path = path.replace(form, word or "%20")
            query = (
                {}
                if rule.arguments
                else {"q": "\u00b2'", "page_X": "1", "_flt_9_zzz": "1", "_oc_X": "zzz", "next": "x"}
            )
            answer = ada.twin().open(path, method, query_string=query)
            tried += 1
            failed += [f"{method} {path}: {answer.status_code}"] if answer.status_code >= 500 else []
    assert not failed, failed
    assert tried > 100


@pytest.mark.parametrize(
    "query",
    [
        "page_X=abc",
        "psize_ContactView=-1",
        "q=%00",
        "x=%00y",
        "_flt_0_kind=%00",
        "%00=1",
        "q=%ff%fe",
        "_flt_0_type=\u00b2",
        "_flt_0_tags=abc",
        "_flt_0_owner=99999999999999999999",
        "_flt_0_type=99999999999",
    ],
)
def test_a_hostile_query_string(make: Maker, query: str) -> None:
    """Threat 31, STACK: NUL, what is no number, broken UTF-8: 400 or the page, never a failure."""
    for path in ("/contacts/list/", "/lookup/contact", "/", "/users/list/"):
        assert make.page("ada").get(f"{path}?{query}").status_code < 500, path
    assert make.rest("ada").get(f"/api/v1/contacts/?{query}").status_code < 500


@pytest.mark.parametrize(
    "q", ["(", "(page:-1)", "(page_size:-1)", "(page:99999999999999999999)", "!!", "(filters:1)", "{}", "[]", "1"]
)
def test_a_hostile_rest_query(make: Maker, q: str) -> None:
    """Contracts: a query that cannot be read is 400, or answered as far as it makes sense."""
    answer = make.rest("nino").get("/api/v1/contacts/", query_string={"q": q})
    assert answer.status_code in (200, 400, 422)
    assert tells_no_insides(answer)


def test_ready_names_what_is_missing(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contracts: /healthz answers at once; /readyz is 503 with JSON naming what is not alive, 200 when all is."""
    from app.core import health

    page = make.page(None)
    assert page.get("/healthz").status_code == 200
    answer = page.get("/readyz")
    assert answer.status_code == 503
    assert set(answer.json["failed"]) == {"worker", "scheduler"}
    with app.app_context():
        health.beat("worker")
        health.beat("scheduler")
    assert page.get("/readyz").status_code == 200
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    kept = app.extensions.pop("queue", None)
    assert "queue" in page.get("/readyz").json["failed"]
    app.extensions.pop("queue", None)
    if kept:
        app.extensions["queue"] = kept


def test_swagger_is_for_those_who_are_in(make: Maker) -> None:
    """Contracts, threat 40: the description of REST is shown to signed-in users alone."""
    assert make.page(None).get("/swagger/v1").status_code == 302
    assert make.page(None).get("/api/v1/_openapi").status_code == 401
    described = json.loads(make.rest("nino").get("/api/v1/_openapi").data)
    assert "/api/v1/contacts/" in described["paths"]


def test_log_lines_are_json_with_the_request(app: Flask) -> None:
    """Threat 40: one JSON object a line, with the id of its request."""
    [handler] = [h for h in logging.getLogger().handlers if isinstance(h.formatter, JsonFormatter)]
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "line one\nline two", None, None)
    with app.test_request_context():
        app.preprocess_request()
        assert handler.filter(record)
        line = handler.format(record)
    assert "\n" not in line
    assert len(json.loads(line)["request_id"]) == 16

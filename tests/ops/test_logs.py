"""Logs: one line an event that tells what it cost, and nothing that is nobody else's business (threat 34)."""

import json
import logging
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dramatiq
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core import jobs, logs
from app.core.db import db
from app.ops import access_log
from tests.factories import Maker, make
from tests.harness import web
from tests.harness.web import wait_until

__all__ = ["make"]

INSERT = text(
    "INSERT INTO ab_user (id, username, email, first_name, last_name, password) "
    "VALUES (nextval('ab_user_id_seq'), :username, :email, 'a', 'b', 'c')"
)


def lines(file: Path) -> list[dict[str, Any]]:
    """The JSON objects of a log."""
    return [json.loads(line) for line in file.read_text().splitlines() if line.startswith("{")]


def test_a_request_is_one_line(make: Maker, live_server: str, data: Path) -> None:
    """OPS, threat 34: route, person as a number, status, ms, statements; no address, query, token, host."""
    for path in ("/contacts/show/7?q=very-private", "/unsubscribe/secret-token", "/elsewhere/secret-token"):
        try:
            urllib.request.urlopen(f"{live_server}{path}").close()
        except urllib.error.HTTPError as error:
            error.close()
    log = data / "log" / "access.log"
    wait_until(lambda: log.exists() and "(none)" in log.read_text())
    [shown] = [line for line in lines(log) if line.get("route") == "/contacts/show/<pk>"][-1:]
    assert shown.keys() == {
        "time", "request_id", "network", "method", "route", "user", "statements", "ids", "status", "bytes", "ms",
    }  # fmt: skip
    assert (shown["ids"], shown["user"], shown["status"]) == ({"pk": 7}, None, 302)
    assert shown["ms"] > 0
    text = log.read_text()
    assert not [word for word in ("very-private", "secret-token", "127.0.0.1") if word in text]
    assert access_log.network("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert access_log.network("203.0.113.77") == "203.0.113.0/24"
    assert access_log.network("") is None


def test_a_job_is_told_with_its_row_and_cost(app: Flask, live_server: str, data: Path) -> None:
    """OPS: a worker's line has job, row, ms and statements. A job of another program's waits, and holds nobody up."""
    with app.app_context(), web.worker(data / "log"):
        for job in ("rooms.of_tomorrow", "core.beat"):
            jobs.nudge(job, 41)
        log = data / "log" / "worker.log"
        wait_until(lambda: log.exists() and '"job ends"' in log.read_text(), 60)
        wait_until(lambda: "does not know" in log.read_text())
    [ended] = [line for line in lines(log) if line["message"] == "job ends"][-1:]
    assert (ended["job"], ended["row"]) == ("core.beat", 41)
    assert ended["ms"] >= 0
    assert "failed" not in ended
    assert ended["statements"] >= 0
    assert [line["job"] for line in lines(log) if "does not know" in line["message"]][:1] == ["rooms.of_tomorrow"]


def test_an_unknown_job_is_given_up_in_the_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 26: it waits for a worker that knows it; after ten minutes it is put among the dead."""
    import workers.unknown as unknown

    put_back: list[Any] = []
    message = dramatiq.Message("default", "rooms.of_tomorrow", (1,), {}, {})
    monkeypatch.setattr(unknown, "broker", SimpleNamespace(enqueue=lambda again, delay: put_back.append(again)))
    monkeypatch.setattr(unknown.CurrentMessage, "get_current_message", lambda: (put_back or [message])[-1])
    for _ in range(unknown.MOST_PAUSES):
        unknown.wait(1)
    with pytest.raises(unknown.GivenUp):
        unknown.wait(1)
    assert {(again.actor_name, again.args) for again in put_back} == {("rooms.of_tomorrow", (1,))}
    assert len(put_back) == unknown.MOST_PAUSES


def test_errors_are_told_without_the_values_of_rows(app: Flask, make: Maker) -> None:
    """Threat 34: what a driver says of a refused row, its values and the words between them, stays out of the log."""
    formatter = logs.Formatter("{message}", style="{")
    with app.app_context():
        taken = {"username": "zz-private", "email": "zz-private@example.com"}
        db.session.execute(INSERT, taken)
        with pytest.raises(IntegrityError) as refused:
            db.session.execute(INSERT, taken)
        db.session.rollback()
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed: %s", (refused.value,), None)
    record.exc_info = (type(refused.value), refused.value, refused.value.__traceback__)
    said = formatter.format(record)
    assert "ab_user" in said
    assert "zz-private" not in said
    for secret in ("postgresql://me:hush@host/db", "Authorization: Bearer hush", "to hush@example.com"):
        assert "hush" not in logs.without_secrets(secret)

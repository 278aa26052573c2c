"""`/metrics`: to whom it answers, that its numbers are those of all processes, and what they cost."""

import re
import urllib.request
from typing import Any

import pytest
from flask import Flask, request

import config
from app import create_app
from app.core import counting, health
from tests.factories import Maker, make

__all__ = ["make"]

SAMPLE = re.compile(r'^(clientela_\w+)(?:\{((?:\w+="[^"]*",?)*)\})? ([\d.e+-]+)$')


def read(text: str) -> dict[str, float]:
    """The samples; fails on a line that is none and no comment."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [SAMPLE.match(line) for line in lines]
    assert all(found), [line for line, m in zip(lines, found, strict=True) if not m]
    return {f"{m[1]}{{{m[2] or ''}}}": float(m[3]) for m in found if m}


def asked(app: Flask, token: str = "", address: str = "203.0.113.9", **headers: str) -> int:
    """What somebody at this address is answered."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent |= {"Authorization": f"Bearer {token}"} if token else {}
    return app.test_client().get("/metrics", headers=sent, environ_base={"REMOTE_ADDR": address}).status_code


def test_who_may_ask(app: Flask, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS: this machine, or whoever has the token; a proxy and a rebound name get what strangers get."""
    assert asked(app, address="127.0.0.1") == asked(app, address="::1") == 200
    strangers = {
        "from afar": asked(app),
        "a guess": asked(app, token="guess"),
        "an empty token": asked(app, Authorization="Bearer "),
        "by a proxy": asked(app, address="127.0.0.1", X_Forwarded_For="203.0.113.9"),
        "by a proxy that tells nothing but its name": asked(app, address="127.0.0.1", Via="1.1 proxy"),
        "claiming to be local": asked(app, X_Forwarded_For="127.0.0.1"),
        "by another name": asked(app, address="127.0.0.1", Host="evil.example"),
    }
    assert set(strangers.values()) == {404}, strangers
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "correct-horse")
    assert asked(app, token="correct-horse") == 200
    assert asked(app, token="correct-hors") == asked(app, token="guess") == 404


def test_behind_a_proxy(environment: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS: with CLIENTELA_PROXIES=1 the client's address is what the proxy says, and no client can say it is local."""
    monkeypatch.setenv("CLIENTELA_PROXIES", "1")
    app, seen = create_app(), []
    app.before_request(lambda: seen.append((request.remote_addr, request.scheme)))
    sent = {"X_Forwarded_For": "127.0.0.1, 203.0.113.9", "X_Forwarded_Proto": "https"}
    assert asked(app, address="127.0.0.1", **sent) == 404
    assert asked(app, address="10.0.0.7", X_Forwarded_For="127.0.0.1") == 404
    assert seen == [("203.0.113.9", "https"), ("127.0.0.1", "http")]
    for wrong in ("-1", "many", "10"):
        with pytest.raises(config.ConfigError, match="number of proxies"):
            config.proxies({"CLIENTELA_PROXIES": wrong})


def test_what_it_tells(app: Flask, make: Maker) -> None:
    """OPS: requests by route, code and time; queue, runs, mails, processes, database; at a bounded cost."""
    page = make.page("nino")
    before = read(app.test_client().get("/metrics").text)
    page.get("/contacts/list/")
    app.test_client().get("/nowhere/secret-word")
    with app.app_context():
        health.sign("worker")
    answer = app.test_client().get("/metrics")
    found = read(answer.text)

    def more(name: str) -> float:
        return found[name] - before.get(name, 0)

    assert more('clientela_requests_total{route="/contacts/list/",code="200"}') == 1
    assert more('clientela_request_seconds_bucket{route="/contacts/list/",le="+Inf"}') == 1
    assert more('clientela_request_seconds_sum{route="/contacts/list/"}') > 0
    assert more('clientela_requests_total{route="(none)",code="404"}') == 1
    assert "secret-word" not in answer.text
    assert found["clientela_database_up{}"] == found["clientela_queue_up{}"] == 1
    assert found['clientela_processes_alive{role="worker"}'] == 1
    assert (
        found['clientela_mails{state="waiting"}'] == found['clientela_oldest_waiting_seconds{kind="import_run"}'] == 0
    )
    assert found['clientela_queue_messages{state="ready"}'] == 0
    assert found["clientela_database_bytes{}"] > 1e6
    assert found['clientela_database_connections{state="active"}'] >= 1
    with app.test_request_context("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        tally = counting.begin()
        app.view_functions["metrics.metrics"]()
        assert tally.statements <= 6


def test_while_the_servers_are_away(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS: without database or queue the rest is told, and that they are away; work that waits has an age."""
    from redis.exceptions import RedisError
    from sqlalchemy.exc import OperationalError

    from app.ops import facts

    def away(*_arguments: Any) -> Any:
        raise OperationalError("", {}, Exception())

    def no_queue(*_arguments: Any) -> Any:
        raise RedisError

    monkeypatch.setattr(facts, "database", away)
    monkeypatch.setattr(health, "queue", no_queue)
    found = read(app.test_client().get("/metrics").text)
    assert found["clientela_database_up{}"] == found["clientela_queue_up{}"] == 0


def test_work_that_waits(app: Flask, make: Maker, superuser: Any) -> None:
    """OPS: runs by state, mails that wait or are in doubt, and for how long the oldest does."""
    superuser.execute("""INSERT INTO outgoing_mail
    (recipient, subject, text, headers, state, attempts, next_try_at, message_id) VALUES
    ('a@example.com', '', '', '{}', 'waiting', 0, now() - interval '90 s', '<1@example.com>'),
    ('a@example.com', '', '', '{}', 'doubt', 1, now(), '<2@example.com>')""")
    superuser.execute("""INSERT INTO duplicate_search (state, done_rows, attempts, stalls, cancel_requested, queued_at)
    VALUES ('queued', 0, 0, 0, false, now() - interval '7 min')""")
    found = read(app.test_client().get("/metrics").text)
    assert found['clientela_mails{state="waiting"}'] == found['clientela_mails{state="doubt"}'] == 1
    assert found['clientela_runs{kind="duplicate_search",state="queued"}'] == 1
    assert 89 < found['clientela_oldest_waiting_seconds{kind="outgoing_mail"}'] < 150
    assert 419 < found['clientela_oldest_waiting_seconds{kind="duplicate_search"}'] < 500


def test_all_processes_are_counted(live_server: str) -> None:
    """OPS: whichever of the web's processes is asked, it tells the requests of all of them."""

    def total() -> float:
        with urllib.request.urlopen(f"{live_server}/metrics") as answer:
            found = read(answer.read().decode())
        return found.get('clientela_requests_total{route="/healthz",code="200"}', 0)

    before = total()
    for _ in range(30):
        urllib.request.urlopen(f"{live_server}/healthz").close()
    assert {total() for _ in range(12)} == {before + 30}

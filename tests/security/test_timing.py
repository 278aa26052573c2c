"""How long a refused login takes tells nobody whether there is such a user (threat 17)."""

import os
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

import config
from app.core.db import db
from app.core.people import User
from tests.factories import Maker
from tests.security.test_logins import by_form, by_rest

# Of each kind. CLIENTELA_TIMING_TRIES=200 takes eight minutes and asks what the requirement asks; the few of every day
# see the difference there would be without the wait: a password's hash.
TRIES = int(os.environ.get("CLIENTELA_TIMING_TRIES", "6"))


def slower(one: list[float], other: list[float]) -> float:
    """P(a try of `one` took longer than a try of `other`), ties counting half (Mann-Whitney)."""
    pairs = [(a > b) + (a == b) / 2 for a in one for b in other]
    return sum(pairs) / len(pairs)


def measured(app: Flask, make: Maker, attempt: Callable[..., Any], tries: int) -> dict[str, list[float]]:
    """Seconds of refused tries by kind of name, interleaved at random so that what slows the machine slows all."""
    known, closed = [make.user() for _ in range(tries // 4 + 1)], [make.user() for _ in range(tries // 4 + 1)]
    with app.app_context():
        ids = [who.id for who in closed]
        db.session.execute(update(User).where(User.id.in_(ids)).values(active=False))
        db.session.commit()
    names: dict[str, Callable[[int], str]] = {
        "known": lambda i: known[i // 4].username,
        "closed": lambda i: closed[i // 4].username,
        "unknown": lambda i: f"nobody-{i // 4}",
    }
    order = [(kind, i) for kind in names for i in range(tries)]
    random.Random(17).shuffle(order)
    taken: dict[str, list[float]] = {kind: [] for kind in names}
    for number, (kind, i) in enumerate(order):
        start = time.monotonic()
        answer = attempt(app, names[kind](i), "wrong password", f"10.{number % 200}.{number // 200}.9")
        taken[kind].append(time.monotonic() - start)
        assert answer.status_code in (302, 401)
    return taken


@pytest.mark.parametrize("attempt", [by_form, by_rest])
def test_refusals_take_equal_time(
    app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch, attempt: Callable[..., Any]
) -> None:
    """Threat 17: known, unknown and closed names are refused after the same time, which covers the work of each."""
    wait = config.web_settings("")["LOGIN_REFUSAL_SECONDS"]
    monkeypatch.setitem(app.config, "LOGIN_REFUSAL_SECONDS", wait)
    taken = measured(app, make, attempt, TRIES)
    assert min(min(times) for times in taken.values()) >= wait, "the wait is what is measured"
    for kind in ("closed", "unknown"):
        assert abs(statistics.median(taken["known"]) - statistics.median(taken[kind])) < 0.03, (kind, taken)
        if TRIES >= 200:
            assert 0.45 < slower(taken["known"], taken[kind]) < 0.55, kind

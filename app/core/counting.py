"""What requests and jobs cost: statements, milliseconds, answers by route.

Counts lie in memory that is shared before the web processes fork: each writes a part of its own, whoever is asked adds
all parts up. No file, no lock, no message; a process that is replaced leaves its counts to the next.
"""

import mmap
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Engine, event

from app.core import access

CODES = (200, 201, 202, 204, 302, 303, 304, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)  # seconds
WIDTH = len(CODES) + 1 + len(BUCKETS) + 2  # an answer of another code; beyond the last bucket, and the sum
NUMBER = 8  # bytes
PARTS = 32  # more processes than that share parts, and may lose a count
ELSEWHERE = "(none)"  # the route of what is no address of ours
FACTS = "clientela.request"  # where the access log finds them in the environment of a request


@dataclass
class Tally:
    """The cost of one piece of work so far."""

    statements: int = 0
    started: float = field(default_factory=time.perf_counter)

    @property
    def ms(self) -> float:
        """Milliseconds since it began."""
        return round((time.perf_counter() - self.started) * 1000, 1)


_present: ContextVar[Tally | None] = ContextVar("tally", default=None)


def begin() -> Tally:
    """Count from now on, in this thread."""
    tally = Tally()
    _present.set(tally)
    return tally


@event.listens_for(Engine, "before_cursor_execute")
def _count(*_arguments: Any) -> None:
    if tally := _present.get():
        tally.statements += 1


@dataclass(frozen=True)
class Answers:
    """Of one route: how many by status (0 is any other), how many in each bucket and beyond, seconds in all."""

    by_code: dict[int, int]
    by_time: list[int]
    seconds: float


class Counts:
    """The shared memory: PARTS tables of one row a route."""

    def __init__(self, routes: list[str]) -> None:
        self.rows = {route: n for n, route in enumerate([ELSEWHERE, *routes])}
        self.part = 0
        self._size = len(self.rows) * WIDTH
        self._cells = memoryview(mmap.mmap(-1, PARTS * self._size * NUMBER)).cast("d")

    def add(self, route: str, code: int, seconds: float) -> None:
        """Count one answer."""
        start = self.part * self._size + self.rows.get(route, 0) * WIDTH
        column = CODES.index(code) if code in CODES else len(CODES)
        bucket = next((n for n, limit in enumerate(BUCKETS) if seconds <= limit), len(BUCKETS))
        self._cells[start + column] += 1
        self._cells[start + len(CODES) + 1 + bucket] += 1
        self._cells[start + WIDTH - 1] += seconds

    def read(self) -> Iterator[tuple[str, Answers]]:
        """What was counted by all processes, for each route that was asked for."""
        for route, row in self.rows.items():
            starts = [part * self._size + row * WIDTH for part in range(PARTS)]
            asked = [self._cells[at : at + WIDTH].tolist() for at in starts if self._cells[at + WIDTH - 1]]
            if asked:
                yield route, _answers([sum(column) for column in zip(*asked, strict=True)])


def _answers(cells: list[float]) -> Answers:
    codes = dict(zip((*CODES, 0), map(int, cells), strict=False))
    return Answers({c: n for c, n in codes.items() if n}, [int(n) for n in cells[len(CODES) + 1 : -1]], cells[-1])


def init_app(app: Flask) -> None:
    """Count all requests of an application that has all its routes."""
    app.extensions["counts"] = Counts(sorted({rule.rule for rule in app.url_map.iter_rules()}))
    app.after_request(_after)


def counts() -> Counts:
    """Those of the present application."""
    return current_app.extensions["counts"]  # type: ignore[no-any-return]


def _after(response: Response) -> Response:
    tally, route = g.tally, request.url_rule.rule if request.url_rule else ELSEWHERE
    counts().add(route, response.status_code, time.perf_counter() - tally.started)
    facts = {"route": route, "user": access.current().user_id, "statements": tally.statements}
    request.environ[FACTS] = facts | {"ids": _ids(request.view_args or {})}
    return response


def _ids(arguments: dict[str, Any]) -> dict[str, int]:
    """The numbers of rows in an address. Its other parts may be keys that open something, or words of a person."""
    return {name: int(v) for name, v in arguments.items() if str(v).isdecimal() and len(str(v)) < 19}

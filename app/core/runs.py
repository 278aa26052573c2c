"""Long work on a row of its own (an import, an export): who holds it, how far it is, and what was left by the dead.

`attempts` is the fencing token: it grows with each claim, and a worker writes only under the present one. `stalls`
counts claims since the last progress, so that work which kills its worker is given up.
"""

import contextvars
import datetime as dt
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Integer, String, Text, Update, and_, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.clock import UTCDateTime
from app.core.db import db
from app.core.entrance import Entrance
from app.core.jobs import RunState

log = logging.getLogger(__name__)
BEAT = 3.0  # seconds
STALE = dt.timedelta(seconds=10)  # without a heartbeat a run's worker counts as dead; the fencing token makes it sure
LOST = dt.timedelta(seconds=20)  # a queued run's message should have arrived by then
MOST_STALLS = 3  # claims without progress between them: then the work is given up
ENDED = (RunState.DONE, RunState.FAILED, RunState.CANCELLED)
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '10min'"


class Superseded(Exception):
    """Another worker has the run now."""


class Cancelled(Exception):
    """The person asked to stop."""


class Run:
    """The columns of a run. `total` and `done_rows` are rows; `locale` is that of whoever asked."""

    state: Mapped[str] = mapped_column(String(12), default=RunState.QUEUED)
    total: Mapped[int | None] = mapped_column(Integer)
    done_rows: Mapped[int] = mapped_column(Integer, default=0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    stalls: Mapped[int] = mapped_column(Integer, default=0)
    queued_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    heartbeat_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    started_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(5), default="en", server_default="en")

    @property
    def ended(self) -> bool:
        """Whether nothing will happen to it by itself any more."""
        return self.state in ENDED

    @property
    def rate(self) -> float:
        """Rows a second since it was first claimed; 0 before the first progress."""
        until = self.finished_at or self.heartbeat_at
        seconds = (until - self.started_at).total_seconds() if until and self.started_at else 0
        return self.done_rows / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> int | None:
        """At the present rate; None where that can't be told yet."""
        if self.total is None or not self.rate or self.state != RunState.RUNNING:
            return None
        return round((self.total - self.done_rows) / self.rate)


def claim(model: type[Any], run_id: int) -> int | None:
    """Take a run that waits or whose worker is dead; returns the token, or None. Commits."""
    now = clock.now()
    left = and_(model.state == RunState.RUNNING, model.heartbeat_at < now - STALE)
    free = or_(model.state == RunState.QUEUED, left)
    taken = update(model).where(model.id == run_id, free).values(
        state=RunState.RUNNING, attempts=model.attempts + 1, stalls=model.stalls + 1, claimed_at=now,
        heartbeat_at=now, started_at=func.coalesce(model.started_at, now),
    )  # fmt: skip
    token: int | None = db.session.scalar(taken.returning(model.attempts).execution_options(synchronize_session=False))
    db.session.commit()
    return token


def unfinished(model: type[Any]) -> list[int]:
    """Runs to be told to a worker again: queued for a while, or left by a worker that gives no sign of life."""
    now = clock.now()
    waiting = and_(model.state == RunState.QUEUED, model.queued_at < now - LOST)
    left = and_(model.state == RunState.RUNNING, model.heartbeat_at < now - STALE)
    return list(db.session.scalars(select(model.id).where(or_(waiting, left)).order_by(model.id)))


def held(model: type[Any], run_id: int, token: int) -> Update:
    """An update of a running run that touches nothing when the token is outdated."""
    mine = (model.id == run_id, model.attempts == token, model.state == RunState.RUNNING)
    return update(model).where(*mine).execution_options(synchronize_session=False)


def progress(model: type[Any], run_id: int, token: int, **values: Any) -> None:
    """Say how far it is, on a connection of its own, whatever transaction the work is in.

    Raises Superseded, also when the module was turned off meanwhile: the sweep finds the run when it is on again; and
    Cancelled when the person asked to stop.
    """
    with db.engine.begin() as connection:
        if not connection.scalar(select(Entrance.is_on)):
            raise Superseded
        said = held(model, run_id, token).values(heartbeat_at=clock.now(), **values).returning(model.cancel_requested)
        row = connection.execute(said).one_or_none()
    if row is None:
        raise Superseded
    if row.cancel_requested:
        raise Cancelled


@contextmanager
def beating(model: type[Any], run_id: int, token: int) -> Iterator[None]:
    """Give a sign of life every few seconds, however long a step takes."""
    over, mine = threading.Event(), update(model).where(model.id == run_id, model.attempts == token)

    def beat() -> None:
        while not over.wait(BEAT):
            try:
                with db.engine.begin() as connection:
                    connection.execute(mine.values(heartbeat_at=clock.now()))
            except Exception:
                log.warning("no sign of life for %s %s", model.__name__, run_id, exc_info=True)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(beat,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def snapshot() -> None:
    """From now until the end of the transaction the session sees the database as it is now; it only reads."""
    db.session.commit()
    db.session.execute(text(SNAPSHOT))

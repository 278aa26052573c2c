"""Work for later. The row is the truth and the message only a nudge: losing all of Redis loses no work.

`later()` sends a row's id when the transaction has committed; the worker claims the row by one conditional
UPDATE; the sweep re-sends what was lost (Dramatiq delivers at least once, and sometimes not at all).
"""

import logging
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import event, inspect, update
from sqlalchemy.orm import Session, SessionTransaction

from app.core import clock
from app.core.db import db

log = logging.getLogger(__name__)
PENDING = "messages_after_commit"
UNKNOWN = "core.unknown"  # the actor of all jobs that a worker's program does not know


class RunState(StrEnum):
    """States of a run (import, mailing, report), as promised to API users."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Broker(RedisBroker):
    """Gives a job that this program does not know to an actor of its own, instead of putting it aside for good."""

    def get_actor(self, actor_name: str) -> "dramatiq.Actor[Any, Any]":
        return super().get_actor(actor_name if actor_name in self.actors else UNKNOWN)


def make_broker(url: str) -> RedisBroker:
    """The broker with a killed worker's messages back in seconds (the defaults keep them over 150 s)."""
    return Broker(
        url=url,
        heartbeat_timeout=15_000,
        maintenance_chance=100_000,
        socket_connect_timeout=0.3,
        socket_timeout=10,
    )


def later(job: str, row: Any) -> None:
    """Send `job` with the id of `row` (an entity, flushed or not, or a plain id) after the commit of this session.

    A rollback drops the wish. A queue that is away is no error: the row is there and the sweep finds it.
    """
    session = db.session()
    session.connection()  # with no transaction open a rollback would drop nothing
    session.info.setdefault(PENDING, []).append((job, row))


@event.listens_for(Session, "after_commit")
def _send(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint's end is no commit: nobody else sees the row yet
        return
    for job, row in session.info.pop(PENDING, []):
        nudge(job, row if isinstance(row, int | str) else inspect(row).identity[0])


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if not transaction.nested:
        session.info.pop(PENDING, None)


def message(job: str, row_id: int | str) -> "dramatiq.Message[Any]":
    """What tells a worker of a row."""
    return dramatiq.Message(queue_name="default", actor_name=job, args=(row_id,), kwargs={}, options={})


def nudge(job: str, row_id: int | str, seconds: float = 0) -> None:
    """Send the message now, to be done after so many seconds. A queue that is away is logged and left to the sweep."""
    try:
        current_app.extensions["broker"].enqueue(message(job, row_id), delay=int(seconds * 1000) or None)
    except (dramatiq.errors.BrokerError, RedisError):
        log.warning("queue away, %s %s waits for the sweep", job, row_id)


def claim(model: type[Any], row_id: int, from_: Iterable[str], to: str, **values: Any) -> bool:
    """Move one row from one of the states `from_` to `to` and commit; False when somebody else was faster."""
    statement = update(model).where(model.id == row_id, model.state.in_(list(from_)))
    done = db.session.execute(statement.values(state=to, claimed_at=clock.now(), **values))
    db.session.commit()
    return bool(done.rowcount)  # type: ignore[attr-defined]

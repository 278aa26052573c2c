"""Is it alive, is it ready: two addresses for people, proxies and our own supervisor."""

import logging
import os
import socket
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.db import db

blueprint = Blueprint("health", __name__)
SILENT_AFTER = 90  # seconds without a heartbeat
BEATS = "clientela:beat:"
ALIVE = "clientela:alive:"  # by role: the processes of all hosts, each with the instant of its last sign
ROLES = ("worker", "scheduler")
SIGN = 15  # seconds between two signs of a process
log = logging.getLogger(__name__)


def beat(who: str) -> None:
    """Say that the worker or the scheduler lives; readiness reads it."""
    queue().set(BEATS + who, int(clock.now().timestamp()), ex=SILENT_AFTER)


def sign(role: str) -> None:
    """Say that this process lives, for whoever counts them. A queue that is away is only logged."""
    now, who = clock.now().timestamp(), f"{socket.gethostname()}:{os.getpid()}"
    try:
        queue().zadd(ALIVE + role, {who: now})
        queue().zremrangebyscore(ALIVE + role, 0, now - SILENT_AFTER)
    except RedisError:
        log.warning("no sign of life: the queue is away")


def resign(role: str) -> None:
    """This process ends."""
    try:
        queue().zrem(ALIVE + role, f"{socket.gethostname()}:{os.getpid()}")
    except RedisError:
        log.warning("no farewell: the queue is away")


def alive(role: str) -> int:
    """How many processes of `role` gave a sign lately, on all hosts. Raises RedisError."""
    return int(queue().zcount(ALIVE + role, clock.now().timestamp() - 3 * SIGN, "+inf"))  # type: ignore[arg-type]


def queue() -> Redis:
    """The queue's store, for small things that may be lost: signs of life, counts. Raises RedisError when used."""
    if "queue" not in current_app.extensions:
        url = current_app.config["REDIS_URL"]
        current_app.extensions["queue"] = Redis.from_url(url, socket_connect_timeout=0.3, socket_timeout=2)
    return current_app.extensions["queue"]  # type: ignore[no-any-return]


@blueprint.get("/healthz")
def healthz() -> dict[str, str]:
    """200 as soon as the web process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """200 when database (at the code's schema), queue, worker and scheduler are alive; else 503 naming what is not."""
    checks = {"database": _database(), **_queue_checks()}
    failed = [name for name, fine in checks.items() if not fine]
    return {"ready": not failed, "failed": failed, "checks": checks}, 503 if failed else 200


def _database() -> bool:
    try:
        config = current_app.extensions["migrate"].migrate.get_config()
        have = MigrationContext.configure(db.session.connection()).get_current_heads()
        return set(have) == set(ScriptDirectory.from_config(config).get_heads())
    except SQLAlchemyError:
        return False


def _queue_checks() -> dict[str, bool]:
    try:
        worker, scheduler = queue().mget(BEATS + "worker", BEATS + "scheduler")
    except RedisError:
        return {"queue": False, "worker": False, "scheduler": False}
    return {"queue": True, "worker": worker is not None, "scheduler": scheduler is not None}

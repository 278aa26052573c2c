"""How often a form was shown and refused, counted beside the database: a look or a robot's try writes no row.

The clock brings the numbers into the form's row; a queue that is away loses a few, and stops nobody.
"""

import logging
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import update

from app.core import health
from app.core.db import db
from app.webforms.models import WebForm

log = logging.getLogger(__name__)
COUNTS = "clientela:forms"  # a hash of "<id> shown" and "<id> refused"


def count(form: WebForm, what: str) -> None:
    """One more `shown` or `refused`."""
    try:
        health.queue().hincrby(COUNTS, f"{form.id} {what}", 1)
    except RedisError:
        log.warning("not counted: the queue is away")


def waiting() -> dict[tuple[int, str], int]:
    """Counted and not yet in the rows."""
    try:
        return {_key(name): int(n) for name, n in health.queue().hgetall(COUNTS).items()}  # type: ignore[union-attr]
    except RedisError:
        return {}


def _key(name: Any) -> tuple[int, str]:
    number, _, what = name.decode().partition(" ")
    return int(number), what


def bring_in() -> None:
    """Move what was counted into the rows; what is counted meanwhile stays for the next time. Flushes."""
    queue: Redis = health.queue()
    for (form_id, what), n in waiting().items():
        column = getattr(WebForm, what)
        db.session.execute(update(WebForm).where(WebForm.id == form_id).values({column: column + n}))
        queue.hincrby(COUNTS, f"{form_id} {what}", -n)

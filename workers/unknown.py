"""Jobs of a newer or an older program.

While hosts are upgraded one after the other, old and new workers take from one queue. Dramatiq would put aside for good
what it does not know; here it waits for a worker that does. After ten minutes it is given up and kept among the dead
for a week; the row it names is swept as ever.
"""

import logging
from typing import Any

import dramatiq
from dramatiq.middleware import CurrentMessage

from app.core.jobs import UNKNOWN
from workers import broker

log = logging.getLogger(__name__)
PAUSE = 30_000  # milliseconds until it is offered again
MOST_PAUSES = 20


class GivenUp(Exception):
    """Nobody has known this job for ten minutes."""


@dramatiq.actor(actor_name=UNKNOWN, max_retries=0)
def wait(*_arguments: Any) -> None:
    """Put the message back, for later. Raises GivenUp."""
    message = CurrentMessage.get_current_message()
    assert message is not None  # noqa: S101 (an actor has one)
    times = message.options.get("parked", 0)
    if times >= MOST_PAUSES:
        raise GivenUp(message.actor_name)
    log.warning("a job that this program does not know waits", extra={"job": message.actor_name})
    broker.enqueue(message.copy(options={"parked": times + 1}), delay=PAUSE)

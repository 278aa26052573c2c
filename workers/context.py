"""What surrounds every job: the application's context, a fresh session, nobody as actor, and a log line."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import dramatiq

from app.core import access, counting, entrance
from app.core.db import db
from workers import application

log = logging.getLogger(__name__)
RETRIES = 5
HOURS = 3600 * 1000


def job(
    name: str, hours: int = 6, always: bool = False
) -> Callable[[Callable[[int], None]], "dramatiq.Actor[Any, Any]"]:
    """Make a function of one row id the actor `name`. The function claims its row, so running twice is harmless.

    Left by an exception it is tried again (5 times with growing pauses); what is then still open, the sweep nudges.
    While the module is off (ACC-04) a message is let go, unless it is for `always`: the row waits, and the sweep sends
    another when it is on again.
    """

    def decorate(work: Callable[[int], None]) -> "dramatiq.Actor[Any, Any]":
        @wraps(work)
        def run(row_id: int) -> None:
            with application.app_context(), access.acting_as(access.NOBODY):
                tally, told = counting.begin(), {"job": name, "row": row_id}
                log.info("job starts", extra=told)
                try:
                    if always or entrance.is_on():
                        work(row_id)
                except BaseException as error:
                    told["failed"] = type(error).__name__
                    raise
                finally:
                    db.session.remove()
                    log.info("job ends", extra=told | {"ms": tally.ms, "statements": tally.statements})

        declare = dramatiq.actor(actor_name=name, max_retries=RETRIES, time_limit=hours * HOURS)
        return declare(run)

    return decorate

"""How often something may be asked for, counted in the queue's store so that all web processes share it (threat 20).

With the store away nothing is refused, and the log says so: a limit is no reason to stop working.
"""

import logging
from collections.abc import Iterable

from flask import current_app
from limits import RateLimitItem
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError
from werkzeug.exceptions import TooManyRequests

log = logging.getLogger(__name__)
Key = tuple[RateLimitItem, str]


def _limiter() -> FixedWindowRateLimiter:
    if "limiter" not in current_app.extensions:
        url = current_app.config["REDIS_URL"].replace("unix://", "redis+unix://", 1)
        current_app.extensions["limiter"] = FixedWindowRateLimiter(storage_from_string(url))
    return current_app.extensions["limiter"]  # type: ignore[no-any-return]


def refuse(what: str, keys: Iterable[Key]) -> None:
    """Raise 429 with Retry-After when one of the limits on `what` is reached. Counts nothing."""
    try:
        for item, key in keys:
            if not _limiter().test(item, what, key):
                raise TooManyRequests(retry_after=item.get_expiry())
    except RedisError:
        log.warning("limits are off: their store is away")


def count(what: str, keys: Iterable[Key]) -> None:
    """Count one of `what` under each of its limits."""
    try:
        for item, key in keys:
            _limiter().hit(item, what, key)
    except RedisError:
        log.warning("limits are off: their store is away")

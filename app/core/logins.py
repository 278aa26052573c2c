"""Limits on guessing passwords, counted in the queue's store so that all web processes share them (threats 20, 21).

Only failures count, per account and per address. With the store away a login works and the log says so.
"""

import logging

from flask import current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError
from werkzeug.exceptions import TooManyRequests

log = logging.getLogger(__name__)
PER_ACCOUNT: list[RateLimitItem] = [RateLimitItemPerMinute(5), parse("10 per 15 minute")]
PER_ADDRESS: list[RateLimitItem] = [RateLimitItemPerMinute(60)]


def _limiter() -> FixedWindowRateLimiter:
    if "login_limiter" not in current_app.extensions:
        url = current_app.config["REDIS_URL"].replace("unix://", "redis+unix://", 1)
        current_app.extensions["login_limiter"] = FixedWindowRateLimiter(storage_from_string(url))
    return current_app.extensions["login_limiter"]  # type: ignore[no-any-return]


def _keys(account: str) -> list[tuple[RateLimitItem, str]]:
    named = [(item, f"account:{account.lower()}") for item in PER_ACCOUNT]
    return named + [(item, f"address:{request.remote_addr}") for item in PER_ADDRESS]


def refuse_guessers(account: str) -> None:
    """Raise 429 with Retry-After when this account or address has failed too often."""
    try:
        for item, key in _keys(account):
            if not _limiter().test(item, "login", key):
                raise TooManyRequests(retry_after=item.get_expiry())
    except RedisError:
        log.warning("login limits are off: their store is away")


def count_failure(account: str) -> None:
    """Count one wrong password."""
    try:
        for item, key in _keys(account):
            _limiter().hit(item, "login", key)
    except RedisError:
        log.warning("login limits are off: their store is away")

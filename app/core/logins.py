"""Limits on guessing passwords and codes (threats 20, 21), and refusals that take equal time (threat 17).

Only failures count, per account and per address.
"""

import time

from flask import current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute, parse

from app.core import limits

PER_ACCOUNT: list[RateLimitItem] = [RateLimitItemPerMinute(5), parse("10 per 15 minute")]
PER_CODE: list[RateLimitItem] = [*PER_ACCOUNT, parse("30 per 1 day")]  # one in a million, three of them valid
PER_ADDRESS: list[RateLimitItem] = [RateLimitItemPerMinute(60)]


def _keys(account: str) -> list[limits.Key]:
    named = [(item, f"account:{account.lower()}") for item in PER_ACCOUNT]
    return named + [(item, f"address:{request.remote_addr}") for item in PER_ADDRESS]


def refuse_guessers(account: str) -> None:
    """Raise 429 with Retry-After when this account or address has failed too often."""
    limits.refuse("login", _keys(account))


def count_failure(account: str) -> None:
    """Count one wrong password."""
    limits.count("login", _keys(account))


def refuse_code_guessers(user_id: int) -> None:
    """Raise 429 with Retry-After when too many codes of this user were wrong."""
    limits.refuse("code", [(item, f"user:{user_id}") for item in PER_CODE])


def count_wrong_code(user_id: int) -> None:
    """Count one wrong code."""
    limits.count("code", [(item, f"user:{user_id}") for item in PER_CODE])


def wait_since(start: float) -> None:
    """Answer a refusal so many seconds after `start` (of `time.monotonic`), whatever was looked up and written."""
    time.sleep(max(0.0, start + current_app.config["LOGIN_REFUSAL_SECONDS"] - time.monotonic()))

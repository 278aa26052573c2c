"""Limits on guessing passwords (threats 20, 21). Only failures count, per account and per address."""

from flask import request
from limits import RateLimitItem, RateLimitItemPerMinute, parse

from app.core import limits

PER_ACCOUNT: list[RateLimitItem] = [RateLimitItemPerMinute(5), parse("10 per 15 minute")]
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

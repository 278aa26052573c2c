"""Who may send a form: people, from the sites that were named, not too often (RELIABILITY, threats 24-26)."""

import hashlib

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from redis.exceptions import RedisError

from app.core import clock, health, limits
from app.webforms.models import WebForm

TRAP = "homepage"  # a field that people don't see
STAMP = "stamp"
LARGEST = 64 * 1024  # bytes of a whole post
MOST_FIELDS = 60
QUICKEST, OLDEST = 3, 2 * 3600  # seconds between a stamp and its post
PER_ADDRESS: RateLimitItem = RateLimitItemPerMinute(5)
PER_FORM: RateLimitItem = RateLimitItemPerHour(100)


def stamp(form: WebForm) -> str:
    """A signed time for a page that we draw ourselves."""
    return _signer().dumps(form.id)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="webform-stamp")


def is_robot(form: WebForm, trap: str, stamp: str | None) -> bool:
    """Whether the trap was filled, or a stamp is false, another form's, too young, too old, or used before. Plain HTML
    on another site has no stamp."""
    if trap:
        return True
    if stamp is None:
        return False
    try:
        form_id, signed = _signer().loads(stamp, max_age=OLDEST, return_timestamp=True)
    except BadData:
        return True
    young = (clock.now() - signed).total_seconds() < QUICKEST
    return form_id != form.id or young or _was_used(stamp)


def _was_used(stamp: str) -> bool:
    """Each stamp serves once; with the store away a used one can't be told."""
    try:
        name = f"clientela:stamp:{hashlib.sha256(stamp.encode()).hexdigest()}"
        return not health.queue().set(name, 1, ex=OLDEST, nx=True)
    except RedisError:
        return False


def limit(form: WebForm, address: str | None) -> None:
    """Count one more post. Raises 429 after too many from one address, or of one form."""
    keys = [(PER_ADDRESS, f"{address}"), (PER_FORM, f"form:{form.id}")]
    limits.refuse("webform", keys)
    limits.count("webform", keys)


def may_come_from(form: WebForm, origin: str | None, ours: str) -> bool:
    """Whether a post with this Origin header is taken: our own page's always, others' as the form says."""
    if not form.origins or origin == ours:
        return origin != "null" or not form.origins
    return (origin or "").lower() in form.origins

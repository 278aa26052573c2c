"""Keys of programs: `Authorization: Bearer clk_…` at REST, with the person's rights narrowed to scopes (ACC-05).

A scope is an entity, or `*` for all, and "read" or "write" (which contains reading and deleting).
"""

import datetime as dt
import secrets

from flask import request
from flask_babel import gettext as _
from limits import RateLimitItemPerMinute
from sqlalchemy import ForeignKey, Identity, Integer, String, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import Unauthorized

from app.core import audit, clock, limits
from app.core.clock import UTCDateTime
from app.core.db import Model, db
from app.core.errors import RuleBroken
from app.core.sessions import digest

PREFIX = "clk_"
ALL = "*"
READ, WRITE = "read", "write"
READING = {"can_read", "can_get", "can_list", "can_show", "can_info"}
USED_EVERY = dt.timedelta(minutes=1)
PER_KEY = RateLimitItemPerMinute(600)
WRONG_PER_ADDRESS = RateLimitItemPerMinute(30)
MOST = 50  # keys of one person


class AccessKey(Model):
    """One key: its name and first characters, the hash of the whole, what it may do, when it was last used."""

    __tablename__ = "access_key"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    start: Mapped[str] = mapped_column(String(12))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    used_from: Mapped[str] = mapped_column(String(45), default="")
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    @property
    def is_over(self) -> bool:
        """Whether its day has passed."""
        return self.expires_at is not None and self.expires_at <= clock.now()


def make(user_id: int, name: str, scopes: dict[str, str], expires_at: dt.datetime | None, known: set[str]) -> str:
    """A new key; its text, told here alone. `known`: the entities there are. Raises RuleBroken."""
    name, errors = " ".join(name.split()), {}
    if not name or len(name) > 80 or not name.isprintable():
        errors["name"] = _("A name of at most 80 characters, please.")
    if not scopes or not set(scopes) <= known | {ALL} or not set(scopes.values()) <= {READ, WRITE}:
        errors["scopes"] = _("Choose what the key may do.")
    if expires_at is not None and expires_at <= clock.now():
        errors["expires"] = _("This day has passed.")
    if len(of(user_id)) >= MOST:
        errors["name"] = _("You have %(most)s keys already: revoke some first.", most=MOST)
    if errors:
        raise RuleBroken(errors)
    key = PREFIX + secrets.token_urlsafe(32)
    row = AccessKey(user_id=user_id, name=name, start=key[:10], key_hash=digest(key), scopes=scopes)
    row.expires_at = expires_at
    db.session.add(row)
    audit.note("key.made", f"{name} ({row.start}…)", None, {"scopes": scopes, "until": expires_at})
    return key


def of(user_id: int) -> list[AccessKey]:
    """A user's keys that are not revoked, the newest first."""
    mine = select(AccessKey).where(AccessKey.user_id == user_id, AccessKey.revoked_at.is_(None))
    return list(db.session.scalars(mine.order_by(AccessKey.id.desc()).limit(MOST)))


def revoke(key_id: int, user_id: int) -> bool:
    """End one key of this user; False when it is another's, nobody's or ended."""
    row = db.session.scalar(select(AccessKey).where(AccessKey.id == key_id, AccessKey.user_id == user_id))
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = clock.now()
    audit.note("key.revoked", f"{row.name} ({row.start}…)")
    return True


def revoke_all(user_id: int) -> None:
    """End all keys of a user."""
    for row in of(user_id):
        revoke(row.id, user_id)


def opened_by(key: str) -> AccessKey:
    """The row of a key that holds; its use is noted. Raises Unauthorized, and 429 for too many wrong or too busy ones.

    A key has 256 random bits, so its hash is looked up as it is.
    """
    guesser = [(WRONG_PER_ADDRESS, request.remote_addr or "")]
    limits.refuse("wrong key", guesser)
    now = clock.now()
    holds = or_(AccessKey.expires_at.is_(None), AccessKey.expires_at > now)
    found = select(AccessKey).where(AccessKey.key_hash == digest(key), AccessKey.revoked_at.is_(None), holds)
    row = db.session.scalar(found)
    if row is None:
        limits.count("wrong key", guesser)
        raise Unauthorized(_("This key does not hold."))
    limits.refuse("key", [(PER_KEY, str(row.id))])
    limits.count("key", [(PER_KEY, str(row.id))])
    return row


def note_use(row: AccessKey) -> bool:
    """Write down that a key is used, at most once a minute; whether there is something to commit."""
    now = clock.now()
    if row.used_at and now - row.used_at < USED_EVERY:
        return False
    values = {"used_at": now, "used_from": (request.remote_addr or "")[:45]}
    db.session.execute(update(AccessKey).where(AccessKey.id == row.id).values(values))
    return True


def allows(scopes: dict[str, str], permission: str, entity: str) -> bool:
    """Whether a key with these scopes may use a permission ("can_read") of an entity ("Contact")."""
    level = scopes.get(entity) or scopes.get(ALL)
    return level == WRITE or (level == READ and permission in READING)

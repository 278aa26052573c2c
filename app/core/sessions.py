"""Sign-ins that still hold, one row each (ACC-05): cookie and bearer token carry a random key, the table its hash.

A row that is gone ends the session everywhere at once (RELIABILITY, threat 15).
"""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable

from flask import current_app, has_request_context, request
from sqlalchemy import ForeignKey, Identity, Integer, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.clock import UTCDateTime
from app.core.db import Model, db

PASSWORD, OPENID, REST = "password", "openid", "rest"
SEEN_EVERY = dt.timedelta(minutes=5)


class UserSession(Model):
    """Who signed in, how, from where; when it was last seen, and when it ends by itself."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    way: Mapped[str] = mapped_column(String(10))
    agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    seen_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    until: Mapped[dt.datetime] = mapped_column(UTCDateTime, index=True)

    @property
    def device(self) -> str:
        """Browser and system in words."""
        return device(self.agent)


def digest(key: str) -> str:
    """What is stored of a random key. Its own length makes it safe without salt."""
    return hashlib.sha256(key.encode()).hexdigest()


def _here() -> dict[str, str]:
    if not has_request_context():
        return {"agent": "", "address": ""}
    return {"agent": (request.user_agent.string or "")[:300], "address": (request.remote_addr or "")[:45]}


def life() -> dt.timedelta:
    """How long a session holds that nobody uses."""
    return dt.timedelta(seconds=int(current_app.permanent_session_lifetime.total_seconds()))


def as_delta(seconds: float | dt.timedelta) -> dt.timedelta:
    """A life as configured, in seconds or as a timedelta."""
    return seconds if isinstance(seconds, dt.timedelta) else dt.timedelta(seconds=seconds)


def begin(user_id: int, way: str, lasting: dt.timedelta | None = None) -> str:
    """A new session; its key, which is told here alone. `lasting` is the life of one that use does not prolong."""
    key = secrets.token_urlsafe(32)
    until = clock.now() + (lasting or life())
    db.session.add(UserSession(key_hash=digest(key), user_id=user_id, way=way, until=until, **_here()))
    db.session.flush()
    return key


def touch(session_id: int, seen_at: dt.datetime, way: str) -> bool:
    """Note that a session is used, at most every five minutes; whether there was something to commit."""
    now = clock.now()
    if now - seen_at < SEEN_EVERY:
        return False
    values = {"seen_at": now, "address": _here()["address"]} | ({} if way == REST else {"until": now + life()})
    stale = update(UserSession).where(UserSession.id == session_id, UserSession.seen_at < now - SEEN_EVERY)
    return bool(db.session.execute(stale.values(values)).rowcount)  # type: ignore[attr-defined]


def renew(session_id: int) -> str:
    """Give a session another key: copies of the former one are worth nothing."""
    key = secrets.token_urlsafe(32)
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(key_hash=digest(key)))
    return key


def of(user_id: int, limit: int = 100) -> list[UserSession]:
    """A user's sessions that hold, the last used first."""
    mine = select(UserSession).where(UserSession.user_id == user_id, UserSession.until > clock.now())
    return list(db.session.scalars(mine.order_by(UserSession.seen_at.desc(), UserSession.id.desc()).limit(limit)))


def end(session_id: int, user_id: int) -> bool:
    """End one session of this user; False when it is nobody's or another's."""
    one = delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id)
    return bool(db.session.execute(one).rowcount)  # type: ignore[attr-defined]


def end_all(user_ids: Iterable[int], but: int | None = None, way: str | None = None) -> None:
    """End all sessions of these users, `but` one; only those of one `way` where it is named."""
    theirs = delete(UserSession).where(UserSession.user_id.in_(list(user_ids)))
    theirs = theirs if but is None else theirs.where(UserSession.id != but)
    theirs = theirs if way is None else theirs.where(UserSession.way == way)
    db.session.execute(theirs.execution_options(synchronize_session=False))


def forget() -> None:
    """Take away the rows of sessions that have ended by themselves."""
    db.session.execute(delete(UserSession).where(UserSession.until < clock.now()))


# In this order: what comes later says the names of what comes before, too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """The browser and system that a User-Agent header names ("Firefox, Windows"); else its first word, "" for none."""
    named = [next((name for word, name in known if word in agent), "") for known in (BROWSERS, SYSTEMS)]
    words = [name for name in named if name]
    return ", ".join(words) or re.sub(r"[^\w.+-]", "", (agent.split("/")[0].split() or [""])[0])[:40]

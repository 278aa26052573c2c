"""Two-factor login by codes of an authenticator program (RFC 6238), with recovery codes (ACC-05).

The secret is sealed at rest (threat 33), a code is good once, a recovery code is stored hashed and goes with its use.
"""

import base64
import datetime as dt
import hmac
import logging
import re
import secrets
from collections.abc import Callable
from contextlib import suppress

import pyotp
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import BigInteger, ForeignKey, String, Text, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import audit, clock
from app.core.access import Actor
from app.core.clock import UTCDateTime
from app.core.db import Model, db
from app.core.errors import Conflict, RuleBroken
from app.core.people import User
from app.core.sealing import Unreadable, resealed, seal, unseal
from app.core.sessions import digest

log = logging.getLogger(__name__)
STEP = 30  # seconds
WINDOW = (0, -1, 1)  # steps: clocks of phones are not exact
RECOVERY_CODES = 10
# Rules of the rooms about who has to have it; each takes an actor.
REQUIRED: list[Callable[[Actor], bool]] = []


class TwoFactor(Model):
    """A user's secret. It counts once a first code has confirmed it; codes of `last_step` and before are spent."""

    __tablename__ = "two_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class RecoveryCode(Model):
    """One code that has not been used, as its hash: 80 random bits need no salt."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("two_factor.user_id", ondelete="CASCADE"), index=True)


def is_on(user_id: int) -> bool:
    """Whether the user signs in with a second step."""
    row = db.session.get(TwoFactor, user_id)
    return row is not None and row.confirmed_at is not None


def is_required(actor: Actor) -> bool:
    """Whether a rule asks this person to have it."""
    return any(rule(actor) for rule in REQUIRED)


def begin(user_id: int) -> None:
    """Make a secret that waits for its first code, in place of one that never got any. Raises Conflict."""
    if is_on(user_id):
        raise Conflict
    db.session.execute(delete(TwoFactor).where(TwoFactor.user_id == user_id))
    db.session.add(TwoFactor(user_id=user_id, secret=seal(pyotp.random_base32())))
    db.session.flush()


def waiting_secret(user_id: int) -> str:
    """The secret that is being set up, to be typed or scanned; "" where none is."""
    row = db.session.get(TwoFactor, user_id)
    return _secret_of(row) if row and row.confirmed_at is None else ""


def _secret_of(row: TwoFactor) -> str:
    """The secret; "" for one sealed under a lost key, whose owner has recovery codes and administrators."""
    try:
        return unseal(row.secret)
    except Unreadable:
        log.error("the second step of user %s is sealed with a key that is not here", row.user_id)
        return ""


def reseal() -> None:
    """Put all secrets under the present key; what no known key opens stays as it is."""
    for row in db.session.scalars(select(TwoFactor)):
        with suppress(Unreadable):
            row.secret = resealed(row.secret)
    db.session.flush()


def address_of(secret: str, account: str) -> str:
    """The secret as authenticator programs read it from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=current_app.config["APP_NAME"])


def confirm(user_id: int, code: str) -> list[str]:
    """Turn it on with a first code; the recovery codes, told here alone. Raises RuleBroken for a wrong code."""
    if not waiting_secret(user_id) or not _code_fits(user_id, code):
        raise RuleBroken(
            {"code": _("This code is not right. Codes change every 30 seconds; is the phone's time right?")}
        )
    row = db.session.get_one(TwoFactor, user_id)
    row.confirmed_at = clock.now()
    audit.note("two_factor.on", name_of(user_id))
    return new_recovery_codes(user_id)


def new_recovery_codes(user_id: int) -> list[str]:
    """Fresh recovery codes in place of the former ones."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_readable(secrets.token_bytes(10)) for _i in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(code_hash=digest(_plain(code)), user_id=user_id) for code in codes)
    db.session.flush()
    return codes


def codes_left(user_id: int) -> int:
    """How many recovery codes have not been used."""
    return db.session.scalar(select(func.count()).where(RecoveryCode.user_id == user_id)) or 0


def verify(user_id: int, typed: str) -> bool:
    """Whether this is a code of now or a recovery code, neither used before; it is used up."""
    return _code_fits(user_id, typed) or _recovery_code_fits(user_id, typed)


def turn_off(user_id: int) -> None:
    """Forget the secret and its recovery codes."""
    audit.note("two_factor.off", name_of(user_id))
    db.session.execute(delete(TwoFactor).where(TwoFactor.user_id == user_id))


def name_of(user_id: int) -> str:
    """What the log calls a user."""
    return db.session.scalar(select(User.username).where(User.id == user_id)) or ""


def _code_fits(user_id: int, typed: str) -> bool:
    """Two requests with one code at once: one of them moves `last_step`, the other finds it moved."""
    code = re.sub(r"\s", "", typed)
    row = db.session.get(TwoFactor, user_id)
    secret = _secret_of(row) if row else ""
    if not secret or not re.fullmatch(r"[0-9]{6}", code):
        return False
    otp, now = pyotp.TOTP(secret), int(clock.now().timestamp()) // STEP
    step = next((now + i for i in WINDOW if hmac.compare_digest(otp.generate_otp(now + i), code)), 0)
    fresh = update(TwoFactor).where(TwoFactor.user_id == user_id, TwoFactor.last_step < step)
    return bool(step and db.session.execute(fresh.values(last_step=step)).rowcount)  # type: ignore[attr-defined]


def _recovery_code_fits(user_id: int, typed: str) -> bool:
    used = delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == digest(_plain(typed)))
    return bool(db.session.execute(used).rowcount)  # type: ignore[attr-defined]


def _readable(random: bytes) -> str:
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _plain(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed).lower()[:100]

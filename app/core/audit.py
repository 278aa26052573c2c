"""The log of logins and of what administrators do (ACC-05): written in the act's own transaction, changed by nobody.

A trigger of the database refuses to change a line, and to take away one of the last thirty days.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from flask import has_request_context, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Identity, Index, Integer, String, delete
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core import access, clock
from app.core.clock import UTCDateTime
from app.core.db import Model, db
from app.core.text import printable

SHORTEST_DAYS = 30  # as the trigger has it
LONGEST_VALUE = 500
HIDDEN = "•••"
SECRET = re.compile(
    r"(^|[_. ])(password|passwd|pwd|secret|token|api_?key|otp|code|credentials?)s?($|[_. ])", re.IGNORECASE
)
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")

ACTS: dict[str, Any] = {
    "login": _l("Signed in"),
    "login.failed": _l("Failed to sign in"),
    "logout": _l("Signed out"),
    "user.added": _l("User added"),
    "user.changed": _l("User changed"),
    "user.deleted": _l("User deleted"),
    "password.changed": _l("Password changed"),
    "role.added": _l("Role added"),
    "role.changed": _l("Role changed"),
    "role.deleted": _l("Role deleted"),
    "group.added": _l("Group added"),
    "group.changed": _l("Group changed"),
    "group.deleted": _l("Group deleted"),
    "session.ended": _l("Session ended"),
    "two_factor.on": _l("Two-factor login turned on"),
    "two_factor.off": _l("Two-factor login turned off"),
    "two_factor.codes": _l("New recovery codes made"),
    "key.made": _l("Key for programs made"),
    "key.revoked": _l("Key for programs revoked"),
    "setting.changed": _l("Setting changed"),
    "access.changed": _l("Access rights changed"),
    "export.all": _l("Exported all"),
    "record.merged": _l("Records merged"),
    "record.deleted": _l("Deleted for good"),
    "backup.made": _l("Backup made"),
    "backup.restored": _l("Backup restored"),
}


class AuditEntry(Model):
    """One line. Who did it is written by id and by name, so that it outlives the user; `before` and `after` hold what
    an act changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_act", "act", "at"),
        Index("ix_audit_entry_user", "user_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=clock.now)
    user_id: Mapped[int | None] = mapped_column(Integer)
    who: Mapped[str] = mapped_column(String(130), default="")
    act: Mapped[str] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(String(255), default="")
    before: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    address: Mapped[str] = mapped_column(String(45), default="")


def declare(act: str, label: Any) -> str:
    """Name a further act, with what pages call it; gives the act back."""
    ACTS[act] = label
    return act


def note(
    act: str, what: Any = "", before: Any = None, after: Any = None, who: tuple[int | None, str] | None = None
) -> None:
    """Write down that the actor (or `who`: id and name) did `act` to `what`; the caller's commit makes it so.

    `before` and `after` are single values, or mappings of which only the differing keys are kept. What is named like
    a secret is not written. Raises KeyError for an act that nobody declared.
    """
    if act not in ACTS:
        raise KeyError(act)
    actor = access.current()
    user_id, name = who or (actor.user_id, actor.name)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        before, after = _differing(before, after)
    named = what if isinstance(what, str) else ""
    db.session.add(
        AuditEntry(
            user_id=user_id,
            who=printable(name)[:130],
            act=act,
            what=printable(str(what))[:255],
            before=_told(before, named),
            after=_told(after, named),
            address=(request.remote_addr or "")[:45] if has_request_context() else "",
        )
    )


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {k: before[k] for k in keys if k in before}, {k: after[k] for k in keys if k in after}


def _told(value: Any, name: str = "") -> Any:
    """The value as JSON has it, with secrets hidden and long texts cut."""
    if isinstance(value, Mapping):
        return {str(key): _told(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_told(inner, name) for inner in value][:100]
    if value is None or isinstance(value, bool) or value == "":
        return value
    if SECRET.search(name):
        return HIDDEN
    if isinstance(value, int | float):
        return value
    return CREDENTIALS.sub(f"{HIDDEN}@", printable(str(value)))[:LONGEST_VALUE]


def forget(days: int) -> None:
    """Take away what is older than so many days, thirty at least."""
    edge = clock.now() - dt.timedelta(days=max(days, SHORTEST_DAYS + 1))
    db.session.execute(delete(AuditEntry).where(AuditEntry.at < edge))

"""Users, roles and groups as they change, by whichever door: noted in the log, and sessions ended whose rights have
changed (ACC-05; RELIABILITY, threat 15)."""

from typing import Any

from flask import g, has_request_context
from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from app.core import access, audit, sessions

SEEN = {
    User: ("username", "first_name", "last_name", "email", "active", "roles", "groups"),
    Group: ("name", "label", "users", "roles"),
    Role: ("name", "permissions"),
}
NAMES = {User: "user", Group: "group", Role: "role"}
RIGHTS = {"password", "active", "roles", "groups"}


@event.listens_for(Session, "before_flush")
def _watch(session: Session, *_: object) -> None:
    """What is new, changed or deleted in this flush. Roles that `deploy` makes are nobody's act."""
    for rows, verb in ((session.new, "added"), (session.deleted, "deleted"), (session.dirty, "changed")):
        for row in [r for r in rows if type(r) in SEEN]:
            if not (access.current().unrestricted and isinstance(row, Role)):
                _note(row, verb)
            if verb == "changed":
                _end_sessions(row)


def _note(row: Any, verb: str) -> None:
    before, after = _values(row)
    changed = {key for key in (*before, *after) if before.get(key) != after.get(key)}
    kind, name = NAMES[type(row)], row.username if isinstance(row, User) else row.name
    if verb == "deleted":
        audit.note(f"{kind}.deleted", name)
    elif changed or verb == "added":
        audit.note(f"{kind}.{verb}", name, before if verb == "changed" else None, after)
    if verb == "changed" and "password" in _changed(row, ("password",)):
        audit.note("password.changed", name)


def _values(row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The watched values before and after, of those that were touched."""
    before, after = {}, {}
    for key in _changed(row, SEEN[type(row)]):
        history = inspect(row).attrs[key].history
        kept = list(history.unchanged or ())
        before[key] = _word(row, key, [*kept, *(history.deleted or ())])
        after[key] = _word(row, key, [*kept, *(history.added or ())])
    return before, after


def _changed(row: Any, keys: tuple[str, ...]) -> list[str]:
    state = inspect(row)
    return [key for key in keys if key in state.attrs and state.attrs[key].history.has_changes()]


def _word(row: Any, key: str, values: list[Any]) -> Any:
    if inspect(type(row)).relationships.get(key) is not None:
        return sorted(str(getattr(value, "username", value)) for value in values)
    return values[-1] if values else None


def _end_sessions(row: Any) -> None:
    """The one in which a person changes his own stays; its key is renewed by the door."""
    whom: set[int] = set()
    if isinstance(row, User) and _changed(row, tuple(RIGHTS)):
        whom = {row.id}
    elif isinstance(row, Group) and _changed(row, ("users", "roles")):
        history = inspect(row).attrs["users"].history
        touched = [*(history.added or ()), *(history.deleted or ())]
        whom = {user.id for user in (row.users if _changed(row, ("roles",)) else touched)}
    if whom - {None}:
        mine = g.get("session_id") if has_request_context() and access.current().user_id in whom else None
        sessions.end_all(whom - {None}, but=mine)

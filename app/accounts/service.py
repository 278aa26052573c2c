"""Verbs of the pages about signing in: what the owner asks, and what administrators may do (ACC-05)."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select

from app.core import access, audit, clock, keys, sessions, two_factor
from app.core.access import Actor
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.keys import AccessKey
from app.core.people import OWNER, User
from app.core.sessions import UserSession
from app.core.two_factor import TwoFactor
from app.settings import preferences
from app.settings.preferences import Choice

NOBODY, ADMINISTRATORS, ALL = "nobody", "administrators", "all"
WHO = {
    NOBODY: _l("Nobody: each decides for himself"),
    ADMINISTRATORS: _l("Administrators and owners"),
    ALL: _l("Everybody"),
}
# What a key may be for, as people call it; what is not here is called by its own name.
ENTITIES = {
    keys.ALL: _l("All"),
    "Automation": _l("Automations"),
    "Bounce": _l("Returned mails"),
    "Bulk": _l("Group operations"),
    "Case": _l("Cases"),
    "Contact": _l("Contacts"),
    "Document": _l("Files"),
    "Export": _l("Exports"),
    "HistoryEvent": _l("History"),
    "Import": _l("Imports"),
    "Invoice": _l("Invoices"),
    "Item": _l("Items"),
    "Opportunity": _l("Opportunities"),
    "Project": _l("Projects"),
    "Report": _l("Reports"),
    "SavedView": _l("Views of lists"),
    "Search": _l("Search"),
    "Tag": _l("Tags"),
    "Task": _l("Tasks"),
    "Tax": _l("Taxes"),
    "Webhook": _l("Webhooks"),
}
SECOND_STEP = Choice("accounts.two_factor", _l("Two-factor login is required of"), "", NOBODY)
LOG_DAYS = Choice("accounts.log_days", _l("Days that the log is kept"), "", 730, range(31, 3651))


def requires_second_step(actor: Actor) -> bool:
    """The owner's rule, for this person."""
    rule = preferences.chosen(SECOND_STEP)
    return rule == ALL or (rule == ADMINISTRATORS and actor.is_admin)


if requires_second_step not in two_factor.REQUIRED:
    two_factor.REQUIRED.append(requires_second_step)


def choose(choice: Choice, value: Any) -> None:
    """Write down a rule of the owner. Raises RuleBroken for a value there is not."""
    if choice is SECOND_STEP and value not in WHO:
        raise RuleBroken({choice.key: _("Choose one of the list.")})
    if choice.bounds is not None and value not in choice.bounds:
        bounds = {"first": choice.bounds[0], "last": choice.bounds[-1]}
        raise RuleBroken({choice.key: _("A whole number from %(first)s to %(last)s.", **bounds)})
    preferences.put(choice.key, value)


@dataclass(frozen=True)
class Line:
    """One person on the administrators' page."""

    user: User
    second_step: bool
    sessions: int
    keys: int


def people(typed: str, page: int, size: int) -> tuple[list[Line], int]:
    """One page of the users whose names hold `typed`, and how many they are; four statements whatever there is."""
    words = f"%{typed.replace('%', '').replace('_', '').lower()}%"
    full = func.lower(User.first_name + " " + User.last_name)
    fits = or_(full.like(words), func.lower(User.username).like(words), func.lower(User.email).like(words))
    total = db.session.scalar(select(func.count()).select_from(User).where(fits)) or 0
    ordered = select(User).where(fits).order_by(User.last_name, User.first_name, User.id)
    users = list(db.session.scalars(ordered.limit(size).offset(page * size)))
    ids = [user.id for user in users]
    on = _counts(TwoFactor, ids, TwoFactor.confirmed_at.isnot(None))
    open_ = _counts(UserSession, ids, UserSession.until > clock.now())
    held = _counts(AccessKey, ids, AccessKey.revoked_at.is_(None))
    return [Line(user, user.id in on, open_.get(user.id, 0), held.get(user.id, 0)) for user in users], total


def _counts(model: Any, ids: list[int], condition: Any) -> dict[int, int]:
    counted = select(model.user_id, func.count()).where(model.user_id.in_(ids), condition).group_by(model.user_id)
    return dict(db.session.execute(counted).all())  # type: ignore[arg-type]


def roles_of(user: User) -> set[str]:
    """The names of a user's roles, his own and his groups'."""
    return {role.name for role in user.roles} | {role.name for group in user.groups for role in group.roles}


def check_may_touch(user: User) -> None:
    """Administrators look after everybody but owners, whom only owners touch. Raises NotAllowed."""
    if OWNER in roles_of(user) and OWNER not in access.current().roles:
        raise NotAllowed


def reset_second_step(user: User) -> None:
    """Let a person who lost phone and codes in again by password alone; his sessions end. Raises NotAllowed."""
    check_may_touch(user)
    if db.session.get(TwoFactor, user.id):
        two_factor.turn_off(user.id)
        sessions.end_all([user.id])


def end_session(user: User, session_id: int) -> bool:
    """End one of a person's sessions; False when it has ended. Raises NotAllowed."""
    check_may_touch(user)
    ended = sessions.end(session_id, user.id)
    if ended:
        audit.note("session.ended", user.username)
    return ended


def end_sessions(user: User) -> None:
    """End all of a person's sessions. Raises NotAllowed."""
    check_may_touch(user)
    sessions.end_all([user.id])
    audit.note("session.ended", f"{user.username}: {_('all')}")


def revoke_key(user: User, key_id: int) -> bool:
    """End one of a person's keys; False when it has ended. Raises NotAllowed."""
    check_may_touch(user)
    return keys.revoke(key_id, user.id)

"""The owner's verbs of "Access rights" and "Modules and tools" (ACC-04). What they mean is said in core.entrance."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from app.core.db import db
from app.core.entrance import chosen
from app.core.errors import Conflict, RuleBroken
from app.core.people import ADMINISTRATOR, OWNER, USER, Group, Role, User, role_named
from app.core.text import fold, like_fragment

FOUND = 20


def choose(everyone: bool, principals: list[int], version: int | None) -> None:
    """Let everyone in, or the chosen users (n) and groups (-n) alone; the choice is kept while everyone is let in.

    Raises Conflict, RuleBroken for whom there is not, and where nobody at all would be chosen.
    """
    row = chosen()
    if version != row.version:
        raise Conflict
    wanted = sorted(set(principals))
    if not everyone and not wanted:
        raise RuleBroken({"principals": _("Choose at least one user or group.")})
    if len(_known(wanted)) < len(wanted):
        raise RuleBroken({"principals": _("One of these users or groups does not exist.")})
    row.everyone, row.principals = everyone, wanted
    db.session.flush()


def _known(principals: list[int]) -> set[int]:
    users = db.session.scalars(select(User.id).where(User.id.in_([p for p in principals if p > 0])))
    groups = db.session.scalars(select(Group.id).where(Group.id.in_([-p for p in principals if p < 0])))
    return {*users, *(-group for group in groups)}


def turn(on: bool) -> None:
    """Turn the module on or off for everybody."""
    chosen().is_on = on
    db.session.flush()


def of_role(name: str) -> list[User]:
    """The users who have a role themselves, by name."""
    mine = select(User).join(User.roles).where(Role.name == name).order_by(User.first_name, User.last_name)
    return list(db.session.scalars(mine.limit(300)))


def appoint(user_id: Any) -> User:
    """Make a user a CRM administrator. Raises RuleBroken for whom there is not."""
    user = db.session.get(User, user_id) if user_id else None
    if user is None or not user.active:
        raise RuleBroken({"administrator": _("There is no such user.")})
    role = role_named(ADMINISTRATOR)
    if role not in user.roles:
        user.roles.append(role)
    db.session.flush()
    return user


def dismiss(user_id: int) -> User | None:
    """Make an administrator a plain user; open sessions end with that (`watching`)."""
    user = db.session.get(User, user_id)
    if user is None or ADMINISTRATOR not in {role.name for role in user.roles}:
        return None
    left = [role for role in user.roles if role.name != ADMINISTRATOR]
    user.roles = left or [role_named(USER)]
    db.session.flush()
    return user


def accounts(typed: str) -> list[dict[str, Any]]:
    """Active users, in the CRM or not, by words of their name, as look-ups offer them."""
    pattern = like_fragment(fold(typed))
    full = func.lower(User.first_name + " " + User.last_name)
    found = select(User).where(User.active, or_(full.like(pattern), func.lower(User.username).like(pattern)))
    users = db.session.scalars(found.order_by(User.first_name, User.last_name).limit(FOUND))
    return [{"value": u.id, "text": u.get_full_name(), "sub": u.username} for u in users]


def groups(typed: str) -> list[dict[str, Any]]:
    """Groups by words of their name, with their number turned round, as look-ups offer them."""
    named = select(Group).where(func.lower(Group.name).like(like_fragment(fold(typed)))).order_by(Group.name)
    return [{"value": -g.id, "text": g.label or g.name, "sub": ""} for g in db.session.scalars(named.limit(FOUND))]


def always_in() -> list[User]:
    """The owners, who are in whatever is chosen."""
    return of_role(OWNER)

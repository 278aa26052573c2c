"""What the product knows of a user beyond Flask-AppBuilder's own table, and the actor made from it."""

import datetime as dt
from typing import Any, NamedTuple

from flask_appbuilder.security.sqla.models import Group, Role, User, assoc_group_role, assoc_user_group, assoc_user_role
from sqlalchemy import ForeignKey, String, and_, func, select, true
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, entrance
from app.core.access import EVERYONE, Actor
from app.core.db import Model, db
from app.core.entrance import ADMINISTRATOR, OWNER, Entrance, insider
from app.core.sessions import UserSession, digest

USER, READ_ONLY = "User", "Read only"
ADMIN_ROLES = {OWNER, ADMINISTRATOR}
# Words people use for the same thing on the command line.
ROLE_ALIASES = {
    "admin": OWNER,
    "crm administrator": ADMINISTRATOR,
    "crm-administrator": ADMINISTRATOR,
    "manager": ADMINISTRATOR,
    "salesman": USER,
    "read-only": READ_ONLY,
    "readonly": READ_ONLY,
}


class Profile(Model):
    """Language and time zone of one user."""

    __tablename__ = "user_profile"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str] = mapped_column(String(64), default="Europe/Rome", server_default="Europe/Rome")


def profile_of(user_id: int) -> Profile:
    """The user's profile, made at the first question."""
    profile = db.session.get(Profile, user_id)
    if profile is None:
        profile = Profile(user_id=user_id, timezone="Europe/Rome")
        db.session.add(profile)
        db.session.flush()
    return profile


def zone_of(user_id: int) -> str:
    """The IANA name of the time zone where the user is."""
    return db.session.scalar(select(Profile.timezone).where(Profile.user_id == user_id)) or "Europe/Rome"


def load_actor(user_id: int) -> Actor | None:
    """The actor for a user; None for who is unknown, inactive or outside the CRM. For whoever works for somebody: what
    is done for nobody any more, is not done."""
    row = db.session.execute(_actor_statement(user_id)).one_or_none()
    actor = _actor(user_id, row, heed_switch=False)
    return None if actor is None or actor.shut else actor


def load_account(user_id: int) -> Actor | None:
    """As `load_actor`, for doors: who is outside the CRM, and everybody while it is off, is an actor with the reason in
    `shut` who sees no row; None for unknown and inactive users."""
    row = db.session.execute(_actor_statement(user_id)).one_or_none()
    return _actor(user_id, row)


class Entered(NamedTuple):
    """Who came with the key of a session, and that session's own facts."""

    actor: Actor
    session_id: int
    seen_at: dt.datetime
    way: str


def entered(user_id: int, key: str) -> Entered | None:
    """Whoever holds the key of a session of this user that has not ended, in one statement."""
    statement = _actor_statement(user_id).add_columns(UserSession.id, UserSession.seen_at, UserSession.way)
    mine = and_(UserSession.user_id == User.id, UserSession.key_hash == digest(key), UserSession.until > clock.now())
    row = db.session.execute(statement.join(UserSession, mine)).one_or_none()
    actor = _actor(user_id, row)
    return Entered(actor, row.id, row.seen_at, row.way) if actor and row else None


def _actor(user_id: int, row: Any, heed_switch: bool = True) -> Actor | None:
    if row is None or not row.active:
        return None
    roles = {*(row.own_roles or ()), *(row.group_roles or ())}
    mine = (user_id, *(-g for g in row.group_ids or ()))
    is_in = entrance.admits(row.everyone, row.principals, roles, set(mine))
    shut = entrance.OUTSIDE if not is_in else entrance.OFF if heed_switch and not row.is_on else ""
    return Actor(
        user_id=user_id,
        name=f"{row.first_name} {row.last_name}".strip(),
        is_admin=not shut and bool(ADMIN_ROLES & roles),
        principals=() if shut else (EVERYONE, *mine),
        locale=row.locale or "",
        timezone=row.timezone or "Europe/Rome",
        roles=tuple(sorted(roles)),
        shut=shut,
    )


def _actor_statement(user_id: int) -> Any:
    groups = select(assoc_user_group.c.group_id).where(assoc_user_group.c.user_id == user_id)
    group_ids = select(func.array_agg(groups.subquery().c.group_id)).scalar_subquery()
    own = select(Role.name).join(assoc_user_role, assoc_user_role.c.role_id == Role.id)
    inherited = select(Role.name).join(assoc_group_role, assoc_group_role.c.role_id == Role.id)
    own = own.where(assoc_user_role.c.user_id == user_id)
    inherited = inherited.where(assoc_group_role.c.group_id.in_(groups))
    return (
        select(
            User.active,
            User.first_name,
            User.last_name,
            Profile.locale,
            Profile.timezone,
            Entrance.is_on,
            Entrance.everyone,
            Entrance.principals,
            group_ids.label("group_ids"),
            select(func.array_agg(own.subquery().c.name)).scalar_subquery().label("own_roles"),
            select(func.array_agg(inherited.subquery().c.name)).scalar_subquery().label("group_roles"),
        )
        .outerjoin(Profile, Profile.user_id == User.id)
        .join(Entrance, true())
        .where(User.id == user_id)
    )


def role_named(name: str) -> Role | None:
    """The role with this name, in any case and under its customary aliases."""
    wanted = ROLE_ALIASES.get(name.lower(), name)
    return db.session.scalar(select(Role).where(func.lower(Role.name) == wanted.lower()))


def user_named(name: str) -> User | None:
    """A user of the CRM by user name, email or full name; None when nobody or several fit."""
    key = name.strip().lower()
    full = func.lower(User.first_name + " " + User.last_name)
    found = db.session.scalars(
        select(User).where(
            insider(), (func.lower(User.username) == key) | (func.lower(User.email) == key) | (full == key)
        )
    ).all()
    return found[0] if len(found) == 1 else None


def names_of_principals(ids: list[int]) -> dict[int, str]:
    """Who the principals are: users (n) and groups (-n), as {principal: name}; unknown ones are left out."""
    users = db.session.scalars(select(User).where(User.id.in_([i for i in ids if i > 0])))
    groups = db.session.scalars(select(Group).where(Group.id.in_([-i for i in ids if i < 0])))
    return {u.id: u.get_full_name() for u in users} | {-g.id: g.label or g.name for g in groups}


def crm_users(limit: int = 300) -> list[User]:
    """Users of the CRM, by name, as many as a filter list can bear."""
    users = select(User).where(insider()).order_by(User.first_name, User.last_name)
    return list(db.session.scalars(users.limit(limit)))

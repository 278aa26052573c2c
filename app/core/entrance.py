"""Who may use the CRM, and whether it is on at all (ACC-04): decided here, for every door and every worker.

Owner and CRM administrators are always in, so that nobody locks himself out. While the module is off nothing of it is
shown or done: doors answer with a sentence, jobs and mails wait as the rows they are, until it is on again.
"""

from typing import Any

from flask import current_app, request
from flask_appbuilder.security.sqla.models import Role, User, assoc_group_role, assoc_user_group, assoc_user_role
from flask_babel import gettext as _
from sqlalchemy import ARRAY, ColumnElement, Integer, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import access
from app.core.db import Model, db
from app.core.errors import Shut
from app.core.mixins import Stamped
from app.core.setting import Setting

OFF, OUTSIDE = "off", "outside"
OWNER, ADMINISTRATOR = "Owner", "Administrator"
ALWAYS_IN = {OWNER, ADMINISTRATOR}
# Roles that say nothing of the CRM: who has no other is outside of it.
NO_ROLES = ("Visitor", "Public")
# What answers whoever asks, whatever the state: files, signs of life, signing in, and what the law wants (RFC 8058).
ALWAYS = {
    "static",
    "appbuilder",
    "health",
    "metrics",
    "LoginView",
    "LocaleView",
    "LoginApi",
    "OpenIdView",
    "UnsubscribeView",
    "UtilView",
}
# What stands open to the world while the module is on: forms, clients' and participants' links, calendars by secret.
PUBLIC = {"webform", "InvoiceLinkView", "InvitationView", "FeedView"}
OWN_DETAILS = "UserDBModelView.userinfo"
LEADS_TO_LOGIN, SETTINGS_INDEX = "HomeView", "SettingsView"
THE_ONE = 1


class Entrance(Setting, Stamped, Model):
    """The owner's choice, in one row. `principals` (users n, groups -n) count where not `everyone` is let in."""

    __tablename__ = "entrance"
    act = "access.changed"

    id: Mapped[int] = mapped_column(primary_key=True, default=THE_ONE)
    is_on: Mapped[bool] = mapped_column(default=True, server_default="true")
    everyone: Mapped[bool] = mapped_column(default=True, server_default="true")
    principals: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")


def chosen() -> Entrance:
    """The row; the migration has made it."""
    return db.session.get_one(Entrance, THE_ONE)


def is_on() -> bool:
    """Whether the module is on; asks the database each time, so that a running worker learns of it."""
    return bool(db.session.scalar(select(Entrance.is_on)))


def admits(everyone: bool, principals: list[int], roles: set[str], mine: set[int]) -> bool:
    """Whether somebody with these roles and principals (user n, groups -n) is in."""
    return bool(roles - set(NO_ROLES)) and (everyone or bool(roles & ALWAYS_IN or mine & set(principals)))


def insider() -> ColumnElement[bool]:
    """The same as a condition on User, for look-ups, assignments and notices: active, and in the CRM."""
    of_user = select(Role.id).join(assoc_user_role, assoc_user_role.c.role_id == Role.id)
    of_group = select(Role.id).join(assoc_group_role, assoc_group_role.c.role_id == Role.id)
    of_group = of_group.join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)

    def has(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        own = of_user.where(assoc_user_role.c.user_id == User.id, condition).exists()
        return or_(own, of_group.where(assoc_user_group.c.user_id == User.id, condition).exists())

    groups = select(assoc_user_group.c.group_id).where(assoc_user_group.c.user_id == User.id)
    named = or_(
        User.id == Entrance.principals.any_(),
        groups.where(-assoc_user_group.c.group_id == Entrance.principals.any_()).correlate(User, Entrance).exists(),
    )
    open_to = select(Entrance.id).where(or_(Entrance.everyone, named)).correlate(User).exists()
    return and_(User.active, has(Role.name.not_in(NO_ROLES)), or_(open_to, has(Role.name.in_(ALWAYS_IN))))


def guard() -> None:
    """Asked once for each request when its actor is known; REST learns of its actor later and asks `refuse_outsiders`.

    Raises Shut: 403 for people, 404 for visitors, who see no more of the CRM than of what is not there.
    """
    actor = access.current()
    if (request.blueprint or request.endpoint) in ALWAYS or request.endpoint is None or _serves(actor):
        return
    if actor.user_id is not None:
        refuse(actor)
    elif request.blueprint != LEADS_TO_LOGIN and not is_on():
        raise Shut(off_words(), 403 if request.path.startswith("/api/") else 404)


def refuse(actor: access.Actor) -> None:
    """Raises Shut where the actor may not use the CRM just now."""
    if actor.shut:
        raise Shut(outside_words() if actor.shut == OUTSIDE else off_words(), 403)


def _serves(actor: access.Actor) -> bool:
    """Whether a signed-in actor may go on: is in, or the page belongs to the account or to the installation, or it is
    open to the whole world anyway."""
    from app.core.roles import level_of

    if not actor.shut or request.endpoint == OWN_DETAILS:
        return actor.user_id is not None
    if actor.shut == OUTSIDE and request.blueprint in PUBLIC:
        return is_on()
    views = current_app.extensions["appbuilder"].baseviews
    view: Any = next((v for v in views if v.endpoint == request.blueprint), None)
    is_owner = OWNER in actor.roles
    levels = {"account", "owner"} if is_owner else {"account"}
    return view is not None and (level_of(view) in levels or (is_owner and view.endpoint == SETTINGS_INDEX))


def off_words() -> str:
    """What is said at every door while the module is off."""
    return _("The CRM is turned off. The owner of this installation can turn it on again; nothing is lost.")


def outside_words() -> str:
    """What is said to somebody who was not let in."""
    return _("You have no access to the CRM. The owner of this installation can give it to you.")

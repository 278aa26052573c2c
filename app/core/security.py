"""Flask-AppBuilder's security manager with our rules: who the actor is, when a session ends, how logins are limited."""

import logging
import re
from typing import Any

from flask import abort, g, redirect, request, session
from flask_appbuilder import expose
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_appbuilder.security.views import AuthDBView
from flask_appbuilder.validators import PasswordComplexityValidationError
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_jwt_extended import JWTManager
from flask_login import logout_user, user_logged_in
from sqlalchemy import select
from sqlalchemy.exc import ArgumentError, CompileError, DataError

from app.core import access, entrance, logins, nav
from app.core.account import AccountView
from app.core.db import db
from app.core.people import OWNER, User, end_sessions, load_account, profile_of

log = logging.getLogger(__name__)
SESSION_VERSION = "sv"


class LoginView(AuthDBView):
    """Signing out is a POST: a GET could be forced by any page's picture."""

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        user_id = access.current().user_id
        logout_user()
        session.clear()
        if user_id is not None:
            end_sessions(user_id)
            db.session.commit()
        return redirect(self.appbuilder.get_url_for_login)


class Careful:
    """Flask-AppBuilder's own pages fail on an action, filter or order they have not; their download asks nobody."""

    @expose("/action/<string:name>/<pk>", methods=["GET", "POST"])
    def action(self, name: str, pk: str) -> Any:
        self._refuse_unknown(name, [pk])
        return super().action(name, pk)  # type: ignore[misc]

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        self._refuse_unknown(request.form.get("action", ""), request.form.getlist("rowid"))
        return super().action_post()  # type: ignore[misc]

    def download(self, filename: str) -> None:
        """Taken off."""

    def _refuse_unknown(self, name: str, pks: list[str]) -> None:
        view: Any = self
        if name not in view.actions or not view.appbuilder.sm.has_access(
            view.get_action_permission_name(name), view.class_permission_name
        ):
            abort(404)
        if not pks or not all(pk.isdecimal() and len(pk) < 10 and view.datamodel.get(pk) for pk in pks):
            abort(404)

    def _list(self, **kwargs: Any) -> Any:
        try:
            return super()._list(**kwargs)  # type: ignore[misc]
        except (LookupError, TypeError, ValueError, AttributeError, ArgumentError, CompileError, DataError):
            log.info("refused a query", exc_info=True)
            abort(400)


def careful(view: type[Any]) -> type[Any]:
    """Flask-AppBuilder's view under its own name, mended."""
    return type(view.__name__, (Careful, view), {})


class CrmSecurityManager(SecurityManager):
    """Adds actor, session version, limits on failures; permissions of a user are read once a request."""

    authdbview = LoginView
    userinfoeditview = AccountView
    userdbmodelview = careful(SecurityManager.userdbmodelview)
    groupmodelview = careful(SecurityManager.groupmodelview)
    rolemodelview = careful(SecurityManager.rolemodelview)
    permissionmodelview = careful(SecurityManager.permissionmodelview)
    viewmenumodelview = careful(SecurityManager.viewmenumodelview)
    permissionviewmodelview = careful(SecurityManager.permissionviewmodelview)
    userstatschartview = None  # draws with a script from the internet

    def register_views(self) -> None:
        super().register_views()
        for label, icon, view in (
            (_l("Users"), "user", self.userdbmodelview),
            (_l("Groups"), "users", self.groupmodelview),
            (_l("Roles"), "lock", self.rolemodelview),
        ):
            nav.SETTINGS.append(nav.Entry(view.__name__, label, icon, f"{view.__name__}.list", level="owner"))

    def create_jwt_manager(self, app: Any) -> JWTManager:
        manager = super().create_jwt_manager(app)
        manager.additional_claims_loader(lambda identity: {SESSION_VERSION: profile_of(int(identity)).session_version})
        return manager

    def auth_user_db(self, username: str, password: str) -> Any:
        """As Flask-AppBuilder's, behind the limits. Raises 429."""
        logins.refuse_guessers(username or "")
        user = super().auth_user_db(username, password)
        if user is None:
            logins.count_failure(username or "")
        return user

    def load_user(self, pk: Any) -> Any | None:
        """The user of a session cookie, unless the session was ended meanwhile."""
        return self._enter(int(pk), session.get(SESSION_VERSION))

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> Any | None:
        """The user of a bearer token, unless tokens of its age were ended."""
        g.user = self._enter(int(jwt_data["sub"]), jwt_data.get(SESSION_VERSION))
        return g.user

    def _enter(self, user_id: int, version: int | None) -> Any | None:
        found = load_account(user_id)
        if found is None or found[1] != version:
            return None
        access.enter(found[0])
        if request.path.startswith("/api/"):
            entrance.refuse(found[0])
        return db.session.get(User, user_id)

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the request's user has a permission; all of them are read with one statement a request."""
        actor = access.current()
        if actor.user_id is None:
            return bool(self.is_item_public(permission_name, view_name))
        if OWNER in actor.roles:
            return True
        if "permissions" not in g:
            g.permissions = _permissions_of(actor.roles)
        return (permission_name, view_name) in g.permissions

    def reset_password(self, userid: int, password: str) -> None:
        """Set a password and end all sessions but the one that did it."""
        super().reset_password(userid, password)
        end_sessions(int(userid))
        if access.current().user_id == int(userid):
            session[SESSION_VERSION] = profile_of(int(userid)).session_version
        db.session.commit()


def _permissions_of(roles: tuple[str, ...]) -> set[tuple[str, str]]:
    rows = db.session.execute(
        select(Permission.name, ViewMenu.name)
        .select_from(PermissionView)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .join(Role, Role.id == assoc_permissionview_role.c.role_id)
        .where(Role.name.in_(roles))
    )
    return {(permission, view) for permission, view in rows}


@user_logged_in.connect
def _remember_version(sender: Any, user: Any, **_extra: Any) -> None:
    """A fresh session for each login, so that a cookie set before it is worth nothing after."""
    kept = {key: session[key] for key in ("_user_id", "_fresh", "_id") if key in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    profile = profile_of(user.id)
    session[SESSION_VERSION] = profile.session_version
    db.session.commit()


def strong_password(password: str) -> None:
    """Length beats symbols (NIST SP 800-63B): 10 characters, not one of the usual. Raises FAB's validation error."""
    if len(password) < 10:
        raise PasswordComplexityValidationError(_("At least 10 characters, please"))
    if len(set(password)) < 5 or re.fullmatch(r"(?i)(password|qwerty|clientela|admin|welcome)\d*[!.]?", password):
        raise PasswordComplexityValidationError(_("This password is too easy to guess"))

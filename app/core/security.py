"""Flask-AppBuilder's security manager with our rules: who the actor is, what a key may do, how logins are limited."""

import logging
import re
import time
from typing import Any

from flask import abort, g, request, session
from flask_appbuilder import expose
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_appbuilder.validators import PasswordComplexityValidationError
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_jwt_extended import JWTManager, get_jwt
from sqlalchemy import select
from sqlalchemy.exc import ArgumentError, CompileError, DataError

from app.core import access, audit, entrance, keys, logins, nav, sessions, watching
from app.core.account import AccountView
from app.core.db import db
from app.core.login_views import SESSION, LoginApi, LoginView
from app.core.people import OWNER, User, entered, load_account

__all__ = ["CrmSecurityManager", "strong_password", "watching"]
log = logging.getLogger(__name__)


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
    security_api = LoginApi
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
        manager.additional_claims_loader(lambda _user: {SESSION: g.get("session_key") or get_jwt()[SESSION]})
        return manager

    def auth_user_db(self, username: str, password: str) -> Any:
        """As Flask-AppBuilder's, behind the limits; refusals are noted and take equal time. Raises 429."""
        start, name = time.monotonic(), username or ""
        logins.refuse_guessers(name)
        user = super().auth_user_db(username, password)
        if user is None:
            logins.count_failure(name)
            self.note_failure(name, sessions.PASSWORD)
            logins.wait_since(start)
        return user

    def note_failure(self, name: str, way: str) -> None:
        """Log a refused sign-in. A name that nobody has may be a password typed too early: only its start is kept."""
        user = self.find_user(username=name) or self.find_user(email=name)
        audit.note("login.failed", way, who=(user.id, user.username) if user else (None, f"{name[:3]}…"))
        db.session.commit()

    def load_user(self, pk: Any) -> Any | None:
        """The user of a session cookie, unless the session was ended meanwhile."""
        return self._enter(int(pk), session.get(SESSION))

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> Any | None:
        """The user of a bearer token, unless its session was ended."""
        g.user = self._enter(int(jwt_data["sub"]), jwt_data.get(SESSION))
        return g.user

    def _enter(self, user_id: int, key: Any) -> Any | None:
        found = entered(user_id, key) if isinstance(key, str) else None
        if found is None:
            return None
        if sessions.touch(found.session_id, found.seen_at, found.way):
            db.session.commit()
        g.session_id = found.session_id
        access.enter(found.actor)
        if request.path.startswith("/api/"):
            entrance.refuse(found.actor)
        return db.session.get(User, user_id)

    def validate_api_key(self, api_key_string: str) -> Any | None:
        """The user of a key of a program; what it may do is kept for `has_access`. Raises Shut, 401, 429."""
        row = keys.opened_by(api_key_string)
        actor = load_account(row.user_id)
        if actor is None:
            return None
        entrance.refuse(actor)
        g.key_scopes = row.scopes
        if keys.note_use(row):
            db.session.commit()
        access.enter(actor)
        g.user, g._api_key_user = db.session.get(User, actor.user_id), True
        return g.user

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the request's user has a permission; all of them are read with one statement a request."""
        actor = access.current()
        if actor.user_id is None:
            return bool(self.is_item_public(permission_name, view_name))
        if "key_scopes" in g and not keys.allows(g.key_scopes, permission_name, view_name):
            return False
        if OWNER in actor.roles:
            return True
        if "permissions" not in g:
            g.permissions = _permissions_of(actor.roles)
        return (permission_name, view_name) in g.permissions

    def reset_password(self, userid: int, password: str) -> None:
        """Set a password and end all sessions but the one that did it."""
        super().reset_password(userid, password)
        if access.current().user_id == int(userid):
            session[SESSION] = sessions.renew(g.session_id)
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


def strong_password(password: str) -> None:
    """Length beats symbols (NIST SP 800-63B): 10 characters, not one of the usual. Raises FAB's validation error."""
    if len(password) < 10:
        raise PasswordComplexityValidationError(_("At least 10 characters, please"))
    if len(set(password)) < 5 or re.fullmatch(r"(?i)(password|qwerty|clientela|admin|welcome)\d*[!.]?", password):
        raise PasswordComplexityValidationError(_("This password is too easy to guess"))

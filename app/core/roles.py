"""Who may use which page: code-defined roles, written to Flask-AppBuilder's tables by `deploy` (SPEC, Access).

A view says its `level`: "user" (everyone in the CRM), "admin" (CRM administrators) or "owner". Which rows a person
sees is another question, answered by `access`.
"""

from typing import Any

from app.core.db import appbuilder_of, db
from app.core.people import ADMINISTRATOR, OWNER, READ_ONLY, USER

# Flask-AppBuilder's own views that everybody needs for their own account.
OWN_ACCOUNT = {"Account", "ResetMyPasswordView", "UserInfoEditView", "LocaleView", "SwaggerView", "OpenApi", "MenuApi"}
OWN_DETAILS = ("can_userinfo", "UserDBModelView")
READING = {"can_read", "can_find", "can_index", "can_get"}
READ, WRITE, DELETE = "read", "write", "delete"
VERBS = dict.fromkeys(("list", "show", "get", "info"), READ) | {"delete": DELETE}


class ThreeVerbs:
    """Mixin for views and APIs of one entity: every method needs `read`, `write` or `delete` on the entity, so that
    page and REST share their permissions and a role is three ticks."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        methods = ((name, getattr(cls, name, None)) for name in dir(cls))
        wanted = ((name, getattr(m, "_permission_name", None) or _action_name(m)) for name, m in methods)
        cls.method_permission_name = {name: VERBS.get(verb, WRITE) for name, verb in wanted if verb}  # type: ignore[attr-defined]


def _action_name(method: Any) -> str | None:
    return method._action[0] if hasattr(method, "_action") else None


def converge() -> None:
    """Make permissions and the four roles what the code says. Safe to run at every start."""
    builder = appbuilder_of()
    manager = builder.sm
    for name in (OWNER, ADMINISTRATOR, USER, READ_ONLY, "Visitor"):
        manager.add_role(name)
    builder.add_permissions(update_perms=True)
    for view in builder.baseviews:
        for permission in view.base_permissions:
            _grant(manager, view, permission)
    for role in (ADMINISTRATOR, USER, READ_ONLY):
        _give(manager, role, *OWN_DETAILS)
    db.session.commit()


def _grant(manager: Any, view: Any, permission: str) -> None:
    level = level_of(view)
    roles = [OWNER]
    if level in ("account", "user", "admin"):
        roles.append(ADMINISTRATOR)
    if level in ("account", "user"):
        roles.append(USER)
        roles += [READ_ONLY] if permission in READING or level == "account" else []
    for role in roles:
        _give(manager, role, permission, view.class_permission_name)


def level_of(view: Any) -> str:
    """Whom a view is for: "account" (everybody, for their own account), "user", "admin" or "owner"."""
    return "account" if view.class_permission_name in OWN_ACCOUNT else str(getattr(view, "level", "owner"))


def _give(manager: Any, role: str, permission: str, view: str) -> None:
    found = manager.find_permission_view_menu(permission, view)
    row = manager.find_role(role)
    if found is not None and found not in row.permissions:
        row.permissions.append(found)

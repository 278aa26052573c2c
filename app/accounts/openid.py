"""Whom an OpenID Connect provider vouches for: the account with the verified address, or a new one (ACC-05)."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core.db import appbuilder_of, db
from app.core.errors import RuleBroken
from app.core.people import OWNER, USER, Role, User, role_named


def user_of(claims: Mapping[str, Any], settings: Mapping[str, Any]) -> User:
    """The account that validated claims stand for, with the roles that its groups give. Raises RuleBroken.

    `settings`: what `config.openid` made. Only an address that the provider has verified names anybody.
    """
    email = _verified_address(claims, settings["domains"])
    roles = _roles_of(claims, settings)
    user = db.session.scalar(select(User).where(func.lower(User.email) == email))
    if user is None:
        return _made(email, claims, roles or [_role(USER)]) if settings["create"] else _refuse_unknown()
    if not user.active:
        raise RuleBroken({"": _("This account is closed.")})
    if roles and {role.name for role in user.roles} != {role.name for role in roles} and not _is_owner(user):
        user.roles = roles
    db.session.flush()
    return user


def _refuse_unknown() -> User:
    raise RuleBroken({"": _("Nobody here has this address. Ask an administrator for an account.")})


def _verified_address(claims: Mapping[str, Any], domains: list[str]) -> str:
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or claims.get("email_verified") is not True:
        raise RuleBroken({"": _("The provider has not verified your email address.")})
    email = email.strip().lower()
    if domains and email.rpartition("@")[2] not in domains:
        raise RuleBroken({"": _("Addresses of this domain are not let in.")})
    return email


def _roles_of(claims: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Role]:
    """Empty where no groups are asked about. Raises RuleBroken for whoever is in none of those that are."""
    if not settings["roles"]:
        return []
    groups = claims.get(settings["group_claim"])
    groups = groups if isinstance(groups, list) else [groups]
    names = {role for group, role in settings["roles"].items() if group in groups}
    if not names:
        raise RuleBroken({"": _("You are in none of the groups that are let in.")})
    return [_role(name) for name in sorted(names)]


def _role(name: str) -> Role:
    """A misspelt role in the settings lets nobody in."""
    found = role_named(name)
    if found is None:
        raise RuleBroken({"": _("There is no role “%(name)s”.", name=name)})
    return found


def _is_owner(user: User) -> bool:
    """No provider takes an owner's role: whoever runs the product keeps the way in."""
    return any(role.name == OWNER for role in user.roles)


def _made(email: str, claims: Mapping[str, Any], roles: list[Role]) -> User:
    first, last = (str(claims.get(key) or "").strip()[:64] for key in ("given_name", "family_name"))
    if not first:
        first, _space, last = str(claims.get("name") or email.partition("@")[0]).strip()[:64].partition(" ")
    user = appbuilder_of().sm.add_user(email[:128], first, last, email, roles, secrets.token_urlsafe(32))
    if not user:
        _refuse_unknown()
    return user  # type: ignore[no-any-return]

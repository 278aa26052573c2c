"""Choosing a record by typing a few letters: a form never holds a whole table (STACK.md, trap 2)."""

from collections.abc import Callable
from typing import Any

from flask import abort, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import func, or_, select

from app.core.db import db
from app.core.people import Group, User, insider
from app.core.text import fold, like_fragment

LIMIT = 20
Choice = dict[str, Any]
LOOKUPS: dict[str, Callable[[str], list[Choice]]] = {}


def lookup(name: str) -> Callable[[Callable[[str], list[Choice]]], Callable[[str], list[Choice]]]:
    """Register a function from what was typed to at most LIMIT choices {"value", "text", "sub"}."""

    def register(find: Callable[[str], list[Choice]]) -> Callable[[str], list[Choice]]:
        LOOKUPS[name] = find
        return find

    return register


class LookupView(BaseView):
    """GET /lookup/<name>?q=… -> JSON list of choices that the actor may see."""

    route_base = "/lookup"
    level = "user"
    class_permission_name = "Lookup"

    @expose("/<name>")
    @has_access
    def find(self, name: str) -> Any:
        if name not in LOOKUPS:
            abort(404)
        return jsonify(LOOKUPS[name](request.args.get("q", "")[:100]))


def _full_name() -> Any:
    return func.lower(User.first_name + " " + User.last_name)


@lookup("user")
def users(typed: str) -> list[Choice]:
    """Users of the CRM by name or user name."""
    pattern = like_fragment(fold(typed))
    found = db.session.scalars(
        select(User)
        .where(insider(), or_(_full_name().like(pattern), func.lower(User.username).like(pattern)))
        .order_by(User.first_name, User.last_name)
        .limit(LIMIT)
    )
    return [{"value": u.id, "text": u.get_full_name(), "sub": u.username} for u in found]


@lookup("principal")
def principals(typed: str) -> list[Choice]:
    """Those a record can be shared with: users (n) and groups (-n)."""
    groups = db.session.scalars(
        select(Group).where(func.lower(Group.name).like(like_fragment(fold(typed)))).order_by(Group.name).limit(LIMIT)
    )
    return [*users(typed), *({"value": -g.id, "text": g.label or g.name, "sub": ""} for g in groups)]


def register(appbuilder: Any) -> None:
    """Wire the page."""
    appbuilder.add_view_no_menu(LookupView)

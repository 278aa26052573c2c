"""What a run asks of the CRM once: who its users are, and which custom fields must be filled."""

from sqlalchemy import select

from app.contacts.models import Kind
from app.core.db import db
from app.core.people import Group, User, insider
from app.settings import custom


def required_fields() -> dict[str, list[tuple[str, str, str]]]:
    """For a person and for a company: (name in a mapping, key, label) of each required custom field."""
    fields = [f for f in custom.fields_of("contact") if f.required and f.holds]
    return {kind: [(f"custom:{f.key}", f.key, f.label) for f in fields if f.fits(kind)] for kind in Kind}


def users_by_name() -> dict[str, int]:
    """Active users by user name, email and full name in lower case; a name that fits several is left out."""
    found: dict[str, set[int]] = {}
    for user in db.session.execute(
        select(User.id, User.username, User.email, User.first_name, User.last_name).where(insider())
    ):
        for name in (user.username, user.email, f"{user.first_name} {user.last_name}"):
            found.setdefault((name or "").strip().lower(), set()).add(user.id)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


def principals_by_name(users: dict[str, int]) -> dict[str, int]:
    """Whom a record can be shared with: users by their names, groups as `group:vendite`, in lower case."""
    groups = db.session.execute(select(Group.id, Group.name))
    return {**users, **{f"group:{row.name.strip().lower()}": -row.id for row in groups}}

"""How values become cells that an import understands: plain JSON of custom fields, yes and no, several names."""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.core.people import Group, User
from app.core.tables import joined
from app.settings.models import FieldKind

READERS: dict[str, Callable[[Any], Any]] = {
    FieldKind.CHECKBOX: lambda value: "yes" if value else "no",
    FieldKind.DATE: dt.date.fromisoformat,
    FieldKind.NUMBER: Decimal,
    FieldKind.MONEY: lambda value: f"{value['amount']} {value['currency']}",
}


def own_value(kind: str, value: Any) -> Any:
    """The cell of a custom field's stored value."""
    read = READERS.get(kind)
    return read(value) if read and value is not None else value


def own_reader(field: Any) -> Callable[[Any], Any]:
    """Reads a custom field from a record."""
    key, kind = field.key, field.kind
    return lambda row: own_value(kind, row.custom.get(key))


def flag(name: str) -> Callable[[Any], str]:
    """Reads a yes or no."""
    return lambda row: "yes" if getattr(row, name) else "no"


def text(name: str) -> Callable[[Any], Any]:
    """Reads an attribute as it is; of a linked record its name, nothing of one that the actor does not see."""
    return lambda row: _plain(getattr(row, name))


def several(name: str) -> Callable[[Any], str]:
    """Reads the names of linked records."""
    return lambda row: joined(map(str, getattr(row, name)))


def email_of(name: str) -> Callable[[Any], str | None]:
    """Reads the primary email of a linked contact, by which an import finds it among its namesakes."""

    def read(row: Any) -> str | None:
        contact = getattr(row, name)
        return contact.email.value if contact is not None and contact.email else None

    return read


def reached(name: str) -> Callable[[Any], str]:
    """Reads the names of linked contacts, each with its primary email where it has one."""
    return lambda row: joined(f"{c} <{c.email.value}>" if c.email else str(c) for c in getattr(row, name))


def principal_names() -> dict[int, str]:
    """The names by which an import knows users (n) and groups (-n)."""
    users = db.session.execute(select(User.id, User.username))
    groups = db.session.execute(select(-Group.id, "group:" + Group.name))
    return {row[0]: row[1] for row in [*users, *groups]}


def people() -> dict[str, Callable[[Any], str]]:
    """Reads who else looks after a record, and with whom it is shared; made anew for each export."""
    known = principal_names()

    def reader(name: str) -> Callable[[Any], str]:
        return lambda row: joined(known[key] for key in getattr(row, name) if key in known)

    return {name: reader(name) for name in ("co_owners", "shared_with")}


def user(row: Any) -> str | None:
    """The user name of the responsible person."""
    return row.owner.username if row.owner else None


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, Decimal, dt.date, dt.time)):
        return value
    return str(value)


def named(names: Iterable[str]) -> dict[str, Callable[[Any], Any]]:
    """Columns that are called as the attributes that they read."""
    return {name: text(name) for name in names}

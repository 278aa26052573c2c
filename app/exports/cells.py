"""How values become cells that an import understands: plain JSON of custom fields, yes and no, several names."""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

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

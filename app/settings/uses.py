"""Who uses a word of a list or a tag: every foreign key that leads to it, found in the metadata.

A room that comes later is counted and moved too, without a line here. These are statements on tables, which the
access hook does not touch, and on purpose: a word that goes must leave private rows and those in the bin as well.
They give numbers alone, never a row.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, cast, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from app.core.db import Model, db

USES_CAP = 1_000  # counted up to here for each word


def references(model: type[Any]) -> Iterator[tuple[Table, Column[Any]]]:
    """The (table, column) pairs whose foreign key is the primary key of `model`."""
    for table in Model.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == model.__tablename__:
                yield table, key.parent


def counts(model: type[Any], ids: Iterable[int]) -> dict[int, int]:
    """How many rows use each of `ids`, up to USES_CAP + 1 in each table; one statement."""
    total: ColumnElement[int] = literal(0)
    for _table, column in references(model):
        some = select(column).where(column == model.id).limit(USES_CAP + 1).correlate(model).subquery()
        total = total + select(func.count()).select_from(some.lateral()).scalar_subquery()
    return dict(db.session.execute(select(model.id, total).where(model.id.in_(list(ids)))).all())


def move(model: type[Any], source: int, target: int) -> int:
    """Let every row that uses `source` use `target`, one UPDATE a column; returns how many were moved.

    A row of a link table that has the target already loses the source instead: no pair stands twice.
    """
    moved = 0
    for table, column in references(model):
        mine = column == source
        if column.primary_key:
            other = next(c for c in table.primary_key.columns if c is not column)
            twin = table.alias()
            doubled = select(twin.c[other.name]).where(twin.c[column.name] == target)
            moved += db.session.execute(delete(table).where(mine, other.in_(doubled))).rowcount  # type: ignore[attr-defined]
        moved += db.session.execute(update(table).where(mine).values({column: target})).rowcount  # type: ignore[attr-defined]
    return moved


def count_custom(entity: str, key: str) -> int:
    """How many records hold a value of a custom field, up to USES_CAP + 1."""
    table = Model.metadata.tables[entity]
    some = select(table.c.id).where(table.c.custom.has_key(key)).limit(USES_CAP + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def replace_custom(entity: str, key: str, old: Any, new: Any) -> int:
    """Let every record whose custom value is `old` have `new`; returns how many had it."""
    table = Model.metadata.tables[entity]
    mine = table.c.custom.contains({key: old})
    changed = update(table).where(mine).values(custom=table.c.custom.op("||")(cast({key: new}, JSONB)))
    return int(db.session.execute(changed).rowcount)  # type: ignore[attr-defined]


def erase_custom(entity: str, key: str) -> int:
    """Take a custom field's value out of every record; returns how many had one."""
    table = Model.metadata.tables[entity]
    changed = update(table).where(table.c.custom.has_key(key)).values(custom=table.c.custom.op("-")(cast(key, Text)))
    return int(db.session.execute(changed).rowcount)  # type: ignore[attr-defined]

"""The records that events hang on, by name: they live in rooms to the right and are known here by their names alone."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, lazyload

from app.core.db import db
from app.history.models import PARENTS, HistoryEvent


def class_of(name: str) -> type[Any]:
    """The class behind one of PARENTS."""
    return getattr(HistoryEvent, name).property.mapper.class_  # type: ignore[no-any-return]


def name_of(row: Any) -> str:
    """Which of PARENTS a record is: they are called as their tables are."""
    return str(row.__tablename__)


def key_to(row: Any) -> InstrumentedAttribute[int | None]:
    """The foreign key by which events hang on a record."""
    return getattr(HistoryEvent, f"{name_of(row)}_id")  # type: ignore[no-any-return]


def parent_of(event: HistoryEvent) -> tuple[str, int]:
    """(name, id) of what an event hangs on."""
    return next((name, key) for name in PARENTS if (key := getattr(event, f"{name}_id")) is not None)


def seen(name: str, wanted: Any) -> Any | None:
    """The record with this id, without what hangs on it; None for a missing and for a hidden one alike (ACC-06)."""
    if type(wanted) is not int or not 0 < wanted < 2**63:
        return None
    model = class_of(name)
    return db.session.scalar(select(model).where(model.id == wanted).options(lazyload("*")))


def names(ids: dict[str, set[int]]) -> dict[tuple[str, int], str]:
    """Names of those records that the reader sees, by (name of the parent, id); one statement a kind."""
    found: dict[tuple[str, int], str] = {}
    for name, wanted in ids.items():
        model = class_of(name)
        rows = db.session.scalars(select(model).where(model.id.in_(wanted)).options(lazyload("*")))
        found |= {(name, row.id): str(row) for row in rows}
    return found

"""The groups of a list of tasks, by when they are due where the reader is; each page and each count stops early."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, literal, or_, select

from app.core import access, clock
from app.core.db import db
from app.tasks import due
from app.tasks.models import Task
from app.tasks.queries import loads, matching

CAP = 1_000  # counted up to here
FURTHEST = 10_000  # rows that paging passes over


class Group(StrEnum):
    """In the order they are shown in (TSK-06)."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"
    CLOSED = "closed"


@dataclass(frozen=True)
class Wanted:
    """Which tasks: of an owner (None: everyone's), of a category, about a record, with these words, of an import, and
    as pairs of Flask-AppBuilder's filters with their values say."""

    owner: int | None = None
    category: int | None = None
    words: str = ""
    links: dict[str, int] = field(default_factory=dict)
    imported: int | None = None
    filters: tuple[tuple[Any, Any], ...] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        found: list[ColumnElement[bool]] = [getattr(Task, f"{name}_id") == key for name, key in self.links.items()]
        found += [Task.owner_id == self.owner] if self.owner is not None else []
        found += [Task.category_id == self.category] if self.category is not None else []
        found += [Task.import_run_id == self.imported] if self.imported is not None else []
        return found + ([matching(self.words)] if self.words else [])


def within(group: Group) -> ColumnElement[bool]:
    """The condition of a group. Days and weeks are those of the reader; a day is over, and its tasks with it, at its
    midnight, so that what is due then belongs to it."""
    if group is Group.CLOSED:
        return Task.closed_at.is_not(None)
    now, zone = clock.now(), access.current().timezone
    tonight = due.instant(clock.today(zone) + dt.timedelta(days=1), dt.time(), zone)
    sunday = _sunday()
    parts = {
        Group.OVERDUE: Task.due_at <= now,
        Group.TODAY: (Task.due_at > now) & (Task.due_at <= tonight),
        Group.WEEK: (Task.due_at > tonight) & (Task.due_at <= sunday),
        Group.LATER: or_(Task.due_at > sunday, Task.due_at.is_(None)),
    }
    return Task.closed_at.is_(None) & parts[group]


def _sunday() -> dt.datetime:
    """The instant at which the reader's week is over."""
    zone = access.current().timezone
    today = clock.today(zone)
    return due.instant(today + dt.timedelta(days=7 - today.weekday()), dt.time(), zone)


def _chosen(wanted: Wanted, group: Group, what: Any = Task) -> Select[Any]:
    """`deleted_at` is said again beside the access rule, in words by which the database knows its partial indexes."""
    chosen = select(what).where(Task.deleted_at.is_(None), within(group), *wanted.conditions())
    for condition, value in wanted.filters:
        chosen = condition.apply(chosen, value)
    return chosen


def page(wanted: Wanted, group: Group, limit: int, offset: int = 0) -> list[Task]:
    """Tasks of a group: what is due first comes first, what was closed last comes first. Those without a day come at
    the end, by a statement of their own: as one, the index would be walked from its first row."""
    offset = min(offset, FURTHEST)
    if group is not Group.LATER:
        return _rows(_chosen(wanted, group), group, limit, offset)
    dated = _chosen(wanted, group).where(Task.due_at > _sunday())
    rows = _rows(dated, group, limit, offset)
    if len(rows) < limit:
        passed = _count(dated.with_only_columns(literal(1)).limit(offset)) if offset else 0
        undated = _chosen(wanted, group).where(Task.due_at.is_(None))
        rows += _rows(undated, group, limit - len(rows), offset - passed)
    return rows


def _rows(chosen: Select[Any], group: Group, limit: int, offset: int) -> list[Task]:
    order = (Task.closed_at.desc(), Task.id.desc()) if group is Group.CLOSED else (Task.due_at, Task.id)
    return list(db.session.scalars(chosen.order_by(*order).limit(limit).offset(offset).options(*loads())))


class FilterWhose(BaseFilter):
    """Tasks of one user, by id; any other word leaves none out."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        text = str(value)
        return query.filter(Task.owner_id == int(text)) if text.isdecimal() and len(text) < 10 else query


class FilterGroup(BaseFilter):
    """Tasks of one of the groups; any other word leaves none out."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(within(Group(value))) if value in list(Group) else query


def _count(some: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def counts(wanted: Wanted) -> dict[Group, int]:
    """How many tasks are in each group, counted up to CAP + 1; one statement."""
    columns = []
    for group in Group:
        some = _chosen(wanted, group, literal(1)).limit(CAP + 1).subquery()
        columns.append(select(func.count()).select_from(some).scalar_subquery())
    return dict(zip(Group, db.session.execute(select(*columns)).one(), strict=True))


def open_of(name: str, key: int) -> int:
    """How many open tasks there are about a record, counted up to CAP."""
    mine = (Task.deleted_at.is_(None), Task.closed_at.is_(None), getattr(Task, f"{name}_id") == key)
    return _count(select(Task.id).where(*mine).limit(CAP))

"""Reads from what a flush writes what happened to records, and tells it (see core.occurrences)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.util import identity_key

from app.core.mixins import is_importing
from app.core.occurrences import Occurrence, tell
from app.history import parents
from app.history.models import HistoryEvent, Verb
from app.invoices.models import Invoice
from app.opportunities.models import Opportunity
from app.tasks.models import Task

KINDS = {
    Verb.CREATED: "created",
    Verb.CHANGED: "changed",
    Verb.SHARED: "changed",
    Verb.MOVED: "moved",
    Verb.DELETED: "deleted",
    Verb.RESTORED: "restored",
}
UNTOLD = {"version", "changed_at", "changed_by", "search", "reminded_at", "remind_at", "reminders", "zone"}


@event.listens_for(Session, "after_flush")
def _read(session: Session, _context: Any) -> None:
    """Ids are given by now, and what differs is still known."""
    if is_importing():
        return
    for occurrence in [*_written(session.new), *_changed(session.dirty)]:
        tell(occurrence)


def _written(rows: Any) -> Iterator[Occurrence]:
    for row in rows:
        if isinstance(row, HistoryEvent) and row.verb in KINDS:
            entity, key = parents.parent_of(row)
            fields = tuple(change["field"] for change in row.changes or ())
            yield Occurrence(KINDS[Verb(row.verb)], entity, key, f"history:{row.id}", fields, _facts(row))
        elif isinstance(row, Task | Invoice):
            yield Occurrence("created", row.__tablename__, row.id, f"{row.__tablename__}:{row.id}:created")


def _facts(row: HistoryEvent) -> dict[str, Any]:
    """Of an opportunity that moves, the stage: it is in the session that moves it."""
    if row.verb != Verb.MOVED or row.opportunity_id is None:
        return {}
    session = object_session(row)
    moved = session.identity_map.get(identity_key(Opportunity, row.opportunity_id)) if session else None
    return {"stage": moved.stage_id} if moved is not None else {}


def _changed(rows: Any) -> Iterator[Occurrence]:
    for row in rows:
        if not isinstance(row, Task | Invoice):
            continue
        state: Any = inspect(row)
        fields = {c.key for c in state.mapper.column_attrs if state.attrs[c.key].history.has_changes()} - UNTOLD
        if fields:
            name = row.__tablename__
            for kind in _kinds(row, fields):
                yield Occurrence(kind, name, row.id, f"{name}:{row.id}:{row.version}:{kind}", tuple(sorted(fields)))


def _kinds(row: Any, fields: set[str]) -> Iterator[str]:
    """What it is called: a task or invoice may be binned, and an invoice come to a status."""
    if "deleted_at" in fields:
        yield "deleted" if row.deleted_at else "restored"
        return
    yield "changed"
    if isinstance(row, Invoice) and "status" in fields:
        yield str(row.status)

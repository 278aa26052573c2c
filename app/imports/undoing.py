"""Undoing a whole import (IMP-05): asked for at the doors, done by a worker, slice by slice, each one transaction."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import contains_eager

from app.contacts.models import Kind
from app.core import access, clock, runs
from app.core.db import db
from app.core.errors import Conflict
from app.core.jobs import RunState, later
from app.imports.models import ImportKept, ImportRun, ImportUndo, import_change, import_former
from app.imports.running import own_connection
from app.imports.service import ENTITIES, refuse_readers
from importers.errors import Refused
from importers.merging.former import TakingBack
from importers.merging.undoing import Found, Undoing

log = logging.getLogger(__name__)
POSSIBLE = dt.timedelta(days=30)  # as long as the bin keeps what is deleted


def undo_of(run: ImportRun) -> ImportUndo | None:
    """The undo of a run that was asked for."""
    return db.session.scalar(select(ImportUndo).where(ImportUndo.run_id == run.id))


def possible(run: ImportRun) -> bool:
    """Whether the run brought something that may still be taken back."""
    fresh = run.finished_at is not None and run.finished_at > clock.now() - POSSIBLE
    return fresh and run.ended and not run.dry_run and bool(run.created or run.updated)


def start(run: ImportRun) -> ImportUndo:
    """Queue the undo of a run. Raises Refused where there is nothing to take back, Conflict when it was asked for
    already, NotAllowed for those who may not write such records. Flushes."""
    refuse_readers(run.kind)
    if undo_of(run) is not None:
        raise Conflict
    if not possible(run):
        raise Refused(_("This import can't be undone."))
    undo = ImportUndo(run_id=run.id, owner_id=access.current().user_id, queued_at=clock.now())
    undo.total = run.created + run.updated
    db.session.add(undo)
    db.session.flush()
    later("imports.undo", undo)
    return undo


def work(undo_id: int) -> None:
    """Claim an undo and take it to its end; does nothing when somebody else has it. The caller acts as SYSTEM: the
    run's own records go back even where they were given to others, and whatever was touched since stays."""
    token = runs.claim(ImportUndo, undo_id)
    if token is None:
        return
    undo = db.session.get_one(ImportUndo, undo_id)
    run = db.session.get_one(ImportRun, undo.run_id)
    with own_connection() as connection, runs.beating(ImportUndo, undo_id, token):
        try:
            _Worker(connection, undo_id, token, run).work()
        except runs.Superseded:
            log.warning("the undo %s was taken over by another worker", undo_id)


def _steps(driver: Any, run: ImportRun) -> Iterator[tuple[str, Callable[[int], Found]]]:
    """What is done slice by slice, and what it counts as: the changed ones first, so that none of them is in use."""
    ended = run.finished_at or clock.now()
    if run.kind != "contacts":
        back = TakingBack(driver, ENTITIES[run.kind], run.id, run.owner_id, ended)
        yield from (("restored", back.updated), ("removed", back.created))
        return
    undoing = Undoing(driver, run.id, run.owner_id, ended)
    yield "restored", undoing.updated
    yield from (("removed", partial(undoing.created, kind)) for kind in (Kind.PERSON, Kind.COMPANY))


class _Worker:
    """Who holds the token."""

    def __init__(self, connection: Connection, undo_id: int, token: int, run: ImportRun) -> None:
        self.connection, self.undo_id, self.token = connection, undo_id, token
        self.column = f"{ENTITIES[run.kind]}_id"
        self.steps = list(_steps(connection.connection.driver_connection, run))

    def work(self) -> None:
        """All of it; begun anew after a kill it finds only what is left."""
        with self.connection.begin():
            self.connection.execute(delete(ImportKept).where(ImportKept.undo_id == self.undo_id))
            self._write(kept=0)
        for counted, step in self.steps:
            self._all(counted, step)
        with self.connection.begin():
            self._write(state=RunState.DONE, finished_at=clock.now())

    def _all(self, counted: str, step: Callable[[int], list[tuple[int, str | None]]]) -> None:
        after = 0
        while True:
            with self.connection.begin():
                found = step(after)
                if not found:
                    return
                self._record(counted, found)
            after = found[-1][0]

    def _record(self, counted: str, found: list[tuple[int, str | None]]) -> None:
        kept = [{"undo_id": self.undo_id, self.column: pk, "reason": reason} for pk, reason in found if reason]
        if kept:
            self.connection.execute(insert(ImportKept), kept)
        done = len(found) - len(kept)
        added = {counted: done, "kept": len(kept), "done_rows": len(found)}
        self._write(**{name: getattr(ImportUndo, name) + n for name, n in added.items()})

    def _write(self, **values: Any) -> None:
        """Into the present transaction, under the token. Raises Superseded."""
        held = (ImportUndo.id == self.undo_id, ImportUndo.attempts == self.token, ImportUndo.state == RunState.RUNNING)
        said = update(ImportUndo).where(*held).values(heartbeat_at=clock.now(), **values)
        if not self.connection.execute(said).rowcount:
            raise runs.Superseded


def kept(undo: ImportUndo, limit: int) -> list[ImportKept]:
    """What could not be undone, as far as the actor sees the records."""
    name = ENTITIES[db.session.get_one(ImportRun, undo.run_id).kind]
    record, key = getattr(ImportKept, name), getattr(ImportKept, f"{name}_id")
    rows = select(ImportKept).join(record).where(ImportKept.undo_id == undo.id).options(contains_eager(record))
    return list(db.session.scalars(rows.order_by(key).limit(limit)))


def summary(run: ImportRun) -> dict[str, Any] | None:
    """What the contract tells programs of a run's undo."""
    undo = undo_of(run)
    names = ("state", "total", "restored", "removed", "kept")
    return {name: getattr(undo, name) for name in names} if undo else None


def forget_old() -> None:
    """Former rows are kept as long as an undo is possible."""
    ended = select(ImportRun.id).where(ImportRun.finished_at < clock.now() - POSSIBLE)
    for table in (import_change, import_former):
        db.session.execute(delete(table).where(table.c.run_id.in_(ended)))

"""The verbs of group operations: do one to a few records now, queue one for many, cancel it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from app.bulk.models import BulkRun
from app.core import access, clock
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.jobs import RunState, later
from app.core.operations import Kind, Operation
from app.notices import gathering
from app.notices import service as notices

FEW = 100  # records that a request may change while somebody waits
MOST = 1_000_000  # records of one operation
PROBLEMS = 100  # reasons that are kept


@dataclass
class Outcome:
    """What became of some records: counts, and reasons as {"id", "name", "why"}."""

    changed: int = 0
    refused: int = 0
    missing: int = 0
    failed: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)


def seen(kind: Kind, ids: Sequence[int]) -> list[int]:
    """Those of the records that the actor sees, by id."""
    return list(db.session.scalars(select(kind.model.id).where(kind.model.id.in_(ids)).order_by(kind.model.id)))


def perform(kind: Kind, operation: Operation, ids: Sequence[int], values: dict[str, Any]) -> Outcome:
    """Do the operation to each of the records that the actor sees; each either wholly or not at all. Flushes."""
    outcome = Outcome()
    rows = list(db.session.scalars(select(kind.model).where(kind.model.id.in_(ids)).order_by(kind.model.id)))
    outcome.missing = len(ids) - len(rows)
    for row in rows:
        _one(operation, row, values, outcome)
    return outcome


def _one(operation: Operation, row: Any, values: dict[str, Any], outcome: Outcome) -> None:
    key, name = row.id, str(row)
    try:
        with db.session.begin_nested():
            operation.apply(row, values)  # type: ignore[misc]
        outcome.changed += 1
    except NotAllowed:
        outcome.refused += 1
    except (RuleBroken, IntegrityError, DataError) as error:
        why = str(error) if isinstance(error, RuleBroken) else _("This value can't be stored.")
        outcome.failed += 1
        outcome.problems.append({"id": key, "name": name[:120], "why": why[:300]})


def perform_now(kind: Kind, operation: Operation, ids: Sequence[int], values: dict[str, Any]) -> Outcome:
    """As `perform`, and colleagues are told once of all of it."""
    with gathering.gathered() as told:
        outcome = perform(kind, operation, ids, values)
    notices.tell_gathered(told)
    return outcome


def queue(kind: Kind, operation: Operation, ids: list[int], values: dict[str, Any]) -> BulkRun:
    """Queue the operation for a worker, who acts as the present actor. Raises RuleBroken for too many. Flushes."""
    if len(ids) > MOST:
        raise RuleBroken({"": _("At most %(n)s records at once.", n=f"{MOST:,}")})
    run = BulkRun(kind=kind.name, operation=operation.key, values=values, ids=sorted(ids), total=len(ids))
    run.owner_id, run.queued_at = access.current().user_id or 0, clock.now()
    run.locale = str(get_locale() or "en")[:5]
    db.session.add(run)
    db.session.flush()
    later("bulk.run", run)
    return run


def cancel(run: BulkRun) -> None:
    """Stop it after its present slice; what is done stays done. A run that no worker has yet, ends at once."""
    if run.state == RunState.QUEUED:
        run.state, run.finished_at = RunState.CANCELLED, clock.now()
    run.cancel_requested = True
    db.session.flush()


def runs(limit: int) -> list[BulkRun]:
    """The runs that the actor may see, the latest first."""
    return list(db.session.scalars(select(BulkRun).order_by(BulkRun.id.desc()).limit(limit)))

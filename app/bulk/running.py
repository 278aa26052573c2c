"""Takes a group operation to its end, slice by slice; each slice is one transaction with the place where it stands.

So a process killed anywhere leaves a run that goes on exactly there, and a worker thought dead and replaced finds its
token (`attempts`) outdated and can't commit any more.
"""

import logging

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.bulk import service
from app.bulk.models import BulkRun
from app.core import access, clock, operations, runs
from app.core.db import appbuilder_of, db
from app.core.errors import RuleBroken
from app.core.jobs import RunState
from app.core.people import load_actor
from app.notices import gathering
from app.notices import service as notices
from app.notices.models import Kind

log = logging.getLogger(__name__)
SLICE = 100  # records


def work(run_id: int) -> None:
    """Claim the run and take it to its end as its requester; does nothing when somebody else has it.

    The caller acts as SYSTEM, under which the run is claimed and closed.
    """
    token = runs.claim(BulkRun, run_id)
    if token is None:
        return
    run = db.session.get_one(BulkRun, run_id)
    found = load_actor(run.owner_id)
    actor = found or access.NOBODY
    try:
        with runs.beating(BulkRun, run_id, token), force_locale(run.locale):
            _to_its_end(run_id, token, actor)
    except runs.Superseded:
        db.session.rollback()
        log.warning("group operation %s was taken over by another worker", run_id)


def _to_its_end(run_id: int, token: int, actor: access.Actor) -> None:
    try:
        cancelled = _slices(run_id, token, actor)
        _end(run_id, token, RunState.CANCELLED if cancelled else RunState.DONE)
    except RuleBroken as broken:
        db.session.rollback()
        _end(run_id, token, RunState.FAILED, str(broken))


def _slices(run_id: int, token: int, actor: access.Actor) -> bool:
    """All that is left of it; tells whether it was cancelled before its end. Raises RuleBroken where it can't go on."""
    run = db.session.get_one(BulkRun, run_id)
    if run.stalls > runs.MOST_STALLS:
        raise RuleBroken({"": _("It stopped %(n)s times at the same place and was given up.", n=runs.MOST_STALLS)})
    ids, values = list(run.ids), dict(run.values)
    while run.done_rows < (run.total or 0):
        if run.cancel_requested:
            return True
        kind, operation = _allowed(run, actor)
        chosen = ids[run.done_rows : run.done_rows + SLICE]
        with access.acting_as(actor), gathering.gathered(run.told) as told:
            outcome = service.perform(kind, operation, chosen, values)
        _record(run, token, len(chosen), outcome, told)
        db.session.commit()
        db.session.expunge_all()
        run = db.session.get_one(BulkRun, run_id)
    return False


def _allowed(run: BulkRun, actor: access.Actor) -> tuple[operations.Kind, operations.Operation]:
    """Rights count as they are now, not as they were when the run was queued (threat 29). Raises RuleBroken."""
    kind = operations.kind(run.kind)
    operation = kind.operations.get(run.operation) if kind else None
    with access.acting_as(actor):
        if not kind or not operation or not operations.may(kind, operation, appbuilder_of().sm.has_access):
            raise RuleBroken({"": _("You may not do this any more.")})
    return kind, operation


def _record(run: BulkRun, token: int, size: int, outcome: service.Outcome, told: gathering.Told) -> None:
    """Write the counts of a slice into its transaction. Raises Superseded."""
    counts = {name: getattr(run, name) + getattr(outcome, name) for name in ("changed", "refused", "missing", "failed")}
    problems = [*run.problems, *outcome.problems][: service.PROBLEMS]
    step = {**counts, "done_rows": run.done_rows + size, "problems": problems, "told": told}
    said = runs.held(BulkRun, run.id, token).values(**step, stalls=0, heartbeat_at=clock.now())
    if not db.session.execute(said).rowcount:  # type: ignore[attr-defined]
        raise runs.Superseded


def _end(run_id: int, token: int, state: RunState, error: str | None = None) -> None:
    """Close the run and tell, in one transaction; the list of records is of no more use. Raises Superseded."""
    closed = runs.held(BulkRun, run_id, token).values(state=state, error=error, finished_at=clock.now(), ids=[])
    if not db.session.execute(closed).rowcount:
        raise runs.Superseded
    run = db.session.scalars(
        select(BulkRun).where(BulkRun.id == run_id).execution_options(populate_existing=True)
    ).one()
    found = load_actor(run.owner_id)
    with access.acting_as(found or access.NOBODY):
        notices.tell_gathered(run.told)
    with access.acting_as(access.NOBODY):  # the product tells, not the person
        said = {"changed": run.changed, "left": run.left_alone}
        notices.tell([run.owner_id], Kind.BULK, f"/bulk/{run.id}", **said)
    db.session.commit()

"""Takes an export to its end as its requester. It begins anew where a worker died: nothing of it is seen before."""

import logging
import tempfile
from functools import partial
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import DataError, OperationalError, StatementError

from app.core import access, clock, runs, storage
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.jobs import RunState
from app.core.people import load_actor
from app.exports import service, writing
from app.exports.models import ExportRun
from app.notices import service as notices
from app.notices.models import Kind

log = logging.getLogger(__name__)


def work(run_id: int) -> None:
    """Claim the run and take it to its end; does nothing when somebody else has it. The caller acts as SYSTEM.

    Raises what a database that is away raises: the run is then claimed again later.
    """
    token = runs.claim(ExportRun, run_id)
    if token is None:
        return
    with runs.beating(ExportRun, run_id, token):
        try:
            _as_requester(run_id, token)
        except runs.Superseded:
            db.session.rollback()
            log.warning("export %s was taken over or taken away", run_id)


def _as_requester(run_id: int, token: int) -> None:
    """Rights count as they are now, not as they were when the run was queued (threat 29)."""
    run = db.session.scalar(select(ExportRun).where(ExportRun.id == run_id))
    if run is None:
        raise runs.Superseded
    found = load_actor(run.owner_id)
    with access.acting_as(found or access.NOBODY), force_locale(run.locale):
        state, came = _outcome(run, token)
    _end(run_id, token, state, **came)  # as the caller: the requester may see not even the run any more


def _outcome(run: ExportRun, token: int) -> tuple[RunState, dict[str, Any]]:
    """How it ends, and what is to be written into its row."""
    try:
        return RunState.DONE, _made(run, token)
    except runs.Cancelled:
        return RunState.CANCELLED, {}
    except NotAllowed:
        return RunState.FAILED, {"error": _("You may not export this any more.")}
    except RuleBroken as broken:
        return RunState.FAILED, {"error": str(broken)}


def _made(run: ExportRun, token: int) -> dict[str, Any]:
    """Write the file and store it; its size. The key is known before the file is there, so that none is forgotten."""
    run_id, entity, format_, args, former = run.id, run.entity, run.format, run.filters, run.file_key
    columns = run.columns
    service.require(entity)
    if run.stalls > runs.MOST_STALLS:
        raise RuleBroken({"": _("The export stopped %(n)s times and was given up.", n=runs.MOST_STALLS)})
    storage.remove(former) if former else None
    tell = partial(runs.progress, ExportRun, run_id, token)
    with tempfile.TemporaryFile(prefix="clientela-export-") as file:
        runs.snapshot()
        try:
            writing.write(entity, format_, args, file, lambda done, total: tell(done_rows=done, total=total), columns)
        except StatementError as error:
            if isinstance(error, OperationalError) and not isinstance(error, DataError):
                raise
            raise RuleBroken({"filters": _("This filter can't be applied.")}) from error
        finally:
            db.session.rollback()
        key = storage.new_key(service.AREA)
        tell(file_key=key)
        file.seek(0)
        return {"file_size": storage.put(file, service.AREA, key=key)[1]}


def _end(run_id: int, token: int, state: RunState, **values: Any) -> None:
    """Close the run and tell who asked, in one transaction. Raises Superseded."""
    db.session.rollback()
    now = clock.now()
    closed = runs.held(ExportRun, run_id, token).values(
        state=state, finished_at=now, expires_at=now + service.KEPT, **values
    )
    if not db.session.execute(closed).rowcount:  # type: ignore[attr-defined]
        raise runs.Superseded
    run = db.session.get_one(ExportRun, run_id, populate_existing=True)
    if state != RunState.CANCELLED:
        told = {"file": run.file_name, "rows": run.done_rows, "error": run.error}
        with access.acting_as(access.NOBODY):  # the product tells, not the person
            notices.tell([run.owner_id], Kind.EXPORT, f"/exports/{run_id}", **told)
    db.session.commit()

"""Takes a run to its end, chunk by chunk. Each chunk is one transaction: rows, refusals, counts and the last line.

So a process killed anywhere leaves a run that goes on exactly where it stood. Who works on a run holds a token
(`attempts`); a worker thought dead and replaced finds its token outdated and can't commit any more.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection, Update, delete, insert, text

from app.core import access, clock, runs, storage
from app.core.ahead import ahead
from app.core.db import db
from app.core.jobs import RunState
from app.core.people import load_actor
from app.core.runs import Cancelled, Superseded
from app.imports import files, service
from app.imports.models import ImportProblem, ImportRun, import_company
from app.notices import gathering
from app.notices import service as notices
from app.notices.models import Kind
from importers import IMPORTERS, reading
from importers.dialect import Dialect
from importers.errors import Refused
from importers.frames import Cleaned
from importers.mapping import Mapping
from importers.merging import ContactMerge, FlatMerge, Outcome, Settings
from importers.options import Options

log = logging.getLogger(__name__)
CHUNK, FLAT_CHUNK = 10_000, 500  # rows
REVOKED = {
    "contacts": _l("You may not import contacts any more."),
    "opportunities": _l("You may not import opportunities any more."),
    "tasks": _l("You may not import tasks any more."),
    "cases": _l("You may not import cases any more."),
}
PATIENT = "SET statement_timeout = '10min'; SET lock_timeout = '60s'"


@dataclass
class Job:
    """A claimed run: the row as it was claimed, the token, and the connection of this worker alone."""

    run: ImportRun
    run_id: int
    token: int
    connection: Connection

    def mine(self, **values: Any) -> Update:
        """An update of the run that touches nothing when the token is outdated."""
        return runs.held(ImportRun, self.run_id, self.token).values(heartbeat_at=clock.now(), **values)

    def write(self, **values: Any) -> None:
        """Do such an update in a transaction of its own. Raises Superseded."""
        with self.connection.begin():
            if not self.connection.execute(self.mine(**values)).rowcount:
                raise Superseded


def work(run_id: int) -> None:
    """Claim the run and take it to its end as its requester; does nothing when somebody else has it.

    The caller acts as SYSTEM. Raises what a database that is away raises: the run is then claimed again later.
    """
    token = runs.claim(ImportRun, run_id)
    if token is None:
        return
    run = db.session.get_one(ImportRun, run_id)
    with own_connection() as connection, runs.beating(ImportRun, run_id, token):
        job = Job(run, run_id, token, connection)
        try:
            _as_requester(job)
        except Superseded:
            db.session.rollback()
            log.warning("import %s was taken over by another worker", run_id)


@contextmanager
def own_connection() -> Iterator[Connection]:
    """A connection for one run, with patient limits and temporary tables of its own: closed, never given back."""
    with db.engine.connect() as connection:
        try:
            with connection.begin():
                connection.execute(text(PATIENT))
            yield connection
        finally:
            connection.invalidate()


def _as_requester(job: Job) -> None:
    """Rights count as they are now, not as they were when the run was queued (threat 29)."""
    found = load_actor(job.run.owner_id)
    with access.acting_as(found or access.NOBODY), force_locale(job.run.locale):
        try:
            if found is None or not service.may_write(job.run.kind):
                raise Refused(REVOKED[job.run.kind])
            if job.run.stalls > runs.MOST_STALLS:
                raise Refused(
                    _("The import stopped %(n)s times at the same place and was given up.", n=runs.MOST_STALLS)
                )
            _import(job)
            end(job, RunState.DONE)
        except Cancelled:
            end(job, RunState.CANCELLED)
        except Refused as refused:
            end(job, RunState.FAILED, str(refused))


def _import(job: Job) -> None:
    run = job.run
    with files.local(run.file_key or "") as path:
        if run.total is None:
            service.read_through(run)
            job.write(total=run.total, options=run.options)
        if run.dry_run and run.done_rows:
            _start_over(job)
        steps = _contacts(job, path) if run.kind == "contacts" else _flat(job, path)
        for cancelled in steps:
            if cancelled:
                raise Cancelled


def _contacts(job: Job, path: Path) -> Iterator[bool]:
    """Chunk by chunk on this worker's own connection; tells after each whether to stop."""
    with job.connection.begin(), _refusing_nobody():
        merge = ContactMerge(job.connection.connection.driver_connection, _settings(job.run))  # type: ignore[arg-type]
    for cleaned, candidates in ahead((c, merge.candidates.of(c.good)) for c in _cleaned(job.run, path, CHUNK)):
        with job.connection.begin():
            cancelled = _record(job, job.connection, cleaned, merge(candidates))
        yield cancelled


def _flat(job: Job, path: Path) -> Iterator[bool]:
    """As `_contacts`, in transactions of the session, which the services of the rooms write to. A dry run's are rolled
    back, and it writes its counts by itself."""
    dry, told = job.run.dry_run, dict(job.run.told)
    with _refusing_nobody():
        merge = FlatMerge(job.run.kind, _settings(job.run))
    for cleaned, rows in ahead((c, merge.of(c.good)) for c in _cleaned(job.run, path, FLAT_CHUNK)):
        with gathering.gathered(told) as told:
            outcome = merge(rows)
        if dry:
            db.session.rollback()
            with job.connection.begin():
                cancelled = _record(job, job.connection, cleaned, outcome)
        else:
            cancelled = _record(job, db.session.connection(), cleaned, outcome, told=told)
            db.session.commit()
        yield cancelled


def _start_over(job: Job) -> None:
    """A dry run that lost its worker has lost what it remembered of the file's earlier rows."""
    job.write(**dict.fromkeys(service.COUNTS, 0))
    with job.connection.begin():
        job.connection.execute(delete(ImportProblem).where(ImportProblem.run_id == job.run.id))
    job.run.last_line = 0


def _settings(run: ImportRun) -> Settings:
    headings = {c["field"]: c["heading"] for c in reversed(run.mapping["columns"])}
    return Settings(access.current(), run.id, Options.from_json(run.options), run.dry_run, headings)


@contextmanager
def _refusing_nobody() -> Iterator[None]:
    """A responsible person who is nobody refuses the file."""
    try:
        yield
    except LookupError as error:
        raise Refused(str(error)) from error


def _cleaned(run: ImportRun, path: Path, size: int) -> Iterator[Cleaned]:
    """Goes on in another thread, which has no business with the session: the run is read before."""
    columns, options, importer = Mapping.from_json(run.mapping), Options.from_json(run.options), IMPORTERS[run.kind]
    frames = reading.frames(path, Dialect.from_json(run.dialect), size, run.last_line + 1)
    return (importer.clean(frame, columns, options) for frame in frames)


def _record(job: Job, connection: Connection, cleaned: Cleaned, outcome: Outcome, **more: Any) -> bool:
    """Write the chunk's refusals and counts into its transaction; tells whether to stop. Raises Superseded."""
    refused = [
        {"run_id": job.run_id, "line": p.line, "heading": p.column, "reason": str(p.reason), "raw": p.raw}
        for p in cleaned.problems.itertuples(index=False)
    ] + [
        {"run_id": job.run_id, "line": p.line, "heading": p.heading, "reason": p.reason, "raw": p.raw}
        for p in outcome.problems
    ]
    if refused:
        connection.execute(insert(ImportProblem), refused)
    lines = [*cleaned.good["line"].tail(1), *cleaned.problems["line"].tail(1)]
    counts = {"created": outcome.created, "updated": outcome.updated, "skipped": outcome.skipped}
    counts |= {"failed": len(refused), "done_rows": len(cleaned.good) + len(cleaned.problems)}
    added = {name: getattr(ImportRun, name) + n for name, n in counts.items()}
    held = job.mine(**added, **more, last_line=int(max(lines)), stalls=0).returning(ImportRun.cancel_requested)
    row = connection.execute(held).one_or_none()
    if row is None:
        raise Superseded
    return bool(row.cancel_requested)


def end(job: Job, state: RunState, error: str | None = None) -> None:
    """Close the run. Its file goes unless it may still be imported: after a dry run, or for another try."""
    keep, key = job.run.dry_run or state == RunState.FAILED, job.run.file_key or ""
    with job.connection.begin():
        if not job.connection.execute(job.mine()).rowcount:
            raise Superseded
        job.connection.execute(delete(import_company).where(import_company.c.run_id == job.run.id))
    db.session.expire(job.run)  # what was set on it was written by this worker's own connection
    closed = job.mine(state=state, error=error, finished_at=clock.now(), **({} if keep else {"file_key": None}))
    if not db.session.connection().execute(closed).rowcount:
        db.session.rollback()
        raise Superseded
    db.session.expire(job.run)
    _tell(job.run)
    db.session.commit()
    if not keep:
        storage.remove(key)


def _tell(run: ImportRun) -> None:
    """Tell the one who asked, in the transaction that closes the run, and those to whom it gave something to look
    after; a check is told where it is waited for."""
    if run.told:
        notices.tell_gathered(run.told)
    if run.dry_run or run.state == RunState.CANCELLED:
        return
    counts = {name: getattr(run, name) for name in ("created", "updated", "failed")}
    with access.acting_as(access.NOBODY):  # the product tells, not the person
        notices.tell([run.owner_id], Kind.IMPORT, f"/imports/{run.id}", file=run.file_name, error=run.error, **counts)

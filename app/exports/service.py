"""The verbs of an export: start, cancel, take away. Running is `running`."""

import datetime as dt

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import access, audit, clock, storage
from app.core.db import appbuilder_of, db
from app.core.errors import NotAllowed, RuleBroken
from app.core.jobs import RunState, later
from app.core.runs import ENDED
from app.exports import entities, filters  # noqa: F401  (entities register themselves)
from app.exports.models import ExportRun, Format
from app.exports.sources import SOURCES
from app.exports.writing import ALL

AREA = "exports"
KEPT = dt.timedelta(days=7)  # how long the file can be fetched
MOST_AT_ONCE = 5


def start(
    entity: str, format_: str, args: filters.Args | None = None, columns: list[list[str]] | None = None
) -> ExportRun:
    """Queue the export of a list as its address filters it, or of everything ("all", as zip; administrators).

    Raises RuleBroken with the reasons, NotAllowed for those who may not open the list. Flushes.
    """
    check(entity, format_, args or {})
    actor = access.current()
    run = ExportRun(entity=entity, format=format_, owner_id=actor.user_id, filters=dict(args or {}), columns=columns)
    run.file_name = f"{entity}-{clock.today(actor.timezone)}.{format_}"
    run.queued_at, run.expires_at = clock.now(), clock.now() + KEPT
    run.locale = str(get_locale() or "en")[:5]
    db.session.add(run)
    db.session.flush()
    if entity == ALL:
        audit.note("export.all", run.file_name)
    later("exports.run", run)
    return run


def check(entity: str, format_: str, args: filters.Args) -> None:
    """Whether the actor may have this now. Raises RuleBroken, NotAllowed."""
    require(entity)
    formats = [Format.ZIP] if entity == ALL else [Format.CSV, Format.XLSX]
    if format_ not in formats:
        raise RuleBroken({"format": _("Choose one of: %(names)s.", names=", ".join(formats))})
    if entity != ALL:
        filters.chosen(SOURCES[entity], args)
    waiting = select(ExportRun.id).where(ExportRun.owner_id == access.current().user_id, ExportRun.state.notin_(ENDED))
    if (db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0) >= MOST_AT_ONCE:
        raise RuleBroken({"": _("Wait for your other exports to end first.")})


def require(entity: str) -> None:
    """Raise RuleBroken for an unknown entity, NotAllowed where the actor may not open its list."""
    if entity == ALL:
        if not access.current().is_admin:
            raise NotAllowed
    elif entity not in SOURCES:
        raise RuleBroken({"entity": _("“%(name)s” can't be exported.", name=entity[:40])})
    elif not appbuilder_of().sm.has_access("can_read", SOURCES[entity].permission):
        raise NotAllowed


def cancel(run: ExportRun) -> None:
    """Stop it; one that no worker has yet ends at once."""
    if run.state == RunState.QUEUED:
        run.state, run.finished_at = RunState.CANCELLED, clock.now()
    run.cancel_requested = True
    db.session.flush()


def delete(run: ExportRun) -> None:
    """Take away an export with its file; what a worker still makes of it finds its row gone."""
    storage.remove(run.file_key) if run.file_key else None
    db.session.delete(run)
    db.session.flush()


def take_away() -> int:
    """Take away the exports whose time is over, with their files; how many."""
    old = list(db.session.scalars(select(ExportRun).where(ExportRun.expires_at < clock.now()).limit(1000)))
    for run in old:
        delete(run)
    return len(old)


def runs(limit: int, offset: int = 0) -> list[ExportRun]:
    """The actor's exports, the latest first."""
    latest = select(ExportRun).order_by(ExportRun.id.desc())
    return list(db.session.scalars(latest.limit(limit).offset(offset)))

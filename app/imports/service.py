"""The verbs of an import: upload, choose how it is read, which column is what, start, cancel. Running is `running`."""

from collections.abc import Iterator
from typing import IO, Any, BinaryIO

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import access, clock, storage
from app.core.db import appbuilder_of, db
from app.core.errors import NotAllowed
from app.core.jobs import RunState, later
from app.core.people import User
from app.imports import files
from app.imports.models import DRAFT, ImportProblem, ImportRun, RememberedMapping, Step
from app.settings import custom
from importers import IMPORTERS, guessing, mapping, problems, reading, vocabulary
from importers.dialect import Dialect
from importers.errors import Refused, UncertainEncoding
from importers.fields import CustomField
from importers.mapping import Mapping
from importers.options import Options
from importers.reading import Preview

# Of a kind of file: the entity whose custom fields it may fill, and whom its role must let write.
ENTITIES = {"contacts": "contact", "opportunities": "opportunity", "tasks": "task", "cases": "case"}
CHECKED_AT_THE_DOOR = 32 * 1024 * 1024  # bytes; a larger file is read through by the worker, not while somebody waits
COUNTS = ("done_rows", "created", "updated", "skipped", "failed", "last_line")


def upload(stream: IO[bytes], name: str | None, kind: str = "contacts") -> ImportRun:
    """Keep a file and find out how to read it. Raises Refused (what is no table, too large or of an unknown kind)
    and NotAllowed. The run is a draft until `start`."""
    if kind not in IMPORTERS:
        raise Refused(_("“%(kind)s” can't be imported.", kind=kind[:40]))
    refuse_readers(kind)
    try:
        key, size = storage.put(stream, files.AREA, reading.MAX_BYTES)
    except storage.TooLarge:
        raise Refused(_("The file is larger than %(limit)s MB.", limit=reading.MAX_BYTES >> 20)) from None
    try:
        with files.local(key) as path:
            dialect = reading.detect(path, knows=vocabulary.knows(kind))
            reading.titles(path, dialect)
    except Refused:
        storage.remove(key)
        raise
    run = ImportRun(kind=kind, file_key=key, file_name=storage.plain_name(name, "import.csv"), file_size=size)
    run.dialect, run.owner = dialect.to_json(), db.session.get(User, access.current().user_id)
    run.options = Options(duplicates="update", private=kind == "contacts").to_json()  # CON-07, OPP-05
    db.session.add(run)
    db.session.flush()
    guess(run)
    if kind == "contacts" and guessing.is_own(headings(run)):  # what was in the CRM once, may come back as it was
        choose(run, single_name_as_last=True)
    return run


def may_write(kind: str) -> bool:
    """Whether the actor may write records of a kind."""
    return bool(appbuilder_of().sm.has_access("can_write", ENTITIES[kind].capitalize()))


def refuse_readers(kind: str) -> None:
    """Raise NotAllowed for those who may not write records of a kind."""
    if not may_write(kind):
        raise NotAllowed


def preview(run: ImportRun, rows: int = 20) -> Preview:
    """The first rows, read as the run says. Raises Refused."""
    with files.local(run.file_key or "") as path:
        return reading.preview(path, Dialect.from_json(run.dialect), rows)


def read_as(run: ImportRun, **choices: Any) -> None:
    """Change how the file is read (the fields of Dialect); a changed encoding is looked at afresh. Raises Refused."""
    now = Dialect.from_json(run.dialect)
    encoding = choices.get("encoding", now.encoding)
    with files.local(run.file_key or "") as path:
        if encoding != now.encoding:
            now = reading.redetect(path, encoding, vocabulary.knows(run.kind))
            choices = {"encoding": encoding}
        run.dialect = now.changed(**choices).to_json()
    guess(run)


def guess(run: ImportRun) -> None:
    """Propose the columns: as remembered for these headings, else as understood from headings and cells.

    The two columns that our own file of refused rows has at its end are never imported.
    """
    seen = preview(run)
    ours = len(problems.COLUMNS) if tuple(seen.headings[-2:]) == problems.COLUMNS else 0
    titles = seen.headings[: len(seen.headings) - ours]
    has_headings = run.dialect["header_line"] is not None
    fields = custom_fields(run.kind)
    found = guessing.guess(seen.headings, seen.samples, fields, has_headings, run.kind).to_json()
    remembered = db.session.scalar(select(RememberedMapping).filter_by(**_key(run, titles))) if has_headings else None
    if remembered:
        found["columns"][: len(titles)] = remembered.mapping["columns"]
        _forget_removed(found["columns"], {f.name for f in fields})
    run.mapping = found


def custom_fields(kind: str) -> list[CustomField]:
    """The fields of their own that administrators let be imported with this kind of record."""
    fields = custom.fields_of(ENTITIES[kind])
    return [
        CustomField(f.key, f.label, f.kind, tuple(f.options), f.applies_to) for f in fields if f.in_import and f.holds
    ]


def _forget_removed(columns: list[dict[str, Any]], known: set[str]) -> None:
    """A remembered choice may name a custom field that was taken off since."""
    for column in columns:
        if (column["field"] or "").startswith("custom:") and column["field"] not in known:
            column["field"] = ""


def _key(run: ImportRun, titles: list[str]) -> dict[str, Any]:
    mine = {"owner_id": access.current().user_id, "kind": run.kind}
    return {**mine, "signature": mapping.signature(titles)}


def use_mapping(run: ImportRun, posted: Any) -> dict[str, Any]:
    """Take a posted mapping (see `importers.mapping.parse`); returns the options it carried. Raises MappingError."""
    titles = [c["heading"] for c in run.mapping["columns"]]
    chosen, options = mapping.parse(posted, titles, custom_fields(run.kind), kind=run.kind)
    run.mapping = chosen.to_json()
    return options


def require_name(run: ImportRun) -> None:
    """Raise Refused where no column can give a record its name."""
    Mapping.from_json(run.mapping).require_name(run.kind)


def choose(run: ImportRun, **options: Any) -> None:
    """Set some of the run's options. Raises Refused."""
    run.options = Options.from_json({**run.options, **options}).to_json()


def start(run: ImportRun, dry_run: bool, nudge: bool = True) -> None:
    """Queue the run. A smaller file is read through first, so that a bad one is refused at the door. Raises Refused.

    `nudge`: tell the workers after the commit; without it the caller runs it (`running.work`).
    """
    if run.state in (RunState.QUEUED, RunState.RUNNING) or run.file_key is None:
        raise Refused(_("This file was imported already."))
    require_name(run)
    require_encoding(run)
    run.total = None
    if run.file_size <= CHECKED_AT_THE_DOOR or not nudge:
        read_through(run)
    _remember(run)
    reset(run)
    run.dry_run, run.state, run.step, run.queued_at = dry_run, RunState.QUEUED, Step.RUN, clock.now()
    run.locale = str(get_locale() or "en")[:5]
    run.told = {}
    run.error, run.started_at, run.finished_at, run.cancel_requested, run.stalls = None, None, None, False, 0
    db.session.flush()
    if nudge:
        later("imports.run", run)


def require_encoding(run: ImportRun) -> None:
    """No letter is brought in on a guess (Import policy 2). Raises UncertainEncoding until somebody names one."""
    dialect = Dialect.from_json(run.dialect)
    if not dialect.certain:
        raise UncertainEncoding(
            _("The encoding can't be told for certain; it may be %(name)s. Say which it is.", name=dialect.encoding)
        )


def read_through(run: ImportRun) -> None:
    """Count the rows and settle what columns decide by themselves (policy 6). Raises Refused."""
    dialect, columns = Dialect.from_json(run.dialect), Mapping.from_json(run.mapping)
    with files.local(run.file_key or "") as path:
        run.total = reading.count_rows(path, dialect)
        options = Options.from_json(run.options)
        run.options = IMPORTERS[run.kind].settle(path, dialect, columns, options).to_json()


def reset(run: ImportRun) -> None:
    """Forget the counts and refusals of a former dry run."""
    for name in COUNTS:
        setattr(run, name, 0)
    if run.id:
        db.session.query(ImportProblem).filter_by(run_id=run.id).delete(synchronize_session=False)


def _remember(run: ImportRun) -> None:
    if run.dialect["header_line"] is None:
        return
    key = _key(run, headings(run))
    kept = db.session.scalar(select(RememberedMapping).filter_by(**key)) or RememberedMapping(**key)
    kept.mapping = {**run.mapping, "columns": [{**c, "sure": "remembered"} for c in run.mapping["columns"]]}
    db.session.add(kept)


def cancel(run: ImportRun) -> None:
    """Stop it after its present chunk; what is in stays in. A run that no worker has yet, ends at once."""
    if run.state == RunState.QUEUED:
        run.state, run.finished_at = RunState.CANCELLED, clock.now()
    run.cancel_requested = True
    db.session.flush()


def change(run: ImportRun, step: Step) -> None:
    """Go back to a step of an upload that is not in yet. Raises Refused."""
    if run.state in (RunState.QUEUED, RunState.RUNNING) or run.file_key is None:
        raise Refused(_("This file was imported already."))
    run.state, run.step = DRAFT, step


def discard(run: ImportRun) -> None:
    """Forget an upload that never ran. Raises Refused."""
    change(run, Step.READING)
    storage.remove(run.file_key or "")
    db.session.delete(run)
    db.session.flush()


def runs(limit: int, offset: int = 0) -> list[ImportRun]:
    """The runs that the actor may see, the latest first."""
    latest = select(ImportRun).options(joinedload(ImportRun.owner)).order_by(ImportRun.id.desc())
    return list(db.session.scalars(latest.limit(limit).offset(offset)))


def headings(run: ImportRun) -> list[str]:
    """The headings of the file, "" where it has none."""
    return [c["heading"] for c in run.mapping.get("columns", [])]


def refused_rows(run: ImportRun, limit: int | None = None) -> list[ImportProblem]:
    """The refused rows by line."""
    rows = select(ImportProblem).where(ImportProblem.run_id == run.id).order_by(ImportProblem.line)
    return list(db.session.scalars(rows.limit(limit)))


def write_errors(run: ImportRun, file: BinaryIO) -> int:
    """The refused rows as CSV: the file's columns, `_line`, `_reason` (IMP-04); returns how many."""
    rows = db.session.execute(
        select(ImportProblem.line, ImportProblem.heading, ImportProblem.reason, ImportProblem.raw)
        .where(ImportProblem.run_id == run.id)
        .order_by(ImportProblem.line)
        .execution_options(yield_per=1000)
    )
    found: Iterator[Any] = ((line, f"{h}: {r}" if h else r, raw) for line, h, r, raw in rows)
    return problems.write(file, headings(run), found, Mapping.from_json(run.mapping))


def summary(run: ImportRun, errors_file: str | None) -> dict[str, Any]:
    """What the contract promises to programs."""
    keys = ("id", "state", "total", "created", "updated", "skipped", "failed")
    return {key: getattr(run, key) for key in keys} | {"errors_file": errors_file if run.failed else None}

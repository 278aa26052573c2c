"""How fast all contacts become a file, beside the bare COPY TO of the tables they stand in."""

from flask import Flask

from app.core import access
from app.core.db import db
from app.exports import running, service
from app.exports.models import ExportRun
from app.imports.commands import requester
from app.ops.measuring import TABLES, Figure, Pg, figure, filled, own_database, server, timed


def export_rows(app: Flask, contacts: int) -> Figure:
    """Rows a second of a CSV of all contacts, from its claim to the stored file; floor: COPY TO of the same tables."""
    filled(app, contacts, contacts)
    run_id = queued(app)
    seconds = timed(lambda: worked(app, run_id))
    with server(own_database(app)) as pg:
        floor = timed(lambda: copy_out(pg))
    rows = written(app, run_id)
    return figure(rows / seconds, rows / floor, "rows/s", rows)


def queued(app: Flask) -> int:
    """An export of all that the first Owner sees: everything."""
    with app.app_context(), access.acting_as(requester(None)):
        run = service.start("contacts", "csv")
        db.session.commit()
        return run.id


def worked(app: Flask, run_id: int) -> None:
    """As the worker does it."""
    with app.app_context(), access.acting_as(requester(None)):
        running.work(run_id)


def written(app: Flask, run_id: int) -> int:
    """How many rows are in the file."""
    with app.app_context(), access.acting_as(requester(None)):
        run = db.session.get_one(ExportRun, run_id)
        if run.state != "done":
            raise SystemExit(f"the export failed: {run.error}")
        return run.done_rows


def copy_out(pg: Pg) -> None:
    """Fetch the tables and throw them away."""
    for table, columns in TABLES.items():
        with pg.cursor().copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
            for _block in copy:
                pass

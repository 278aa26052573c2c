"""`manage import`: the same import as on the page, run in this very process."""

import json
import time
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.core import access
from app.core.db import db
from app.core.errors import NotAllowed
from app.core.people import OWNER, Role, User, load_actor, user_named
from app.imports import running, service
from app.imports.models import ImportRun
from importers import IMPORTERS
from importers.errors import Refused
from importers.options import DUPLICATES, MATCHES

REFUSED = 2  # exit code
PATIENCE = 120  # seconds that the database may be away
Json = dict[str, Any]


def register(app: Flask) -> None:
    """Hang the command on the application."""
    app.cli.add_command(import_file)


@click.command("import")
@click.argument("kind", type=click.Choice(sorted(IMPORTERS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="JSON: which column becomes which field.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen, write nothing.")
@click.option("--as", "user", help="User name or email of the requester; by default the first Owner.")
@click.option("--duplicates", type=click.Choice(list(DUPLICATES)), default="update", show_default=True)
@click.option("--match", type=click.Choice(list(MATCHES)), default="email", show_default=True)
@click.option(
    "--open/--private", "open_", default=None, help="Who sees what comes in; contacts are private by default."
)
@click.option("--encoding", help="Of the file, where it is not recognised.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@with_appcontext
def import_file(
    kind: str,
    file: Path,
    map_file: Path | None,
    dry_run: bool,
    user: str | None,
    duplicates: str,
    match: str,
    open_: bool | None,
    encoding: str | None,
    as_json: bool,
) -> None:
    """Import a FILE of records of one KIND. Exits with 2 when the file was refused."""
    chosen: Json = {"duplicates": duplicates, "match": match} | ({} if open_ is None else {"private": not open_})
    try:
        with access.acting_as(requester(user)):
            run_id = prepare(kind, file, map_file, encoding, chosen, dry_run)
    except (Refused, NotAllowed, OSError) as error:
        click.echo(sentence(error, kind), err=True)
        raise SystemExit(REFUSED) from None
    run_to_its_end(run_id)
    with access.acting_as(requester(user)):
        report(db.session.get_one(ImportRun, run_id), file, as_json)


def requester(name: str | None) -> access.Actor:
    """The user who is named, or the first Owner. Raises Refused."""
    first = select(User).join(User.roles).where(Role.name == OWNER, User.active).order_by(User.id).limit(1)
    user = user_named(name) if name else db.session.scalar(first)
    found = load_actor(user.id) if user else None
    if found is None:
        raise Refused(f"There is no user “{name}”." if name else "There is no Owner yet.")
    return found


def prepare(kind: str, file: Path, map_file: Path | None, encoding: str | None, chosen: Json, dry_run: bool) -> int:
    """Upload the file and start a run for this process. Raises Refused, OSError."""
    with file.open("rb") as stream:
        run = service.upload(stream, file.name, kind)
    try:
        if encoding:
            service.read_as(run, encoding=encoding)
        told = service.use_mapping(run, map_file.read_text(encoding="utf-8-sig")) if map_file else {}
        service.choose(run, **chosen | told)
        service.start(run, dry_run, nudge=False)
    except (Refused, OSError):
        service.discard(run)
        raise
    db.session.commit()
    return run.id


def run_to_its_end(run_id: int) -> None:
    """Work on it here; where the database goes away meanwhile, go on when it is back."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with access.acting_as(access.SYSTEM):
                running.work(run_id)
                if db.session.get_one(ImportRun, run_id, populate_existing=True).ended:
                    return
        except OperationalError:
            if time.monotonic() > until:
                raise
        db.session.remove()
        time.sleep(1)


def report(run: ImportRun, file: Path, as_json: bool) -> None:
    """Print what came of it, and lay the refused rows beside the file."""
    told = service.summary(run, str(refused_rows(run, file)) if run.failed else None)
    if as_json:
        click.echo(json.dumps(told))
        return
    click.echo(f"{file.name}: {run.state}, {run.total} rows" + (" (dry run)" if run.dry_run else ""))
    click.echo(f"created {run.created}, updated {run.updated}, skipped {run.skipped}, refused {run.failed}")
    for line in filter(None, (run.error, told["errors_file"])):
        click.echo(line)


def refused_rows(run: ImportRun, file: Path) -> Path:
    """The refused rows as a file beside the imported one, or in the working folder where that can't be written."""
    name = f"{file.stem}-refused-{run.id}.csv"
    for folder in (file.absolute().parent, Path.cwd()):
        try:
            with (folder / name).open("wb") as target:
                service.write_errors(run, target)
        except OSError:
            continue
        return folder / name
    raise click.ClickException("The refused rows can't be written here: see the run in the browser.")


def sentence(error: Exception, kind: str) -> str:
    """One line for the terminal."""
    if isinstance(error, NotAllowed):
        return f"This user may not import {kind}."
    if isinstance(error, OSError):
        return f"{error.filename or 'The file'}: {error.strerror or error}"
    return " ".join(str(error).split())

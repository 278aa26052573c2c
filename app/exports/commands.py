"""`manage export`: a list, or everything, written to a file by this very process."""

import json
import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from app.core import access, clock, runs
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.exports import service, writing
from app.imports.commands import requester
from importers.errors import Refused

REFUSED = 2  # exit code


def register(app: Flask) -> None:
    """Hang the command on the application."""
    app.cli.add_command(export)


@click.command()
@click.argument("entity", default=writing.ALL)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(["csv", "xlsx", "zip"]), help="By default as FILE ends.")
@click.option("--as", "user", help="User name or email of the requester; by default the first Owner.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@with_appcontext
def export(entity: str, file: Path | None, format_: str | None, user: str | None, as_json: bool) -> None:
    """Write what the requester sees of an ENTITY (contacts…, or all as one zip) to a FILE. Exits with 2 if refused."""
    format_ = format_ or (file.suffix.lstrip(".").lower() if file else "") or ("zip" if entity == "all" else "csv")
    try:
        with access.acting_as(requester(user)):
            file = file or Path(f"{entity}-{clock.today(access.current().timezone)}.{format_}")
            service.check(entity, format_, {})
            done = write(entity, format_, file)
    except (RuleBroken, Refused, OSError) as error:
        click.echo(" ".join(str(error).split()), err=True)
        raise SystemExit(REFUSED) from None
    except NotAllowed:
        click.echo("This user may not export that.", err=True)
        raise SystemExit(REFUSED) from None
    told = {"file": str(file), "rows": done, "bytes": file.stat().st_size}
    click.echo(json.dumps(told) if as_json else f"{file}: {done} rows")


def write(entity: str, format_: str, file: Path) -> int:
    """Write beside and move at the end, so that no half file stands there; how many rows. Raises OSError."""
    part, counted = file.with_name(f"{file.name}.part"), 0

    def tick(done: int, total: int) -> None:
        nonlocal counted
        counted = done
        if sys.stderr.isatty():
            click.echo(f"\r{done} of {total}", nl=False, err=True)

    try:
        with part.open("wb") as target:
            runs.snapshot()
            writing.write(entity, format_, {}, target, tick)
        part.replace(file)
    finally:
        db.session.rollback()
        part.unlink(missing_ok=True)
    return counted

"""`manage backup FILE` and `manage restore FILE`."""

import os
from pathlib import Path

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import update

from app.campaigns.models import Mailing, MailingState
from app.core import access, audit, clock, roles
from app.core.db import db
from app.mailing.models import MailState, OutgoingMail
from app.ops import archive, upgrade
from app.ops.folder import DataFolder, write_private

HELD = "This mail was still to be sent when the backup was made; it may have been sent since."


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--without-key", is_flag=True, help="Leave the secret key out: keep it elsewhere then.")
@click.option(
    "--verify", is_flag=True, help="Load the backup into a database of its own and compare, before it counts."
)
@with_appcontext
def backup(file: Path, without_key: bool, verify: bool) -> None:
    """Write database, files and secret key into one FILE, while people work."""
    try:
        content = archive.write(file, with_key=not without_key)
        if verify:
            archive.verify(file)
        write_private(current_app.config["DATA"] / upgrade.LAST_BACKUP, clock.now().isoformat())
    except (archive.Unfit, OSError) as error:
        raise click.ClickException(str(error)) from error
    with access.acting_as(access.SYSTEM):
        audit.note("backup.made", file.name)
        db.session.commit()
    rows, size = sum(content["rows"].values()), file.stat().st_size
    click.echo(f"{file}: {rows} rows, {len(content['files'])} files, {size} bytes{', verified' if verify else ''}")


@click.command("backup-database", hidden=True)
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_appcontext
def backup_database(file: Path) -> None:
    """What a start does before an upgrade: database and key, by a program that is newer than the tables. Files are
    never changed, so they are left where they are."""
    try:
        archive.write(file, with_files=False)
    except (archive.Unfit, OSError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Don't ask before what is here is replaced.")
@with_appcontext
def restore(file: Path, yes: bool) -> None:
    """Replace everything here by what FILE holds. Mails that were waiting are held for a person to decide."""
    data = DataFolder(Path(os.environ["CLIENTELA_DATA"]))
    if data.remembered():
        raise click.ClickException("Clientela runs on this data. Stop it first.")
    if not yes:
        click.confirm("Everything here is replaced by the backup. Go on?", abort=True)
    try:
        rows = archive.put_back(file, data.path / "secret_key", bring_up)
    except archive.Unfit as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{sum(rows.values())} rows are back")
    if os.environ.get("CLIENTELA_SECRET_KEY") and current_app.config["SECRET_KEY"]:
        click.echo("CLIENTELA_SECRET_KEY is set: give it the key of the backed-up installation.")


def bring_up() -> None:
    """Migrate what an older program wrote, and hold mails back: some of them went out after the backup was made."""
    flask_migrate.upgrade()
    with access.acting_as(access.SYSTEM):
        roles.converge()
        waiting = OutgoingMail.state.in_([MailState.WAITING, MailState.SENDING])
        db.session.execute(update(OutgoingMail).where(waiting).values(state=MailState.DOUBT, error=HELD))
        going = Mailing.state.in_([MailingState.QUEUED, MailingState.RUNNING])
        db.session.execute(update(Mailing).where(going).values(state=MailingState.PAUSED))
        audit.note("backup.restored")
        db.session.commit()

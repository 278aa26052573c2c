"""`manage demo-data` and `manage bench`."""

import sys

import click
from flask import Flask
from flask.cli import with_appcontext

from app.core.db import db
from app.ops import backups, demo
from app.ops.bench import BENCHES, run_all
from app.ops.drills import faults, imports, mail, table


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(demo_data)
    app.cli.add_command(bench)
    app.cli.add_command(drill)
    app.cli.add_command(backups.backup)
    app.cli.add_command(backups.backup_database)
    app.cli.add_command(backups.restore)


@click.command("demo-data")
@click.option("--contacts", type=click.IntRange(1, 5_000_000), help="How many, by COPY; 50 users and 10 groups too.")
@click.option("--small", is_flag=True, help="12 companies, 40 persons, three colleagues and their business.")
@click.option("--password", help="Of the sample users; without it one is made and printed.")
@with_appcontext
def demo_data(contacts: int | None, small: bool, password: str | None) -> None:
    """Fill in sample data."""
    if not contacts and not small:
        raise click.UsageError("Say --small, or how many with --contacts N.")
    secret = password or demo.new_password()
    if small and demo.small(secret):
        click.echo(f"giulia, marco and elena may sign in with the password {secret}")
    if contacts:
        users, groups = demo.crowd(secret)
        with db.engine.connect() as connection:
            pg = connection.connection.driver_connection
            demo.fill(pg, contacts, demo.how_many(), users, groups, tell)  # type: ignore[arg-type]
        click.echo(f"\n{contacts} contacts are in; demo01 to demo50 are their users")


def tell(done: int) -> None:
    """How far it is, on one line of a terminal."""
    if sys.stderr.isatty():
        click.echo(f"\r{done} contacts", nl=False, err=True)


@click.command()
@click.option("--only", type=click.Choice(list(BENCHES)), multiple=True, help="Some of them.")
@click.option("--contacts", type=click.IntRange(1000, 5_000_000), default=200_000, show_default=True)
@with_appcontext
def bench(only: tuple[str, ...], contacts: int) -> None:
    """Measure, each beside its floor in the same run, in a database of its own; one JSON object a line."""
    run_all(only or tuple(BENCHES), contacts)


DRILLS = {  # with so many rows, unless told otherwise
    "faults": (table.run_faults, 0),
    "kills": (table.run_kills, 0),
    "import": (imports.run, 200_000),
    "mail": (mail.run, 2000),
}
SINGLE = {name: (table.single(name), 0) for name in (title.split()[0] for title in faults.DRILLS)}
BOUNDED = {"import": 50_000, "mail": 1000}  # rows when all are played


@click.command()
@click.argument("name", type=click.Choice(["all", *DRILLS, *SINGLE]))
@click.option("--rows", type=click.IntRange(200, 5_000_000), help="Rows of the file, or recipients.")
def drill(name: str, rows: int | None) -> None:
    """Hurt a product of its own while it works, and count what is left; exit code 0 when all held."""
    chosen = DRILLS if name == "all" else {name: {**DRILLS, **SINGLE}[name]}
    bounded = BOUNDED if name == "all" else {}
    held = {title: run(rows or bounded.get(title, usual), click.echo) for title, (run, usual) in chosen.items()}
    for title, is_so in held.items():
        click.echo(f"{title}: {'held' if is_so else 'BROKEN'}")
    sys.exit(not all(held.values()))

"""Commands of the product: `python3 run.py manage VERB`. Rooms add their own beside these."""

import os
import secrets
from collections.abc import Callable

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import func, select

from app.core import access, catalogue, roles
from app.core.db import appbuilder_of, db
from app.core.people import OWNER, User, role_named

SEEDS: list[Callable[[], None]] = []


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    for command in (deploy, create_user, catalogue.refresh):
        app.cli.add_command(command)


@click.command()
@with_appcontext
def deploy() -> None:
    """Bring tables, permissions, roles and shipped values up to date; make the first administrator."""
    upgrade()
    with access.acting_as(access.SYSTEM):
        roles.converge()
        for seed in SEEDS:
            seed()
        db.session.commit()
        password = first_administrator()
    if password:
        click.echo(f"ADMIN_PASSWORD={password}")


def first_administrator() -> str:
    """Make `admin` when there is no user yet; return the password, or "" when there was somebody."""
    if db.session.scalar(select(func.count()).select_from(User)):
        return ""
    password = os.environ.get("CLIENTELA_ADMIN_PASSWORD") or secrets.token_urlsafe(12)
    add_user("admin", "admin@localhost", password, OWNER)
    return password


def add_user(name: str, email: str, password: str, role: str) -> User:
    """Create a user. Raises click.ClickException for an unknown role or a name or email in use."""
    found = role_named(role)
    if found is None:
        raise click.ClickException(f"There is no role “{role}”.")
    first, _, last = name.replace(".", " ").title().partition(" ")
    user = appbuilder_of().sm.add_user(name, first, last, email, found, password)
    if not user:
        raise click.ClickException(f"The name “{name}” or the address “{email}” is in use.")
    return user  # type: ignore[no-any-return]


@click.command("create-user")
@click.argument("name")
@click.option("--email", required=True)
@click.option("--password", required=True)
@click.option("--role", default="User", show_default=True)
@with_appcontext
def create_user(name: str, email: str, password: str, role: str) -> None:
    """Create a user with one of the roles Owner, Administrator, User, Read only."""
    with access.acting_as(access.SYSTEM):
        add_user(name, email, password, role)
    click.echo(f"{name} may sign in.")

"""Signing in from the command line: what `deploy` does for it, and the way back in of an owner who lost his phone."""

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import func, select

from app.core import access, sessions, two_factor
from app.core.commands import SEEDS
from app.core.db import db
from app.core.people import User


def register(app: Flask) -> None:
    """Secrets sealed under a former secret key are put under the present one at each deploy."""
    if two_factor.reseal not in SEEDS:
        SEEDS.append(two_factor.reseal)
    app.cli.add_command(reset_two_factor)


@click.command("reset-two-factor")
@click.argument("name")
@with_appcontext
def reset_two_factor(name: str) -> None:
    """Take two-factor login off the user NAME, whose password alone signs in then."""
    with access.acting_as(access.SYSTEM):
        user_id = db.session.scalar(select(User.id).where(func.lower(User.username) == name.lower()))
        if user_id is None or not two_factor.is_on(user_id):
            raise click.ClickException(f"There is no user “{name}” with two-factor login.")
        two_factor.turn_off(user_id)
        sessions.end_all([user_id])
        db.session.commit()
    click.echo(f"{name} signs in by password alone.")

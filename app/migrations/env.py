"""Alembic's entry. The metadata is Flask-AppBuilder's own: any other would make autogenerate drop every table."""

from typing import Literal

from alembic import context
from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import Connection, text

from app.core.clock import UTCDateTime

db = current_app.extensions["migrate"].db
LOCK = 0x43524D  # one upgrade at a time, whichever host starts first
# An index on a million rows takes longer than any page may; a table in use is waited for.
PATIENT = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '5min'"


def render(kind: str, item: object, _autogen: object) -> str | Literal[False]:
    """Our column types are written as what the database knows, so that old migrations outlive renamed classes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def run(connection: Connection) -> None:
    """Upgrade in one transaction: either the whole new schema, or the old one untouched."""
    context.configure(connection=connection, target_metadata=Model.metadata, compare_type=True, render_item=render)
    with context.begin_transaction():
        connection.execute(text(PATIENT))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database.")
with db.engine.connect() as connection:
    run(connection)
    connection.commit()

"""A database of its own for each worker, put back before each test to what `deploy` leaves.

Not a transaction rolled back at the end: the product commits at its doors, copies through connections of its own,
and web and worker processes must see what a test wrote. So the rows `deploy` left are kept beside, in a schema of
their own, and only tables that differ are put back: about 10 ms a test.
"""

from pathlib import Path

import psycopg
from psycopg import sql

from app.ops.postgres import NAME, Postgres

RESET = Path(__file__).with_name("reset.sql").read_text()


def create(server: Postgres, name: str) -> None:
    """Copy the migrated database under a new name and remember its rows."""
    new, template, owner = sql.Identifier(name), sql.Identifier(NAME), sql.Identifier(NAME)
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(new, template, owner))
    with server.connect(name) as connection:
        connection.execute(RESET)
        connection.execute("SELECT tests.remember()")


def reset(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Put all tables back. A session that still holds a lock is a defect of the test before: it fails in seconds."""
    connection.execute("SELECT tests.reset()")

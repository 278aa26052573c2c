"""What benchmarks share: a filled database of their own, a clock, and how a figure is told beside its floor."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from flask import Flask

from app.core.db import db
from app.ops import demo, demo_deals

FLOOR_CONTACTS = 10_000
TABLES = {
    "contact": "id, kind, first_name, last_name, name, title, company_id, type_id, temperature_id, description, "
    "custom, import_run_id, sort_name, search, private, owner_id, co_owners, shared_with, created_by, changed_by",
    "contact_channel": "contact_id, medium, kind, value, normal, is_primary",
    "contact_address": "contact_id, kind, street, city, state, zip, country, is_primary",
    "contact_tag": "contact_id, tag_id",
}
Pg = psycopg.Connection[Any]
Figure = dict[str, Any]


@contextmanager
def server(url: Any) -> Iterator[Pg]:
    """A connection for statements that no transaction may hold."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, options="-c lock_timeout=20s") as pg:
        yield pg


def own_database(app: Flask) -> Any:
    """Where the scratch database is."""
    with app.app_context():
        return db.engine.url


def filled(app: Flask, count: int, goal: int) -> None:
    """`count` more contacts with opportunities and tasks. When many, indexes and checks are put aside meanwhile."""
    if count <= 0:
        return
    with app.app_context():
        users, groups = demo.crowd(os.environ["CLIENTELA_BENCH_PASSWORD"])
        start = demo.how_many()
    with server(own_database(app)) as pg:
        after = demo_deals.last(pg)
        with bare_tables(pg) if goal > FLOOR_CONTACTS else nullcontext():
            demo.fill(pg, count, start, users, groups, lambda _n: None)
            demo_deals.fill(pg, after)
        pg.execute("VACUUM ANALYZE")


@contextmanager
def bare_tables(pg: Pg) -> Iterator[None]:
    """Without foreign keys and secondary indexes of the tables that are filled, which are made again at the end."""
    tables = [*TABLES, *demo_deals.TABLES]
    keys = pg.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [tables],
    ).fetchall()
    indexes = pg.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)",
        [tables],
    ).fetchall()
    for table, name, _ in keys:
        pg.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        pg.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        pg.execute(definition)
    for table, name, definition in keys:
        pg.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def timed(work: Callable[[], Any]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def figure(value: float, floor: float, unit: str, n: int) -> Figure:
    """What a line says."""
    return {"value": round(value, 1), "unit": unit, "floor": round(floor, 1), "ratio": round(value / floor, 3), "n": n}

"""The pipeline report over many opportunities, beside the bare GROUP BY under the same condition of access."""

import statistics
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.core import access
from app.core.db import db
from app.core.people import User, load_actor
from app.ops.measuring import FLOOR_CONTACTS, Figure, Pg, figure, filled, own_database, server, timed
from reports import asking
from reports.catalogue import REPORTS

TIMES = 9
FILL = """
INSERT INTO opportunity (title, sort_name, search, stage_id, owner_id, currency, amount, probability, private,
    expected_close, stage_changed_at)
SELECT 'Fornitura ' || n, 'fornitura ' || n, 'fornitura ' || n, stages[n % cardinality(stages) + 1],
    users[n * 7 % cardinality(users) + 1], CASE WHEN n % 9 = 0 THEN 'USD' ELSE 'EUR' END, n * 37 % 100000, n % 10 * 10,
    n % 5 = 0, current_date + n % 400 - 100, now()
FROM generate_series(1, %s) n,
    (SELECT array_agg(id) FROM stage) s(stages), (SELECT array_agg(id) FROM ab_user) u(users)"""
FLOOR = """
SELECT stage_id, currency, count(*), sum(total), sum(total * probability) FROM opportunity
WHERE audience && %s::integer[] AND stage_id = ANY(%s) GROUP BY stage_id, currency"""


def pipeline(app: Flask, count: int) -> Figure:
    """Median ms of the report by stage, for a user who sees most of `count` opportunities; floor: the one GROUP BY."""
    filled(app, FLOOR_CONTACTS, FLOOR_CONTACTS)
    with server(own_database(app)) as pg, app.app_context():
        pg.execute(FILL.replace(" % ", " %% "), [count])
        pg.execute("VACUUM ANALYZE opportunity")
        found = load_actor(db.session.scalars(select(User.id).where(User.username == "demo07")).one())
        if found is None:
            raise SystemExit("there is no sample user")
        floor = _median(lambda: _bare(pg, found))
        with access.acting_as(found):
            return figure(_median(_report), floor, "ms", count)


def _report() -> None:
    report = REPORTS["pipeline"]
    if not report.make(asking.read(report, {})).rows:
        raise SystemExit("the report is empty")
    db.session.remove()


def _bare(pg: Pg, actor: access.Actor) -> None:
    open_ones = [row[0] for row in pg.execute("SELECT id FROM stage WHERE kind = 'open'")]
    rows: list[Any] = pg.execute(FLOOR, [list(actor.principals), open_ones]).fetchall()
    if not rows:
        raise SystemExit("the floor is empty")


def _median(work: Callable[[], None]) -> float:
    """Of TIMES timings, after some that fill caches; in ms."""
    for _ in range(2):
        work()
    return statistics.median(timed(work) * 1000 for _ in range(TIMES))

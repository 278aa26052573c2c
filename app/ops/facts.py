"""How the product fares, as numbers whose cost does not grow with what it holds: for `/metrics` and `manage doctor`.

Counts are of rows and sizes, never of what stands in them; each is of an index's end, or capped.
"""

from typing import Any, NamedTuple

from redis.exceptions import RedisError
from sqlalchemy import Connection, inspect, text

from app.campaigns.models import Mailing
from app.core import health
from app.core.db import db
from app.core.runs import Run

LAST = 1000  # runs of each kind that are counted by state
MOST = 10_000  # mails of a state are counted to here
QUEUE = "dramatiq:default"

RUNS = (
    "SELECT '{0}' AS kind, state, count(*) FROM (SELECT state FROM {0} ORDER BY id DESC LIMIT :last) s GROUP BY state"
)
OLDEST = "SELECT '{0}', EXTRACT(epoch FROM now() - min(queued_at)) FROM {0} WHERE state = 'queued'"
OLDEST_MAIL = """SELECT 'outgoing_mail', EXTRACT(epoch FROM now() - min(due)) FROM (
(SELECT next_try_at AS due FROM outgoing_mail WHERE state = 'waiting' AND bulk ORDER BY next_try_at LIMIT 1) UNION ALL
(SELECT next_try_at FROM outgoing_mail WHERE state = 'waiting' AND NOT bulk ORDER BY next_try_at LIMIT 1)) f"""
MAILS = """SELECT state, (SELECT count(*) FROM (SELECT FROM outgoing_mail m WHERE m.state = s.state LIMIT :most) f)
FROM unnest(ARRAY['waiting', 'sending', 'doubt']) AS s(state)"""
CONNECTIONS = """SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity
WHERE datname = current_database() GROUP BY 1"""
SIZE = "SELECT pg_database_size(current_database()), current_setting('max_connections')::int"


class Database(NamedTuple):
    """What the tables and the server say."""

    runs: dict[tuple[str, str], int]  # by kind and state, of the last LAST of each kind
    mails: dict[str, int]  # by state, at most MOST
    oldest: dict[str, float]  # seconds since the work that waits longest should have begun, by kind
    size: int  # bytes
    connections: dict[str, int]  # by state
    most_connections: int


class Queue(NamedTuple):
    """What the queue says."""

    depth: dict[str, int]  # messages ready, delayed, and given up
    alive: dict[str, int]  # processes by role


def run_tables() -> list[str]:
    """The tables of work that a worker does, in order."""
    return sorted(str(inspect(model).local_table) for model in Run.__subclasses__())


def database() -> Database:
    """Raises SQLAlchemyError while the database is away."""
    with db.engine.connect() as connection:
        connection.execute(text("SET LOCAL statement_timeout = '5s'"))
        return _read(connection)


def _read(connection: Connection) -> Database:
    def pairs(statement: str, **values: int) -> Any:
        return connection.execute(text(statement), values).all()

    kinds = run_tables()
    by_state = " UNION ALL ".join(f"({RUNS.format(name)})" for name in [*kinds, Mailing.__tablename__])
    oldest = " UNION ALL ".join([*(OLDEST.format(name) for name in kinds), OLDEST_MAIL])
    size, most = connection.execute(text(SIZE)).one()
    return Database(
        runs={(kind, state): count for kind, state, count in pairs(by_state, last=LAST)},
        mails=dict(map(tuple, pairs(MAILS, most=MOST))),
        oldest={kind: max(0.0, float(seconds or 0)) for kind, seconds in pairs(oldest)},
        size=size,
        connections=dict(map(tuple, pairs(CONNECTIONS))),
        most_connections=most,
    )


def queue() -> Queue | None:
    """None while the queue is away."""
    try:
        pipe = health.queue().pipeline()
        pipe.llen(QUEUE), pipe.llen(f"{QUEUE}.DQ"), pipe.zcard(f"{QUEUE}.XQ")
        ready, delayed, given_up = pipe.execute()
        alive = {role: health.alive(role) for role in health.ROLES}
    except RedisError:
        return None
    return Queue({"ready": ready, "delayed": delayed, "given_up": given_up}, alive)

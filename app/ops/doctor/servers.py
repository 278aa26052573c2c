"""PostgreSQL and the queue: reached, fit, and not in trouble."""

from collections.abc import Iterator
from typing import Any

from alembic.script import ScriptDirectory
from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock, health
from app.core.db import db
from app.ops import facts
from app.ops.doctor.finding import Finding, fine, problem, warning
from app.ops.postgres import OLDEST

SKEW = 5.0  # seconds that clocks may differ
LONG_LOCK, LONG_IDLE = 2.0, 300.0  # seconds; our own sessions wait for a lock no longer than 5
OLDEST_QUEUE = (6, 2)
UNSEEN = """SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c JOIN pg_namespace n
ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.reltuples < 0
AND pg_relation_size(c.oid) > 1000000"""
WAITING = """SELECT pid, pg_blocking_pids(pid) AS by, EXTRACT(epoch FROM now() - query_start)::int AS seconds
FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
AND query_start < now() - make_interval(secs => :seconds) ORDER BY query_start LIMIT 1"""
IDLE = """SELECT pid, EXTRACT(epoch FROM now() - state_change)::int AS seconds FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
AND state_change < now() - make_interval(secs => :seconds) ORDER BY state_change LIMIT 1"""


def look() -> Iterator[Finding]:
    """All of it; of a server that is away, only that."""
    yield from database()
    yield from queue()


def database() -> Iterator[Finding]:
    """Reached, version, schema, statistics, locks, connections, clock."""
    try:
        with db.engine.connect() as connection:
            yield version(connection)
            yield schema(connection)
            yield statistics(connection)
            yield locks(connection)
            yield connections(connection)
            yield time(connection)
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield problem(
            "database",
            f"The database does not answer: {words}",
            "See whether PostgreSQL runs and DATABASE_URL names it rightly.",
        )


def version(connection: Connection) -> Finding:
    """Old enough versions lack what we use."""
    number = int(connection.scalar(text("SELECT current_setting('server_version_num')::int")) or 0) // 10000
    if number < OLDEST:
        return problem("database", f"PostgreSQL {number} is too old.", f"Upgrade to PostgreSQL {OLDEST} or newer.")
    return fine("database", f"PostgreSQL {number} answers")


def schema(connection: Connection) -> Finding:
    """Whether the tables are those of this program."""
    config = current_app.extensions["migrate"].migrate.get_config()
    wanted = set(ScriptDirectory.from_config(config).get_heads())
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    made = connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
    have = set(connection.scalars(text("SELECT version_num FROM alembic_version"))) if made else set()
    if have == wanted:
        return fine("schema", "the tables are those of this program")
    if have - known:
        return problem(
            "schema", "The tables are of a newer program.", "Start that one; a restored backup needs it too."
        )
    return problem("schema", "The tables are of an older program.", "Start the product: it migrates them by itself.")


def statistics(connection: Connection) -> Finding:
    """Without them the planner takes the slow way: after a restore or a large COPY, until autovacuum comes by."""
    unseen = connection.scalar(text(UNSEEN))
    if unseen:
        return warning("statistics", f"PostgreSQL knows nothing yet of {unseen}: lists are slow.", "psql -c ANALYZE")
    return fine("statistics", "the planner knows the tables")


def locks(connection: Connection) -> Finding:
    """Whether somebody holds up others."""
    cure = "See what it does in pg_stat_activity; if it is of no use, SELECT pg_terminate_backend({});"
    if waits := connection.execute(text(WAITING), {"seconds": LONG_LOCK}).one_or_none():
        holder = ", ".join(map(str, waits.by)) or "?"
        return problem(
            "locks",
            f"Session {waits.pid} has waited {waits.seconds} s for what session {holder} holds.",
            cure.format(holder),
        )
    if idle := connection.execute(text(IDLE), {"seconds": LONG_IDLE}).one_or_none():
        says = f"Session {idle.pid} keeps a transaction open and has done nothing for {idle.seconds} s."
        return warning("locks", says, cure.format(idle.pid))
    return fine("locks", "nobody waits for a lock")


def connections(_connection: Connection) -> Finding:
    """Whether there are connections left."""
    found = facts.database()
    used = sum(found.connections.values())
    says = f"{used} of {found.most_connections} connections are in use"
    if used > 0.8 * found.most_connections:
        return warning("connections", says, "Raise max_connections of PostgreSQL, or start fewer processes.")
    return fine("connections", says)


def time(connection: Connection) -> Finding:
    """Whether this host and the database's have the same time."""
    skew = abs((connection.scalar(text("SELECT clock_timestamp()")) - clock.now()).total_seconds())  # type: ignore[operator]
    if skew > SKEW:
        cure = "Let both keep time by NTP (systemctl enable --now systemd-timesyncd)."
        return problem("clock", f"This host's clock and the database's differ by {skew:.0f} s.", cure)
    return fine("clock", f"this host and the database differ by {skew:.1f} s")


def queue() -> Iterator[Finding]:
    """Reached, safe, and who takes from it."""
    try:
        info = health.queue().info()
    except RedisError as error:
        cure = "See whether it runs and REDIS_URL names it rightly; work waits in the database meanwhile."
        yield problem("queue", f"The queue does not answer: {error}", cure)
        return
    yield keeps(info)
    found = facts.queue()
    if found:
        yield from takers(found)


def keeps(info: Any) -> Finding:
    """Whether it writes down what it was told and forgets nothing by itself."""
    version = str(info.get("valkey_version") or info["redis_version"])
    name = f"{info.get('server_name', 'redis').capitalize()} {version}"
    if tuple(map(int, version.split(".")[:2])) < OLDEST_QUEUE:
        return problem("queue", f"{name} is too old.", "Upgrade to Redis 6.2 or any Valkey.")
    if not int(info.get("aof_enabled", 0)):
        cure = "Set `appendonly yes` in its configuration."
        return warning("queue", f"{name} keeps messages in memory alone: a crash delays work by a minute.", cure)
    if info.get("maxmemory_policy", "noeviction") != "noeviction":
        says = f"{name} throws messages away when its memory is full ({info['maxmemory_policy']})."
        return warning("queue", says, "Set `maxmemory-policy noeviction` in its configuration.")
    return fine("queue", f"{name} answers and keeps what it is told")


def takers(found: facts.Queue) -> Iterator[Finding]:
    """Workers, schedulers, and what they gave up."""
    for role, start in (("worker", "serve worker"), ("scheduler", "serve scheduler")):
        count = found.alive[role]
        if count:
            yield fine(role, f"{count} living {role} process{'es' if count > 1 else ''}")
        else:
            cure = f"Start the product, or on a host of its own: run.py manage {start}"
            yield problem(role, f"No {role} gives signs of life: work waits.", cure)
    if given_up := found.depth["given_up"]:
        cure = "Look for `failed` in the workers' log; the work itself is in the tables and is tried again."
        yield warning("messages", f"{given_up} messages were given up in the last week.", cure)

"""Records of the flat kinds as they were before a run changed them, and how they go back (SPEC IMP-05).

What hangs on a record and was added by the run are the tags and participants that it had not, and the events and moves
with higher numbers than there were.
"""

# ruff: noqa: S608 (every statement is put together from the constants of this module; values are parameters)
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import text

from app.core.db import Model, db

SLICE = 1_000
Found = list[tuple[int, str | None]]  # record, why it stays as it is
TAGGED = ("opportunity", "case")
# What was worked out by the database, or is no value of the record.
NOT_ITS_OWN = {"id", "audience", "total", "closed", "version", "import_run_id", "created_at", "created_by"}
PARTS = {"opportunity_tag", "opportunity_range", "opportunity_participant", "stage_change", "case_tag", "case_range",
         "case_participant", "import_former", "import_kept", "history_event"}  # fmt: skip
TO_THE_BIN = """UPDATE "{kind}" SET deleted_at = now(), deleted_by = %(owner)s, version = version + 1
WHERE id = ANY(%(ids)s::bigint[])"""
TOLD = """INSERT INTO history_event ({kind}_id, verb, changes, happened_at, created_by, changed_by)
SELECT unnest(%(ids)s::bigint[]), 'deleted', '[]'::jsonb, now(), %(owner)s, %(owner)s"""
CREATED = """SELECT c.id, CASE WHEN c.changed_at > %(ended)s THEN 'changed' WHEN {used} THEN 'used' END
FROM "{kind}" c WHERE c.import_run_id = %(run)s AND c.deleted_at IS NULL AND c.id > %(after)s
ORDER BY c.id LIMIT %(slice)s FOR NO KEY UPDATE OF c"""
UPDATED = """SELECT c.id,
    CASE WHEN c.deleted_at IS NOT NULL THEN 'deleted' WHEN c.changed_at > %(ended)s THEN 'changed' END
FROM import_former h JOIN "{kind}" c ON c.id = h.{kind}_id
WHERE h.run_id = %(run)s AND c.id > %(after)s ORDER BY 1 LIMIT %(slice)s FOR NO KEY UPDATE OF c"""
MINE = "h.run_id = %(run)s AND h.{kind}_id = ANY(%(ids)s::bigint[])"
RESTORE = """UPDATE "{kind}" c SET {former}, version = c.version + 1
FROM import_former h, LATERAL jsonb_populate_record(NULL::"{kind}", h.before) p WHERE {mine} AND c.id = h.{kind}_id"""
TAKE_OFF = """DELETE FROM {kind}_{part} x USING import_former h
WHERE {mine} AND x.{kind}_id = h.{kind}_id AND x.{key} <> ALL(h.{kept})"""
UNSAID = """DELETE FROM history_event x USING import_former h WHERE {mine} AND x.{kind}_id = h.{kind}_id
AND x.id > h.last_event AND x.created_by = %(owner)s AND x.created_at <= %(ended)s"""
UNMOVED = """DELETE FROM stage_change x USING import_former h WHERE {mine} AND x.opportunity_id = h.opportunity_id
AND x.id > h.last_move AND x.by_id = %(owner)s AND x.at <= %(ended)s"""
FORGET = "DELETE FROM import_former h WHERE {mine}"


def keep(kind: str, run_id: int, ids: list[int]) -> None:
    """Lay aside the records that a chunk is about to change, as they are before the run; each once. They are locked."""
    if ids:
        db.session.execute(text(_keeping(kind)), {"run": run_id, "ids": ids})


@cache
def _keeping(kind: str) -> str:
    hung = kind in TAGGED
    event = f"(SELECT coalesce(max(id), 0) FROM history_event WHERE {kind}_id = c.id)" if hung else "0"
    move = "(SELECT coalesce(max(id), 0) FROM stage_change WHERE opportunity_id = c.id)"
    lists = [f"ARRAY(SELECT {key} FROM {kind}_{part} WHERE {kind}_id = c.id)" if hung else "'{}'"
             for part, key in (("tag", "tag_id"), ("participant", "contact_id"))]  # fmt: skip
    return f"""INSERT INTO import_former (run_id, {kind}_id, before, last_event, last_move, tags, participants)
    SELECT :run, c.id, to_jsonb(c) - 'audience', {event}, {move if kind == "opportunity" else "0"}, {", ".join(lists)}
    FROM "{kind}" c WHERE c.id = ANY(:ids) AND c.import_run_id IS DISTINCT FROM :run ON CONFLICT DO NOTHING"""


@dataclass(frozen=True)
class TakingBack:
    """One run of a flat kind to be taken back: by whom it was made, when it ended."""

    connection: "psycopg.Connection[Any]"
    kind: str
    run_id: int
    owner_id: int
    ended: dt.datetime

    def created(self, after: int) -> Found:
        """Move to the bin the next of the records that the run created. Within the caller's transaction. Gives what was
        looked at; an empty list at the end."""
        found = self._ask(CREATED.format(kind=self.kind, used=used_since(self.kind)), after)
        ids = [key for key, reason in found if reason is None]
        for statement in (TO_THE_BIN, *([TOLD] if self.kind in TAGGED else [])):
            self.connection.execute(statement.format(kind=self.kind), self._scope(ids=ids))
        return found

    def updated(self, after: int) -> Found:
        """Put back the next of the records that the run changed. As `created`."""
        found = self._ask(UPDATED.format(kind=self.kind), after)
        scope = self._scope(ids=[key for key, reason in found if reason is None])
        for statement in restoring(self.kind):
            self.connection.execute(statement, scope)
        forget = FORGET.format(mine=MINE.format(kind=self.kind))
        self.connection.execute(forget, self._scope(ids=[key for key, _reason in found]))
        return found

    def _ask(self, sql: str, after: int) -> Found:
        return self.connection.execute(sql, self._scope(after=after, slice=SLICE)).fetchall()

    def _scope(self, **more: Any) -> dict[str, Any]:
        return {"run": self.run_id, "ended": self.ended, "owner": self.owner_id, **more}


@cache
def restoring(kind: str) -> list[str]:
    """The statements that put records of a kind back."""
    mine = MINE.format(kind=kind)
    table = Model.metadata.tables[kind]
    columns = [column for column in table.columns if column.name not in NOT_ITS_OWN]
    parts = (("tag", "tag_id", "tags"), ("participant", "contact_id", "participants")) if kind in TAGGED else ()
    return [
        RESTORE.format(kind=kind, mine=mine, former=", ".join(map(_former, columns))),
        *(TAKE_OFF.format(kind=kind, mine=mine, part=part, key=key, kept=kept) for part, key, kept in parts),
        *([UNSAID.format(kind=kind, mine=mine)] if kind in TAGGED else []),
        *([UNMOVED.format(mine=mine)] if kind == "opportunity" else []),
    ]


def _former(column: Any) -> str:
    """What a former row names may be gone since."""
    target = next((key.column.table.name for key in column.foreign_keys if key.column.table.name != "ab_user"), None)
    value = f'(SELECT id FROM "{target}" WHERE id = p.{column.name})' if target else f"p.{column.name}"
    return f"{column.name} = {value}" if column.nullable else f"{column.name} = coalesce({value}, c.{column.name})"


@cache
def used_since(kind: str) -> str:
    """A condition: something refers to the record `c` that the import did not bring: a task, an invoice, a note."""
    conditions = [f'EXISTS (SELECT FROM "{table}" u WHERE u.{column} = c.id)' for table, column in uses(kind)]
    if kind in TAGGED:
        since = f"u.{kind}_id = c.id AND u.created_at > %(ended)s"
        conditions.append(f"EXISTS (SELECT FROM history_event u WHERE {since})")
    return " OR ".join(conditions) or "false"


def uses(kind: str) -> Iterable[tuple[str, str]]:
    """Every table and column of the product that refers to a record of the kind, but its parts."""
    for table in Model.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == kind and table.name not in PARTS:
                yield table.name, key.parent.name

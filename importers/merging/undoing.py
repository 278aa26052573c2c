"""Takes back what a run brought, some records at a time, as long as nobody has touched them since (SPEC IMP-05).

Before the merge changes a contact it lays its former row aside (`keep_former`); the children that it adds are those
with higher numbers than there were.
"""

# ruff: noqa: S608 (every statement is put together from the constants of this module; values are parameters)
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from app.core.db import Model
from importers.merging.store import OWN

SLICE = 1_000
CHANGED, USED, DELETED = "changed", "used", "deleted"
Found = list[tuple[int, str | None]]  # contact, why it stays as it is
KEPT = """
INSERT INTO import_change (run_id, contact_id, before, last_channel, last_address, last_event, tags)
SELECT %(run)s, c.id, to_jsonb(c) - 'audience',
    (SELECT coalesce(max(id), 0) FROM contact_channel WHERE contact_id = c.id),
    (SELECT coalesce(max(id), 0) FROM contact_address WHERE contact_id = c.id),
    (SELECT coalesce(max(id), 0) FROM history_event WHERE contact_id = c.id),
    ARRAY(SELECT tag_id FROM contact_tag WHERE contact_id = c.id)
FROM contact c WHERE c.id = ANY(%(ids)s::bigint[]) AND c.import_run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING"""
CREATED = """
SELECT c.id, CASE WHEN c.changed_at > %(ended)s THEN 'changed' WHEN {used} THEN 'used' END
FROM contact c WHERE c.import_run_id = %(run)s AND c.deleted_at IS NULL AND c.kind = %(kind)s AND c.id > %(after)s
ORDER BY c.id LIMIT %(slice)s FOR NO KEY UPDATE OF c"""
TO_THE_BIN = (
    "UPDATE contact SET deleted_at = now(), deleted_by = %s, version = version + 1 WHERE id = ANY(%s::bigint[])"
)
TOLD = """
INSERT INTO history_event (contact_id, verb, changes, happened_at, created_by, changed_by)
SELECT unnest(%s::bigint[]), 'deleted', '[]'::jsonb, now(), %s, %s"""
UPDATED = """
SELECT h.contact_id, CASE WHEN c.deleted_at IS NOT NULL THEN 'deleted' WHEN c.changed_at > %(ended)s THEN 'changed' END
FROM import_change h JOIN contact c ON c.id = h.contact_id
WHERE h.run_id = %(run)s AND h.contact_id > %(after)s ORDER BY 1 LIMIT %(slice)s FOR NO KEY UPDATE OF c"""
# What a former row names may be gone since.
SOUGHT = {"type_id": "pick_value", "temperature_id": "pick_value", "company_id": "contact"}
COLUMNS = (*OWN, "custom", "co_owners", "shared_with", "changed_at", "changed_by")
FORMER = ", ".join(
    f"{c} = (SELECT id FROM {SOUGHT[c]} WHERE id = p.{c})" if c in SOUGHT else f"{c} = p.{c}" for c in COLUMNS
)
MINE = "h.run_id = %(run)s AND h.contact_id = ANY(%(ids)s::bigint[])"
RESTORE = (
    f"""UPDATE contact c SET {FORMER}, version = c.version + 1
    FROM import_change h, LATERAL jsonb_populate_record(NULL::contact, h.before) p
    WHERE {MINE} AND c.id = h.contact_id""",
    f"DELETE FROM contact_channel x USING import_change h WHERE {MINE} AND x.contact_id = h.contact_id"
    " AND x.id > h.last_channel",
    f"DELETE FROM contact_address x USING import_change h WHERE {MINE} AND x.contact_id = h.contact_id"
    " AND x.id > h.last_address",
    f"DELETE FROM contact_tag x USING import_change h WHERE {MINE} AND x.contact_id = h.contact_id"
    " AND x.tag_id <> ALL(h.tags)",
    f"DELETE FROM history_event x USING import_change h WHERE {MINE} AND x.contact_id = h.contact_id"
    " AND x.id > h.last_event AND x.verb IS NULL AND x.created_by = %(owner)s AND x.created_at <= %(ended)s",
)
FORGET = "DELETE FROM import_change h WHERE h.run_id = %(run)s AND h.contact_id = ANY(%(ids)s::bigint[])"
# What hangs on a contact as a part of it, or says that it was imported, is no use of it.
PARTS = {"contact", "contact_channel", "contact_address", "contact_tag", "contact_range", "import_company",
         "import_change", "import_kept", "history_event"}  # fmt: skip


def keep_former(connection: "psycopg.Connection[Any]", ids: list[int], run_id: int) -> None:
    """Lay aside the rows that a chunk is about to change, as they are before the run; each once."""
    if ids:
        connection.execute(KEPT, {"run": run_id, "ids": f"{{{','.join(map(str, ids))}}}"})


@dataclass(frozen=True)
class Undoing:
    """One run to be taken back: by whom it was made, when it ended."""

    connection: "psycopg.Connection[Any]"
    run_id: int
    owner_id: int
    ended: dt.datetime

    def created(self, kind: str, after: int) -> Found:
        """Move to the bin the next of the contacts that the run created; persons come before their companies.

        Within the caller's transaction. Gives what was looked at; an empty list at the end.
        """
        found = self._ask(CREATED.format(used=used_since()), after, kind=kind)
        ids = [contact for contact, reason in found if reason is None]
        self.connection.execute(TO_THE_BIN, [self.owner_id, ids])
        self.connection.execute(TOLD, [ids, self.owner_id, self.owner_id])
        return found

    def updated(self, after: int) -> Found:
        """Put back the next of the contacts that the run changed. As `created`."""
        found = self._ask(UPDATED, after)
        scope = {"run": self.run_id, "owner": self.owner_id, "ended": self.ended}
        scope["ids"] = [contact for contact, reason in found if reason is None]
        for statement in RESTORE:
            self.connection.execute(statement, scope)
        self.connection.execute(FORGET, scope | {"ids": [contact for contact, _ in found]})
        return found

    def _ask(self, sql: str, after: int, **more: Any) -> Found:
        scope = {"run": self.run_id, "ended": self.ended, "after": after, "slice": SLICE, **more}
        return self.connection.execute(sql, scope).fetchall()


def used_since() -> str:
    """A condition: something refers to the contact `c` that the import did not bring: a task, an invoice, a note."""
    conditions = [f'EXISTS (SELECT FROM "{table}" u WHERE u.{column} = c.id)' for table, column in uses()]
    conditions.append("EXISTS (SELECT FROM contact u WHERE u.company_id = c.id AND u.deleted_at IS NULL)")
    conditions.append("EXISTS (SELECT FROM history_event u WHERE u.contact_id = c.id AND u.created_at > %(ended)s)")
    return " OR ".join(conditions)


def uses() -> Iterable[tuple[str, str]]:
    """Every table and column of the product that refers to a contact, but its parts."""
    for table in Model.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == "contact" and table.name not in PARTS:
                yield table.name, key.parent.name

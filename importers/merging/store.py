"""Writes what a chunk decided: new rows by COPY with ids drawn beforehand, changed ones by one UPDATE."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from app.contacts.models import FISCAL
from importers.merging.drafts import Draft

OWN = (
    "kind", "first_name", "last_name", "name", "title", "company_id", "type_id", "temperature_id", "description",
    *FISCAL, "sort_name", "search", "private", "owner_id",
)  # fmt: skip
NEW = f"COPY contact (id, {', '.join(OWN)}, custom, created_by, changed_by, import_run_id) FROM STDIN"
STAGE = f"COPY import_stage (id, {', '.join(OWN)}, custom) FROM STDIN"
STAGE_TABLE = f"""
CREATE TEMP TABLE IF NOT EXISTS import_stage ON COMMIT DELETE ROWS AS
SELECT id, {", ".join(OWN)}, custom FROM contact WITH NO DATA"""  # noqa: S608
UPDATE = f"""
UPDATE contact c SET {", ".join(f"{name} = s.{name}" for name in OWN)}, custom = s.custom,
    version = version + 1, changed_at = now(), changed_by = %s
FROM import_stage s WHERE s.id = c.id AND c.deleted_at IS NULL"""  # noqa: S608
CHANNELS = "COPY contact_channel (contact_id, medium, kind, value, normal, is_primary) FROM STDIN"
ADDRESSES = "COPY contact_address (contact_id, kind, street, city, state, zip, country, is_primary) FROM STDIN"
NEW_TAGS = "INSERT INTO tag (name) SELECT unnest(%s::text[]) ON CONFLICT (lower(name)) DO NOTHING"
TAG_IDS = "SELECT w, t.id FROM unnest(%s::text[]) w JOIN tag t ON lower(t.name) = lower(w)"
NEW_TAGGED = "COPY contact_tag (contact_id, tag_id) FROM STDIN"
TAGGED = "INSERT INTO contact_tag SELECT * FROM unnest(%s::bigint[], %s::int[]) ON CONFLICT DO NOTHING"
NOTES = """
INSERT INTO history_event (contact_id, category_id, text, happened_at, created_by, changed_by)
SELECT n.contact_id, %s, n.text, now(), %s, %s FROM unnest(%s::bigint[], %s::text[]) n(contact_id, text)
WHERE NOT EXISTS (SELECT FROM history_event e WHERE e.contact_id = n.contact_id AND e.text = n.text)"""
# A NULL leaves the column as it is.
GIVEN = """
UPDATE contact c SET co_owners = coalesce(s.co_owners::int[], c.co_owners),
    shared_with = coalesce(s.shared_with::int[], c.shared_with)
FROM unnest(%s::bigint[], %s::text[], %s::text[]) s(id, co_owners, shared_with) WHERE s.id = c.id"""
MADE = "INSERT INTO import_company (contact_id, run_id) SELECT unnest(%s::bigint[]), %s"
TAKEN_OVER = "DELETE FROM import_company WHERE contact_id = ANY(%s::bigint[])"


def draw_ids(connection: "psycopg.Connection[Any]", drafts: Sequence[Draft]) -> None:
    """Give each new draft the id its row will have."""
    sql = "SELECT nextval(pg_get_serial_sequence('contact', 'id')) FROM generate_series(1, %s)"
    for draft, (new_id,) in zip(drafts, connection.execute(sql, [len(drafts)]), strict=True):
        draft.id = new_id


def insert(connection: "psycopg.Connection[Any]", drafts: Iterable[Draft], actor_id: int | None, run_id: int) -> None:
    """New contacts; companies must come before their persons or in the same call."""
    stamps = (actor_id, actor_id, run_id)
    copy(connection, NEW, ((*_own(d), *stamps) for d in drafts))


def update(connection: "psycopg.Connection[Any]", drafts: Sequence[Draft], actor_id: int | None) -> None:
    """Changed contacts: all own columns at once, as their rows are locked since they were loaded."""
    if not drafts:
        return
    connection.execute(STAGE_TABLE)
    copy(connection, STAGE, (_own(d) for d in drafts))
    connection.execute(UPDATE, [actor_id])


def add_children(connection: "psycopg.Connection[Any]", drafts: Sequence[Draft], new: set[Draft]) -> None:
    """Channels, addresses and tags that the drafts gained; the new ones have none yet."""
    copy(connection, CHANNELS, ((d.id, *line) for d in drafts for line in d.fresh_channels))
    copy(connection, ADDRESSES, ((d.id, *place) for d in drafts for place in d.fresh_addresses))
    names = sorted({name for d in drafts for name in d.fresh_tags})
    if names:
        connection.execute(NEW_TAGS, [names])
        ids: dict[str, int] = dict(connection.execute(TAG_IDS, [names]).fetchall())
        pairs = [(d in new, d.id, tag) for d in drafts if d.fresh_tags for tag in {ids[n] for n in d.fresh_tags}]
        copy(connection, NEW_TAGGED, (pair[1:] for pair in pairs if pair[0]))
        old = [pair[1:] for pair in pairs if not pair[0]]
        connection.execute(TAGGED, [_array(c for c, _ in old), _array(t for _, t in old)])


def give_access(connection: "psycopg.Connection[Any]", drafts: Sequence[Draft]) -> None:
    """Further responsible persons, and those it is shared with, of the drafts that name some."""
    if drafts:
        given = ([d.people and d.people.get(key) for d in drafts] for key in ("co_owners", "shared_with"))
        texts = [[_array(ids) if ids else None for ids in column] for column in given]
        connection.execute(GIVEN, [[d.id for d in drafts], *texts])


def add_notes(
    connection: "psycopg.Connection[Any]", drafts: Sequence[Draft], actor_id: int | None, category_id: int | None
) -> None:
    """Notes as events of the history, each once, however often its file is imported."""
    notes = [(d.id, text) for d in drafts for text in d.fresh_notes]
    if notes:
        ids, texts = zip(*notes, strict=True)
        connection.execute(NOTES, [category_id, actor_id, actor_id, list(ids), list(texts)])


def keep_companies(connection: "psycopg.Connection[Any]", made: list[int], taken_over: list[int], run_id: int) -> None:
    """Which companies stand only because a person's row named them."""
    if made:
        connection.execute(MADE, [_array(made), run_id])
    if taken_over:
        connection.execute(TAKEN_OVER, [_array(taken_over)])


def _array(numbers: Iterable[int]) -> str:
    """An array's text: far cheaper to send than a list."""
    return f"{{{','.join(map(str, numbers))}}}"


def _own(draft: Draft) -> tuple[Any, ...]:
    custom = json.dumps(draft.custom) if draft.custom else "{}"
    return (draft.id, *(getattr(draft, name) for name in OWN), custom)


def copy(connection: "psycopg.Connection[Any]", sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Send rows by a COPY statement."""
    with connection.cursor() as cursor, cursor.copy(sql) as stream:
        for row in rows:
            stream.write_row(row)

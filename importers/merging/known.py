"""What is there already, as far as the actor may see it: a hidden match is no match (SPEC, Import policy 8).

Also seen is what this run has made for somebody else: its own file named it. A dry run keeps what it would have
made in a temporary table, so that its answer is the real run's.
"""

# ruff: noqa: S608 (every statement is put together from the constants of this module; values are parameters)
from collections.abc import Collection, Iterable
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from app.contacts.models import FISCAL
from app.core.access import Actor
from importers.merging import store
from importers.merging.drafts import Draft, Line, Place, name_key

NameKey = tuple[str, str, str]
SEEN = """c.deleted_at IS NULL
    AND (%(all)s OR c.audience && %(principals)s::int[] OR c.import_run_id = %(run)s)"""
# LATERAL … OFFSET 0: one look into the index for each key, whatever the planner thinks of a table that was empty a
# minute ago. Without it a first import of 100,000 rows spent most of its time scanning what it had just written.
COMPANY = f"LEFT JOIN contact co ON co.id = c.company_id AND {SEEN.replace('c.', 'co.')}"
BY_EMAIL = f"""
SELECT c.kind, ch.normal AS key, '' AS company, min(c.id) AS id
FROM string_to_table(%(keys)s, E'\\x1f') k
    CROSS JOIN LATERAL (
        SELECT contact_id, normal FROM contact_channel WHERE medium = 'email' AND normal = k OFFSET 0) ch
    CROSS JOIN LATERAL (SELECT * FROM contact WHERE id = ch.contact_id OFFSET 0) c
WHERE {SEEN} GROUP BY 1, 2"""
BY_NAME = f"""
SELECT c.kind, c.sort_name AS key, coalesce(co.sort_name, '') AS company, min(c.id) AS id
FROM string_to_table(%(keys)s, E'\\x1f') k
    CROSS JOIN LATERAL (SELECT * FROM contact WHERE sort_name = k OFFSET 0) c {COMPANY}
WHERE {SEEN} {{renamed}} GROUP BY 1, 2, 3"""
COMPANIES = f"""
SELECT c.kind, c.sort_name AS key, '' AS company, min(c.id) AS id
FROM string_to_table(%(keys)s, E'\\x1f') k
    CROSS JOIN LATERAL (SELECT * FROM contact WHERE sort_name = k AND kind = 'company' OFFSET 0) c
WHERE {SEEN} GROUP BY 1, 2"""
RENAMED = "AND NOT EXISTS (SELECT FROM import_seen s WHERE s.what = 'name' AND s.id = c.id)"
LOCK = f"""
SELECT c.*, coalesce(co.sort_name, '') AS company_name, coalesce(
    %(all)s OR c.owner_id = %(me)s OR %(me)s = ANY(c.co_owners)
    OR (c.private AND c.shared_with && %(principals)s::int[]) OR c.import_run_id = %(run)s, false) AS manageable
FROM contact c {COMPANY} WHERE c.id = ANY(%(keys)s::bigint[]) AND {SEEN} ORDER BY c.id FOR NO KEY UPDATE OF c"""
CHANNELS = """SELECT contact_id, medium, kind, value, normal, is_primary
FROM contact_channel WHERE contact_id = ANY(%s::bigint[]) ORDER BY id"""
ADDRESSES = """SELECT contact_id, kind, street, city, state, zip, country, is_primary
FROM contact_address WHERE contact_id = ANY(%s::bigint[]) ORDER BY id"""
SEEN_TABLE = """
CREATE TEMP TABLE import_seen (what text, kind text, key text, company text, id bigint, made boolean);
CREATE INDEX ON import_seen (what, key);
CREATE INDEX ON import_seen (id)"""
REMEMBER = "COPY import_seen FROM STDIN"


class Known:
    """Look-ups of one run. `dry` looks into the dry run's own table too."""

    def __init__(self, connection: "psycopg.Connection[Any]", actor: Actor, run_id: int, dry: bool) -> None:
        self.connection, self.dry = connection, dry
        self.scope = {
            "all": actor.is_admin,
            "principals": list(actor.principals),
            "me": actor.user_id,
            "run": run_id,
        }
        if dry:
            connection.execute(SEEN_TABLE)

    def _ask(self, sql: str, keys: Collection[Any]) -> list[Any]:
        if not keys:
            return []
        with self.connection.cursor(row_factory=namedtuple_row) as cursor:
            return cursor.execute(sql, self.scope | {"keys": _list(keys)}).fetchall()

    def by_email(self, emails: set[str]) -> dict[tuple[str, str], int]:
        """(kind, address) -> id of the oldest visible contact that has it."""
        return {(r.kind, r.key): r.id for r in self._last_is_oldest("email", emails, BY_EMAIL)}

    def by_name(self, names: set[str]) -> dict[NameKey, int]:
        """(kind, folded name, folded name of the company or "") -> id."""
        sql = BY_NAME.format(renamed=RENAMED if self.dry else "")
        return {(r.kind, r.key, r.company): r.id for r in self._last_is_oldest("name", names, sql)}

    def companies(self, names: set[str]) -> dict[str, int]:
        """Folded name -> id of the oldest visible company."""
        return {r.key: r.id for r in self._last_is_oldest("company", names, COMPANIES)}

    def made_by_the_way(self, ids: Iterable[int]) -> set[int]:
        """Which of these companies this run made because a person's row named them."""
        where = "import_seen WHERE what = 'company' AND made" if self.dry else "import_company WHERE run_id = %(run)s"
        name = "id" if self.dry else "contact_id"
        return {
            r.id for r in self._ask(f"SELECT {name} AS id FROM {where} AND {name} = ANY(%(keys)s::bigint[])", list(ids))
        }

    def _last_is_oldest(self, what: str, keys: Collection[str], sql: str) -> list[Any]:
        """What fits the keys, with what the dry run made; real contacts are older than that."""
        found = self._ask(sql, keys)
        if self.dry:
            overlay = (
                f"SELECT kind, key, company, id FROM import_seen WHERE what = '{what}' "
                r"AND key = ANY(string_to_array(%(keys)s, E'\x1f'))"
            )
            found += self._ask(overlay, keys)
        return sorted(found, key=lambda r: (r.id < 0, abs(r.id)), reverse=True)

    def load(self, ids: set[int]) -> dict[int, Draft]:
        """Drafts of these contacts, their rows locked until the chunk ends. What the dry run made is only a shell."""
        rows = self._ask(LOCK.replace("FOR NO KEY UPDATE OF c", "") if self.dry else LOCK, {i for i in ids if i > 0})
        drafts = {r.id: _draft(r) for r in rows}
        drafts |= self._shells([i for i in ids if i < 0])
        if not drafts:
            return drafts
        for contact_id, *parts in self.connection.execute(CHANNELS, [_list(drafts)]):
            drafts[contact_id].channels.append(Line(*parts))
        for contact_id, *parts in self.connection.execute(ADDRESSES, [_list(drafts)]):
            drafts[contact_id].addresses.append(Place(*parts))
        if self.dry:
            self._add_seen_emails(drafts)
        return drafts

    def _add_seen_emails(self, drafts: dict[int, Draft]) -> None:
        """What the dry run would have added by now: with `fill` it decides whether more emails come."""
        sql = "SELECT id, key FROM import_seen WHERE what = 'email' AND id = ANY(%(keys)s::bigint[])"
        for row in self._ask(sql, list(drafts)):
            drafts[row.id].channels.append(Line("email", "work", row.key, row.key, False))

    def _shells(self, ids: list[int]) -> dict[int, Draft]:
        sql = "SELECT kind, key, company, id FROM import_seen WHERE what = 'name' AND id = ANY(%(keys)s::bigint[])"
        rows = self._ask(sql, ids)
        return {r.id: Draft(r.kind, 0, True, id=r.id, sort_name=r.key, company=_shell(r.company)) for r in rows}

    def remember(self, drafts: Iterable[Draft], by_the_way: set[Draft], taken_over: list[int]) -> None:
        """Dry run: keep what later chunks would find in the real one."""
        touched = list(drafts)
        execute = self.connection.execute
        gone = [_list([d.id for d in touched])]
        execute("DELETE FROM import_seen WHERE what = 'name' AND id = ANY(%s::bigint[])", gone)
        execute("UPDATE import_seen SET made = false WHERE id = ANY(%s::bigint[])", [_list(taken_over)])
        rows = [row for d in touched for row in _keys(d, d in by_the_way)]
        store.copy(self.connection, REMEMBER, rows)


def _list(keys: Collection[Any]) -> str:
    """Many keys as one parameter, which is far cheaper to send than a list: an array's text, or texts with a separator
    that no folded text and no address holds."""
    if isinstance(next(iter(keys), 0), int):
        return f"{{{','.join(map(str, keys))}}}"
    return "\x1f".join(keys)


def _keys(draft: Draft, by_the_way: bool) -> Iterable[tuple[Any, ...]]:
    for channel in draft.fresh_channels:
        if channel.medium == "email":
            yield "email", draft.kind, channel.normal, "", draft.id, False
    kind, name, company = name_key(draft)
    yield "name", kind, name, company, draft.id, False
    if kind == "company" and draft.id < 0:
        yield "company", kind, name, "", draft.id, by_the_way


def _draft(row: Any) -> Draft:
    draft = Draft(
        kind=row.kind, owner_id=row.owner_id, private=row.private, id=row.id, first_name=row.first_name,
        last_name=row.last_name, name=row.name, title=row.title, description=row.description, type_id=row.type_id,
        temperature_id=row.temperature_id, custom=row.custom, manageable=row.manageable,
        sort_name=row.sort_name, search=row.search, **{key: getattr(row, key) for key in FISCAL},
    )  # fmt: skip
    if row.company_id:
        draft.company = Draft("company", 0, True, id=row.company_id, sort_name=row.company_name)
    draft.loaded = draft.state()
    return draft


def _shell(company: str) -> Draft | None:
    return Draft("company", 0, True, sort_name=company) if company else None

"""What hangs on sample contacts: three opportunities and five tasks for ten of them, made by the database itself."""

from typing import Any

import psycopg

TABLES = ("opportunity", "task")
OPPORTUNITIES = """
INSERT INTO opportunity (title, sort_name, search, private, contact_id, stage_id, stage_changed_at, probability,
  currency, amount, expected_close, owner_id, created_by, changed_by)
SELECT 'Fornitura ' || c.id, 'fornitura ' || c.id, 'fornitura ' || c.id, c.id / 10 %% 5 = 0, c.id, s.id,
  now() - make_interval(hours => (c.id %% 2000)::int), s.probability, 'EUR', 100 + c.id %% 9000,
  current_date + (c.id %% 180 - 60)::int, c.owner_id, c.owner_id, c.owner_id
FROM contact c JOIN (SELECT id, probability, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS many
  FROM stage) s ON s.n = c.id / 10 %% s.many
WHERE c.id > %(after)s AND c.id %% 10 < 3"""
TASKS = """
INSERT INTO task (title, search, contact_id, zone, due_on, due_at, owner_id, closed_at, closed_by,
  created_by, changed_by)
SELECT 'Richiamare ' || c.id, 'richiamare ' || c.id, c.id, 'Europe/Rome', d.day, d.day::timestamptz, c.owner_id,
  CASE WHEN c.id / 10 %% 3 = 0 THEN d.day::timestamptz END, CASE WHEN c.id / 10 %% 3 = 0 THEN c.owner_id END,
  c.owner_id, c.owner_id
FROM contact c, LATERAL (SELECT current_date + (c.id %% 90 - 30)::int AS day) d
WHERE c.id > %(after)s AND c.id %% 10 < 5"""


def last(pg: "psycopg.Connection[Any]") -> int:
    """The last contact there is."""
    row = pg.execute("SELECT coalesce(max(id), 0) FROM contact").fetchone()
    return int(row[0]) if row else 0


def fill(pg: "psycopg.Connection[Any]", after: int) -> None:
    """Opportunities and tasks for the contacts behind this one: 0.3 and 0.5 as many, owners and privacy as theirs."""
    for statement in (OPPORTUNITIES, TASKS):
        pg.execute(statement, {"after": after})

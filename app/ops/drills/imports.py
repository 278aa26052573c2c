"""The drill of an import: worker, queue, database and clock are killed under it, and every row must be there once."""

import csv
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.ops import samples
from app.ops.drills.hurting import PASSWORD, kill, rows_of, upload, wipe_the_queue
from app.ops.launched import Product, environment

LONGEST = 1200.0  # seconds
Counts = dict[str, int]


def run(rows: int, say: Callable[[str], None]) -> bool:
    """Import `rows` persons while five things are killed; tell whether all of them arrived exactly once."""
    with tempfile.TemporaryDirectory(prefix="clientela-drill-") as place:
        path = Path(place) / "sample.csv"
        expected = write_sample(path, rows)
        product = Product(Path(place) / "data", environment(CLIENTELA_ADMIN_PASSWORD=PASSWORD))
        try:
            run_id = upload(product.ready(), path)
            began = time.monotonic()
            for share, name, hurt in KILLS:
                wait(product, run_id, lambda run, share=share: run["done_rows"] >= share * rows)  # type: ignore[misc]
                hurt(product)
                say(f"{name} after {share:.0%} of the rows")
            ended = wait(product, run_id, lambda run: run["state"] not in ("queued", "running"))
            say(f"{ended['state']} after {time.monotonic() - began:.0f} s")
            found = counted(product) | {name: ended[name] for name in ("created", "failed")}
        finally:
            product.kill()
    say(json.dumps({"expected": expected, "found": found}))
    return found == expected


def write_sample(path: Path, rows: int) -> Counts:
    """A file of persons, and how many rows of each table it must become."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["Nome", "Cognome", "Email", "Cellulare", "Azienda", "Città", "Tag"])
        totals = {"persons": 0, "emails": 0, "phones": 0, "addresses": 0, "tagged": 0}
        companies = set()
        for p in samples.persons(rows):
            company = "" if p.company is None else samples.company_name(p.company)
            out.writerow([p.first_name, p.last_name, p.email, p.phone, company, p.city, p.tag])
            companies.add(company)
            values = {"persons": p.email, "emails": p.email, "phones": p.phone, "addresses": p.city, "tagged": p.tag}
            totals = {name: totals[name] + bool(value) for name, value in values.items()}
    return totals | {"companies": len(companies - {""}), "created": rows, "failed": 0}


def wait(product: Product, run_id: int, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Look at the run until the condition holds; a database that is away is looked for again."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        time.sleep(0.2)
        for run in rows_of(product, "SELECT state, done_rows, created, failed FROM import_run WHERE id = %s", [run_id]):
            if until(run) or run["state"] not in ("queued", "running"):
                return run
    raise SystemExit("the import did not end in time")


COUNTED = """SELECT
    (SELECT count(*) FROM contact WHERE kind = 'person') AS persons,
    (SELECT count(*) FROM contact WHERE kind = 'company') AS companies,
    (SELECT count(DISTINCT normal) FROM contact_channel WHERE medium = 'email') AS emails,
    (SELECT count(*) FROM contact_channel WHERE medium = 'phone') AS phones,
    (SELECT count(*) FROM contact_address) AS addresses, (SELECT count(*) FROM contact_tag) AS tagged"""


def counted(product: Product) -> Counts:
    """What there is now."""
    return next(rows_of(product, COUNTED, []))


KILLS: list[tuple[float, str, Callable[[Product], None]]] = [
    (0.1, "worker killed", kill("dramatiq")),
    (0.3, "queue killed and wiped", wipe_the_queue),
    (0.5, "database killed", kill("postgres")),
    (0.7, "worker killed", kill("dramatiq")),
    (0.8, "scheduler killed", kill("workers.schedule")),
]

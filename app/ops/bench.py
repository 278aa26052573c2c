"""Benchmarks, each beside its floor in the same run, in a database and a folder of their own that are removed after.

`bench` (the command) makes the database and starts this module in it as a process for each figure; that process
prints one JSON object. So nothing of the users' data is touched, and a figure has no neighbour in its process.
"""

import itertools
import json
import logging
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from psycopg import sql

from app.core import access
from app.core.db import db
from app.imports.commands import prepare, requester, run_to_its_end
from app.ops import samples
from app.ops.bench_export import export_rows
from app.ops.bench_invoice import invoice_pdf
from app.ops.bench_load import load
from app.ops.bench_mail import messages_a_second
from app.ops.bench_pipeline import pipeline
from app.ops.measuring import FLOOR_CONTACTS, TABLES, Figure, Pg, figure, filled, own_database, server, timed
from app.ops.product import flask, python

ROOT = Path(__file__).parents[2]
REQUESTS = 40
P99_REQUESTS = 300
PASSWORD = "Bench-" + secrets.token_urlsafe(12)
FRAGMENTS = ["ross", "maria ferr", "@posta42", "zanfrog", "rinald"]


# ------------------------------------------------------------ the command: a database of its own


def run_all(names: tuple[str, ...], contacts: int) -> None:
    """Run these benches; each prints its line as soon as it is known."""
    for name in names:
        with scratch() as env:
            done = subprocess.run(python("app.ops.bench", name, str(contacts)), env=env, cwd=ROOT, check=False)
        if done.returncode:
            raise SystemExit(done.returncode)


@contextmanager
def scratch() -> Iterator[dict[str, str]]:
    """The environment of a migrated empty database on the same server and an empty folder for files."""
    name, here = f"clientela_bench_{secrets.token_hex(4)}", db.engine.url
    url = here.set(database=name).render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory(prefix="clientela-bench-") as folder, server(url=here) as pg:
        pg.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            env = {**os.environ, "DATABASE_URL": url, "CLIENTELA_DATA": folder, "PYTHONPATH": str(ROOT)}
            env |= {"CLIENTELA_FILES_URL": Path(folder).as_uri(), "CLIENTELA_ADMIN_PASSWORD": PASSWORD}
            env |= {"CLIENTELA_SECRET_KEY": secrets.token_hex(32), "CLIENTELA_BENCH_PASSWORD": PASSWORD}
            subprocess.run(flask("deploy"), env=env, check=True, capture_output=True)
            yield env
        finally:
            pg.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


# ------------------------------------------------------------ in the database of its own


def import_rows(app: Flask, contacts: int) -> Figure:
    """Rows a second from the upload to the end of the run; floor: bare COPY of the same rows into the same tables."""
    path, url = sample_csv(contacts), own_database(app)
    seconds = timed(lambda: import_file(app, path))
    with server(url) as pg:
        taken = [(name, columns, copy_out(pg, name, columns)) for name, columns in TABLES.items()]
        pg.execute("TRUNCATE contact CASCADE")
    with server(url) as pg:
        floor = timed(lambda: copy_in(pg, taken))
    return figure(contacts / seconds, contacts / floor, "rows/s", contacts)


def sample_csv(count: int) -> Path:
    """A file as people export it: 11 columns, UTF-8, semicolons."""
    path = Path(os.environ["CLIENTELA_DATA"]) / "sample.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Nome;Cognome;Email;Cellulare;Ruolo;Azienda;Indirizzo;CAP;Città;Provincia;Tag\n")
        for p in samples.persons(count):
            company = "" if p.company is None else samples.company_name(p.company)
            file.write(";".join((*p[:5], company, *p[6:])) + "\n")
    return path


def import_file(app: Flask, path: Path) -> None:
    """As `manage import` does it."""
    with app.app_context():
        with access.acting_as(requester(None)):
            run_id = prepare("contacts", path, None, None, {}, dry_run=False)
        run_to_its_end(run_id)


def copy_out(pg: Pg, table: str, columns: str) -> list[bytes]:
    with pg.cursor().copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
        return [bytes(block) for block in copy]


def copy_in(pg: Pg, parts: list[tuple[str, str, list[bytes]]]) -> None:
    for table, columns, blocks in parts:
        with pg.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)


def import_web_p99(app: Flask, contacts: int) -> Figure:
    """99th percentile, in ms, of a list page while another process imports; floor: the same page when all is idle."""
    filled(app, FLOOR_CONTACTS, FLOOR_CONTACTS)
    page, path = list_page(app), sample_csv(contacts)
    idle = [page() for _ in range(P99_REQUESTS)]
    during = []
    importer = subprocess.Popen(python("app.ops.bench", "import-alone", str(path)), cwd=ROOT)
    while importer.poll() is None:
        during.append(page())
        time.sleep(0.02)
    if importer.returncode:
        raise SystemExit("the import failed")
    return figure(percentile(during), percentile(idle), "ms", len(during))


def percentile(times: list[float]) -> float:
    """The 99th."""
    return statistics.quantiles(times, n=100)[98]


def at_size(page: Callable[[Flask], Callable[[], float]]) -> Callable[[Flask, int], Figure]:
    """Median ms of a request at `contacts` rows; floor: the same request at 10,000."""

    def bench(app: Flask, contacts: int) -> Figure:
        filled(app, FLOOR_CONTACTS, contacts)
        floor = median(page(app))
        filled(app, contacts - FLOOR_CONTACTS, contacts)
        return figure(median(page(app)), floor, "ms", REQUESTS)

    return bench


def median(request: Callable[[], float]) -> float:
    """Of REQUESTS timings, after some that fill caches."""
    for _ in range(8):
        request()
    return statistics.median(request() for _ in range(REQUESTS))


def signed_in(app: Flask) -> Any:
    """A browser of an ordinary user who is in two groups."""
    browser = app.test_client()
    who = {"username": "demo07", "password": os.environ["CLIENTELA_BENCH_PASSWORD"]}
    answer = browser.post("/login/", data=who)
    if answer.status_code != 302:
        raise SystemExit("the sample user can't sign in")
    return browser


def request_of(browser: Any, addresses: list[str]) -> Callable[[], float]:
    """Ask for one address after the other; gives the ms of each whole request."""
    turn = itertools.cycle(addresses)

    def ask() -> float:
        address, start = next(turn), time.perf_counter()
        answer = browser.get(address)
        answer.get_data()
        took = (time.perf_counter() - start) * 1000
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
        return took

    return ask


def list_page(app: Flask) -> Callable[[], float]:
    """The list of contacts."""
    return request_of(signed_in(app), ["/contacts/list/"])


def search_page(app: Flask) -> Callable[[], float]:
    """The list searched for fragments: frequent, of two words, of an address, of nobody."""
    return request_of(signed_in(app), [f"/contacts/list/?q={fragment}" for fragment in FRAGMENTS])


def contact_page(app: Flask) -> Callable[[], float]:
    """Pages of contacts that the user sees."""
    browser = signed_in(app)
    page = browser.get("/contacts/list/").get_data(as_text=True)
    return request_of(browser, sorted(set(re.findall(r"/contacts/show/\d+", page))))


def mail(app: Flask, contacts: int) -> Figure:
    """Mails a second through the queue; floor: smtplib over one connection."""
    ours, floor = messages_a_second(app, contacts)
    return figure(ours, floor, "messages/s", contacts)


def many_clients(app: Flask, contacts: int) -> Figure:
    """CLIENTS on lists at once, of web processes as the product has them; floor: one alone."""
    filled(app, contacts, contacts)
    name = app.config["SESSION_COOKIE_NAME"]
    return load(f"{name}={signed_in(app).get_cookie(name).value}")


BENCHES: dict[str, Callable[[Flask, int], Figure]] = {
    "import": import_rows,
    "import_web_p99": import_web_p99,
    "list_contacts": at_size(list_page),
    "search_contacts": at_size(search_page),
    "open_contact": at_size(contact_page),
    "export": export_rows,
    "invoice_pdf": invoice_pdf,
    "mail": mail,
    "pipeline": pipeline,
    "load": many_clients,
}


def main(app: Flask, name: str, argument: str) -> None:
    """One figure, in the environment of a scratch database."""
    app.config["WTF_CSRF_ENABLED"] = False
    if name == "import-alone":
        import_file(app, Path(argument))
        return
    print(json.dumps({"name": name, **BENCHES[name](app, int(argument))}), flush=True)


if __name__ == "__main__":
    from app import create_app

    logging.disable(logging.WARNING)
    application = create_app()
    main(application, *sys.argv[1:3])

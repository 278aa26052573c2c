"""One product on two hosts: two web, two worker and two scheduler processes with data folders of their own, on one
PostgreSQL and one Valkey, files in a storage of the S3 protocol (issue 10, point 3)."""

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from app.core import clock
from app.core.db import db
from app.ops import deployed
from app.ops.launched import command
from app.ops.launched import environment as fresh
from app.reporting import service as reporting
from tests.factories import Maker, acting, make
from tests.harness.hosts import Host, bucket
from tests.harness.mail import Mailbox
from tests.harness.web import wait_until

__all__ = ["make"]
BOUND = 60  # seconds, from the first page to the last job
CSV = "Nome,Cognome,Email\n" + "".join(f"Nome{n},Rossi{n},n{n}@posta.example\n" for n in range(200))
DOCUMENT = b"%PDF-1.4 contratto" + bytes(range(256)) * 300


@pytest.fixture
def hosts(app: Flask, smtp: Mailbox, environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[Host, Host]]:
    """Two hosts without a process yet; the database is deployed, so that none of them has to."""
    deployed.note(environment["DATABASE_URL"])
    with bucket() as storage:
        both = Host("one", tmp_path, storage), Host("two", tmp_path, storage)
        yield both
        for host in both:
            host.stop()


def answers(host: Host) -> bool:
    try:
        return httpx.get(f"{host.address}/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*(?:value|content)="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def signed_in(host: Host, name: str, password: str) -> httpx.Client:
    """A browser that came in by this host."""
    browser = httpx.Client(timeout=30)
    data = {"username": name, "password": password}
    data["csrf_token"] = token_of(browser.get(f"{host.address}/login/").text)
    assert browser.post(f"{host.address}/login/", data=data).status_code == 302
    return browser


def imported(first: Host, second: Host, bearer: dict[str, str]) -> dict[str, Any]:
    """Start an import at one host, watch it at the other to its end."""
    sent = {"file": ("persone.csv", CSV.encode())}
    began = httpx.post(
        f"{first.address}/api/v1/imports/", headers=bearer, data={"kind": "contacts"}, files=sent, timeout=30
    )
    assert began.status_code == 202, began.text
    found: dict[str, Any] = {}

    def ended() -> bool:
        found.update(httpx.get(f"{second.address}/api/v1/imports/{began.json()['id']}", headers=bearer).json())
        return found.get("state") in ("done", "failed", "cancelled")

    wait_until(ended, 40)
    return found


def ran_at(host: Host) -> int:
    """How many imports this host's worker did."""
    return host.data.with_name(f"{host.name}-worker.log").read_text().count('"job starts", "job": "imports.run"')


@pytest.fixture
def owed(make: Maker, superuser: Any) -> None:
    """A reminder and a report whose hour has come."""
    make.task(task={"title": "Chiamare Anna", "due": clock.today("Europe/Rome"), "reminder": 5})
    with make.app.app_context(), acting(make["sergio"]):
        asked = {"report": "pipeline", "every": "day", "formats": ["inline"], "recipients": [make["sergio"].id]}
        reporting.save(asked)
        db.session.commit()
    superuser.execute("UPDATE task SET remind_at = now() - interval '1 min'")
    superuser.execute("UPDATE report_schedule SET next_at = now() - interval '1 min'")


@pytest.mark.timeout(300)
def test_a_product_of_two_hosts(
    make: Maker, hosts: tuple[Host, Host], owed: None, smtp: Mailbox, superuser: Any
) -> None:
    """Issue 10.3: signed in at one, seen at the other; jobs cross over; what is due goes out once; a host may go."""
    one, two = hosts
    contact = make.contact(first_name="Anna", last_name="Verdi")
    for host, role in ((one, "web"), (two, "web"), (one, "worker"), (one, "scheduler"), (two, "scheduler")):
        host.start(role)
    wait_until(lambda: answers(one) and answers(two), 120)
    began = time.monotonic()

    browser = signed_in(one, "sergio", make["sergio"].password)
    shown = browser.get(f"{two.address}/contacts/show/{contact}")
    assert "Verdi" in shown.text, "the session of one host is good at the other"
    sent = {"file": ("contratto.pdf", DOCUMENT)}
    headers = {"X-CSRFToken": token_of(shown.text), "Accept": "application/json"}
    stored = browser.post(f"{one.address}/files/contact/{contact}", files=sent, headers=headers)
    assert stored.status_code == 201, stored.text
    key = stored.json()["result"][0]["id"]
    assert "contratto.pdf" in browser.get(f"{two.address}/files/contact/{contact}").text
    assert browser.get(f"{two.address}/files/{key}/download").content == DOCUMENT
    assert not list((one.data / "files").rglob("*")), "no bytes lie on a host"

    who = {"username": "sergio", "password": make["sergio"].password, "provider": "db"}
    token = httpx.post(f"{one.address}/api/v1/security/login", json=who).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    done = imported(two, one, bearer)
    assert (done["state"], done["created"], ran_at(one)) == ("done", 200, 1)
    one.children[1].ask_to_stop()  # its worker goes; the other host's comes
    two.start("worker")
    again = imported(one, two, bearer)
    assert (again["state"], again["created"] + again["updated"] + again["skipped"]) == ("done", 200)
    assert (ran_at(one), ran_at(two)) == (1, 1)

    mails = smtp.wait_for(4, 30)
    told = Counter(re.split(r" is due| of ", m.message["Subject"])[0] for m in mails)
    assert told == {"“Chiamare Anna”": 1, "Pipeline": 1, "Your import": 2}
    assert {m.recipients[0] for m in mails} == {"sergio@example.com"}
    assert time.monotonic() - began < BOUND
    asked = "SELECT state, count(*) FROM outgoing_mail GROUP BY 1"
    wait_until(lambda: superuser.execute(asked).fetchall() == [("sent", 4)])
    assert httpx.get(f"{two.address}/readyz").json()["ready"]


def test_what_a_host_of_several_needs(tmp_path: Path) -> None:
    """Issue 10.3: `manage serve` refuses in a sentence what would make two products of one."""

    def said(*words: str, **env: str) -> str:
        line = command("manage", tmp_path / "data", words=["serve", *words])
        done = subprocess.run(line, env=fresh(**env), capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr

    assert "manage serve web" in said("everything")
    lacking = said("web", DATABASE_URL="postgresql://x")
    assert "REDIS_URL" in lacking
    assert "CLIENTELA_SECRET_KEY (the same key on all hosts)" in lacking
    every = {
        "DATABASE_URL": "mysql://x",
        "REDIS_URL": "x",
        "CLIENTELA_SECRET_KEY": "k" * 40,
        "CLIENTELA_FILES_URL": "x",
    }
    assert "must name a PostgreSQL database" in said("web", **every)

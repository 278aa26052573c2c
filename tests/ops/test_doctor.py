"""`manage doctor`: each thing is broken by itself, and what is told names it and its cure."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.db import db
from app.ops import facts, upgrade
from app.ops.doctor import host, servers, work
from app.ops.doctor.finding import Finding, State
from app.ops.launched import command, environment
from tests.harness.mail import Mailbox, free_port
from tests.harness.web import wait_until

GOOD_KEY = "k" * 48
FINE, WARNING, PROBLEM = State.FINE, State.WARNING, State.PROBLEM


def told(found: Finding, state: State, *words: str) -> None:
    """It is as bad as that, names what is wrong, and says what to do unless all is fine."""
    assert found.state == state, found
    assert bool(found.cure) == (state != FINE), found
    assert all(word in f"{found.says} {found.cure}" for word in words), found


def by_name(found: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.check: finding for finding in found}


def test_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS: disk, folder, secret key, settings and public address, each broken in turn."""
    key = tmp_path / "secret_key"
    told(host.key(tmp_path, {}), PROBLEM, "CLIENTELA_SECRET_KEY", "Restore")
    key.write_text(GOOD_KEY)
    key.chmod(0o644)
    told(host.key(tmp_path, {}), PROBLEM, "Other users", f"chmod 600 {key}")
    key.chmod(0o600)
    told(host.key(tmp_path, {}), FINE)
    told(host.key(tmp_path, {"CLIENTELA_SECRET_KEY": "secret"}), PROBLEM, "at least 32")
    told(host.folder(tmp_path), FINE)
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    told(host.folder(tmp_path), PROBLEM, "can't be written", "chown")
    for free, state in ((100 * 1024**2, PROBLEM), (1024**3, WARNING), (50 * 1024**3, FINE)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: SimpleNamespace(free=free))
        told(host.disk(tmp_path), state, "GB are free")
    good = {"CLIENTELA_DATA": str(tmp_path)}
    told(host.settings(good), FINE)
    told(host.settings(good | {"DATABASE_URL": "mysql://x"}), PROBLEM, "PostgreSQL")
    told(host.settings(good | {"CLIENTELA_PROXIES": "some"}), PROBLEM, "CLIENTELA_PROXIES")
    addresses = {
        "": WARNING,
        "crm.example.com": PROBLEM,
        "http://crm.example.com": PROBLEM,
        "http://127.0.0.1:8000": FINE,
        "https://crm.example.com": WARNING,
    }
    for address, state in addresses.items():
        told(host.public_address({"CLIENTELA_BASE_URL": address}), state)
    both = {"CLIENTELA_BASE_URL": "https://crm.example.com", "CLIENTELA_PROXIES": "1"}
    told(host.public_address(both), FINE, "https alone")


def test_the_database(app: Flask, db_session: Any, superuser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS: version, schema, statistics, connections and clock, each broken in turn."""
    assert {f.state for f in servers.database() if f.check != "statistics"} == {FINE}
    with db.engine.connect() as connection:
        monkeypatch.setattr(servers, "OLDEST", 99)
        told(servers.version(connection), PROBLEM, "too old", "99")
        superuser.execute("CREATE TABLE unseen AS SELECT generate_series(1, 50000) AS n")
        try:
            told(servers.statistics(connection), WARNING, "unseen", "ANALYZE")
        finally:
            superuser.execute("DROP TABLE unseen")
        told(servers.statistics(connection), FINE)
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now.replace(year=now.year + 1))
        told(servers.time(connection), PROBLEM, "differ", "NTP")
        few = facts.Database({}, {}, {}, 0, {"active": 9}, 10)
        monkeypatch.setattr(facts, "database", lambda: few)
        told(servers.connections(connection), WARNING, "9 of 10", "max_connections")
        [version] = superuser.execute("SELECT version_num FROM alembic_version").fetchone()
        for other, word in (("20261124_contacts", "older"), ("20991231_later", "newer")):
            superuser.execute("UPDATE alembic_version SET version_num = %s", [other])
            found = servers.schema(connection)
            superuser.execute("UPDATE alembic_version SET version_num = %s", [version])
            if other.startswith("2099"):
                told(found, PROBLEM, word)
            assert found.state == PROBLEM


def test_locks(app: Flask, db_session: Any, superuser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS: who waits for whom is told with both numbers, and so is a forgotten transaction."""
    monkeypatch.setattr(servers, "LONG_LOCK", 0.1)
    monkeypatch.setattr(servers, "LONG_IDLE", 0.0)

    def locks() -> Finding:
        with db.engine.connect() as asking:  # a transaction sees one picture of the sessions
            return servers.locks(asking)

    with db.engine.connect() as holder, db.engine.connect() as waiter:
        pid = holder.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        holder.exec_driver_sql("LOCK TABLE tag IN ACCESS EXCLUSIVE MODE")
        wait_until(lambda: locks().state != FINE)
        told(locks(), WARNING, str(pid), "has done nothing")
        thread = threading.Thread(target=lambda: waiter.exec_driver_sql("SELECT 1 FROM tag"))
        thread.start()
        wait_until(lambda: locks().state == PROBLEM)
        told(locks(), PROBLEM, str(pid), "pg_terminate_backend")
        holder.rollback()
        thread.join()
        waiter.rollback()
        monkeypatch.setattr(servers, "LONG_IDLE", 300.0)
        told(locks(), FINE)


def test_the_queue(app: Flask, db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS: away, old, forgetful; no worker, no scheduler, messages given up."""
    found = by_name(servers.queue())
    told(found["queue"], FINE, "Valkey")
    told(found["worker"], PROBLEM, "serve worker")
    good = {"redis_version": "7.2.4", "aof_enabled": 1, "maxmemory_policy": "noeviction"}
    told(servers.keeps(good), FINE)
    told(servers.keeps(good | {"redis_version": "6.0.16"}), PROBLEM, "too old")
    told(servers.keeps(good | {"aof_enabled": 0}), WARNING, "appendonly yes")
    told(servers.keeps(good | {"maxmemory_policy": "allkeys-lru"}), WARNING, "noeviction")
    seen = facts.Queue({"ready": 0, "delayed": 0, "given_up": 3}, {"worker": 2, "scheduler": 0})
    told(by_name(servers.takers(seen))["worker"], FINE, "2 living")
    told(by_name(servers.takers(seen))["scheduler"], PROBLEM, "serve scheduler")
    told(by_name(servers.takers(seen))["messages"], WARNING, "3 messages")
    monkeypatch.setitem(app.config, "REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    kept = app.extensions.pop("queue")
    told(by_name(servers.queue())["queue"], PROBLEM, "REDIS_URL")
    app.extensions["queue"] = kept


def test_mail_and_files(app: Flask, db_session: Any, smtp: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS: no mail server, one that is away, one that refuses the password; a storage that can't be written."""
    told(work.mail(), FINE, "lets us in")
    assert smtp.received == []
    for url, state, word in (
        ("", WARNING, "CLIENTELA_SMTP_URL"),
        ("nonsense", WARNING, "can't be understood"),
        (f"smtp://127.0.0.1:{free_port()}", PROBLEM, "does not let us in"),
        (smtp.url.replace("://", "://me:hush@"), PROBLEM, "does not let us in"),
    ):
        monkeypatch.setitem(app.config, "SMTP_URL", url)
        told(work.mail(), state, word)
        assert "hush" not in str(work.mail())
    told(work.files(), FINE)
    monkeypatch.setitem(app.config, "FILES_URL", "file:///proc/nothing")
    told(work.files(), PROBLEM, "CLIENTELA_FILES_URL")


def test_work_that_waits(app: Flask, db_session: Any, superuser: Any) -> None:
    """OPS: overdue work, mails in doubt, no backup and an old one."""
    assert {f.state for f in work.waiting(facts.database())} == {FINE}
    superuser.execute("""INSERT INTO outgoing_mail
    (recipient, subject, text, headers, state, attempts, next_try_at, message_id) VALUES
    ('a@example.com', '', '', '{}', 'waiting', 0, now() - interval '6 min', '<1@example.com>'),
    ('a@example.com', '', '', '{}', 'doubt', 1, now(), '<2@example.com>')""")
    found = by_name(work.waiting(facts.database()))
    told(found["waiting work"], PROBLEM, "outgoing_mail for 6 min", "worker.log")
    told(found["mails in doubt"], WARNING, "Of 1 mails")
    note = app.config["DATA"] / upgrade.LAST_BACKUP
    note.unlink(missing_ok=True)
    told(work.backups(), WARNING, "No backup", "manage backup")
    for days, state in ((3, WARNING), (0, FINE)):
        note.write_text((clock.now() - clock.dt.timedelta(days=days)).isoformat())
        told(work.backups(), state, f"{days} days")


def asked(data: Path, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command("manage", data, words=["doctor", *words]),
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_command(settings: dict[str, str], tmp_path: Path) -> None:
    """OPS: one line a finding, or JSON; exit code 1 for a problem; it speaks when no application can be made at all."""
    known = {name: settings[name] for name in ("DATABASE_URL", "REDIS_URL", "CLIENTELA_SECRET_KEY")}
    whole = asked(tmp_path / "data", "--json", **known)
    found = {f["check"]: f for f in json.loads(whole.stdout)}
    wanted = "python disk folder settings schema locks clock queue worker files mail backups"
    assert found.keys() >= {"secret key", "public address", *wanted.split()}
    assert (found["worker"]["state"], whole.returncode) == ("problem", 1)
    assert found["database"]["state"] == found["files"]["state"] == "fine"

    away = asked(tmp_path / "data", **known | {"DATABASE_URL": f"postgresql://x@127.0.0.1:{free_port()}/x"})
    assert "PROBLEM  database: The database does not answer" in away.stdout
    assert away.returncode == 1
    weak = asked(tmp_path / "data", **known | {"CLIENTELA_SECRET_KEY": "secret"})
    assert "PROBLEM  secret key: CLIENTELA_SECRET_KEY must be set to at least 32 random characters." in weak.stdout
    assert "Traceback" not in weak.stderr + away.stderr + whole.stderr
    assert asked(tmp_path / "data", "--jsn").stderr == "It is manage doctor [--json].\n"

"""Backup and restore: elsewhere the product is the same, and nothing goes out twice (fault 27)."""

import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from app.ops import product
from app.ops.postgres import NAME
from tests.harness import servers

CHECKSUMS = """SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM "{}" t"""
# The log says of each of the two what was done with it.
TELLS_WHERE_IT_RUNS = {"alembic_version", "outgoing_mail", "audit_entry"}


class Installation:
    """A database and a data folder of their own."""

    def __init__(self, name: str, place: Path, key: str) -> None:
        self.database, self.data = name, place / name
        (self.data / "files").mkdir(parents=True)
        (self.data / "secret_key").write_text(key)
        with servers.postgres().connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{NAME}" OWNER "{NAME}"')
        settings = servers.environment(servers.postgres().url(name), servers.valkey().url(15), self.data)
        del settings["CLIENTELA_SECRET_KEY"]
        self.env = {n: v for n, v in os.environ.items() if not n.startswith("CLIENTELA_")} | settings

    def flask(self, *words: Any) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            product.flask(*map(str, words)), env=self.env, capture_output=True, text=True, check=False
        )

    def ask(self, statement: str) -> Any:
        with servers.postgres().connect(self.database) as connection:
            return connection.execute(statement).fetchall()

    def checksums(self) -> dict[str, str]:
        names = self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {n: self.ask(CHECKSUMS.format(n))[0][0] for (n,) in names if n not in TELLS_WHERE_IT_RUNS}

    def remove(self) -> None:
        with servers.postgres().connect() as connection:
            connection.execute(f'DROP DATABASE "{self.database}" WITH (FORCE)')


@pytest.fixture
def two(app: Any, tmp_path: Path) -> Any:
    """One with data, one bare."""
    both = [Installation("backed_up", tmp_path, "a" * 48), Installation("restored", tmp_path, "b" * 48)]
    yield both
    for one in both:
        one.remove()


def test_restored_elsewhere_it_is_the_same(two: Any, tmp_path: Path) -> None:
    """Fault 27: rows by table, files and key come back; what was waiting to be sent is held for a person."""
    old, new = two
    assert old.flask("demo-data", "--small", "--password", "Correct-Horse-42").returncode == 0
    old.ask(MAIL)
    (old.data / "files" / "files").mkdir()
    (old.data / "files" / "files" / "someKey").write_bytes(b"a stored file")
    file = tmp_path / "all.tar"
    made = old.flask("backup", file, "--verify")
    assert made.returncode == 0, made.stderr
    assert "verified" in made.stdout
    assert file.stat().st_mode & 0o077 == 0
    assert (old.data / "last_backup").exists()
    back = new.flask("restore", file, "--yes")
    assert back.returncode == 0, back.stderr
    assert new.checksums() == old.checksums()
    assert (new.data / "files" / "files" / "someKey").read_bytes() == b"a stored file"
    assert (new.data / "secret_key").read_text() == "a" * 48
    assert new.ask("SELECT state FROM outgoing_mail") == [("doubt",)]
    acts = "SELECT act FROM audit_entry ORDER BY id"
    assert [act for (act,) in new.ask(acts)][-1] == "backup.restored"
    assert [act for (act,) in old.ask(acts)][-1] == "backup.made"


MAIL = """INSERT INTO outgoing_mail (recipient, subject, text, headers, state, attempts, next_try_at, message_id) VALUES
('rossi@example.com', 'Good day', 'words', '{}', 'waiting', 0, now(), '<1@example.com>') RETURNING id"""


def test_a_damaged_backup_changes_nothing(two: Any, tmp_path: Path) -> None:
    """Fault 27: what is no backup is refused in a sentence, and all stays as it was."""
    old, _new = two
    before = old.checksums()
    for name, content in (("text.tar", b"no tar"), ("empty.tar", b"")):
        (tmp_path / name).write_bytes(content)
        refused = old.flask("restore", tmp_path / name, "--yes")
        assert refused.returncode == 1
        assert "is no backup of Clientela" in refused.stderr
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(tmp_path / "text.tar", "text.tar")
    assert "is no backup of Clientela" in old.flask("restore", tmp_path / "other.tar", "--yes").stderr
    assert old.checksums() == before

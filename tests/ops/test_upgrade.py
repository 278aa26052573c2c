"""From an older program's database to this one's: backed up first, all or nothing, told in a sentence (fault 26)."""

import os
import shutil
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import run
from app.ops import start, upgrade
from app.ops.folder import DataFolder
from app.ops.options import Options, Refused
from app.ops.supervisor import Supervisor
from tests.ops.test_backups import Installation

FIRST = "SELECT version_num FROM alembic_version"


class Upgraded(Installation):
    """An installation that is started with this program; `lines` is what it said."""

    def __init__(self, place: Path) -> None:
        super().__init__("upgraded", place, "c" * 48)
        self.folder, self.lines = DataFolder(self.data), []
        self.folder.prepare()

    def deploy(self, backup: bool = True) -> None:
        start.deploy(self.folder, Supervisor(self.lines.append), self.env, backup)  # type: ignore[arg-type]

    def version(self) -> str:
        return str(self.ask("SELECT version_num FROM alembic_version")[0][0])


@pytest.fixture
def installed(app: Any, tmp_path: Path) -> Any:
    """One with the schema of this program."""
    made = Upgraded(tmp_path)
    yield made
    made.remove()


def test_an_older_database_is_backed_up_first(installed: Upgraded) -> None:
    """OPS-4, fault 26: the backup holds the former schema and the key, is told, private, and can be left out."""
    newest = installed.version()
    done = installed.flask("db", "downgrade")
    assert done.returncode == 0, done.stderr
    former = installed.version()
    assert former != newest
    installed.deploy()
    file = installed.data / "backups" / f"before-upgrade-{former}.tar"
    assert installed.lines == [
        f"This program is newer than the database: backing it up to {file} first (--no-backup: don't)."
    ]
    assert installed.version() == newest
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as tar:
        assert {"backup.json", "database.dump", "secret_key"} == set(tar.getnames())
        assert former.encode() in tar.extractfile("backup.json").read()  # type: ignore[union-attr]
    installed.deploy()
    assert len(installed.lines) == 1, "a mere restart backs nothing up"


def test_a_failed_upgrade_changes_nothing(installed: Upgraded, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-4: the old state, and a sentence with the way back and the place of the backup; no room is told before."""
    before = installed.checksums()
    installed.ask(f"UPDATE alembic_version SET version_num = '{oldest()}' RETURNING 1")  # its successor will fail
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(Refused, match=r"There is no room for the backup: .* Free some, or start with --no-backup."):
        installed.deploy()
    monkeypatch.undo()
    with pytest.raises(Refused) as refused:
        installed.deploy()
    said = str(refused.value)
    assert "The upgrade failed and changed nothing: the database is as the former program left it." in said
    assert f"The backup is {installed.data}/backups/before-upgrade-{oldest()}.tar." in said
    assert installed.version() == oldest()
    assert installed.checksums() == before
    shutil.rmtree(installed.data / "backups")
    with pytest.raises(Refused) as refused:
        installed.deploy(backup=False)
    assert "changed nothing" in str(refused.value)
    assert not (installed.data / "backups").exists()


def oldest() -> str:
    """The first version there was."""
    from alembic.script import ScriptDirectory

    [first] = ScriptDirectory(str(upgrade.ROOT / "app" / "migrations")).get_bases()
    return str(first)


def test_the_last_three_are_kept(tmp_path: Path) -> None:
    """OPS-4: upgrades don't fill the disk; what people put beside stays."""
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    for n in range(5):
        file = upgrade.place(folder, str(n))
        file.touch()
        os.utime(file, (n, n))
    (file.parent / "mine.tar").touch()
    upgrade.forget_old(folder)
    assert {f.name for f in file.parent.iterdir()} == {"mine.tar", *(upgrade.NAME.format(n) for n in (2, 3, 4))}


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    """OPS-4: by an option of the command line."""
    import json

    for words, wanted in ((["--no-backup"], False), ([], True), (["--no-backup", "manage", "serve", "web"], False)):
        options, rest = run.parse(words)
        assert Options.from_json(json.dumps({**options, "words": rest})).backup is wanted

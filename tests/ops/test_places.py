"""Where data and sockets go, and who may go there (STACK trap 15)."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.ops.account import server_account
from app.ops.folder import DataFolder
from app.ops.home import ELSEWHERE, LONGEST_SOCKET, SOCKET_LIMIT, ServerHome, choose
from app.ops.logs import LARGEST, rotate
from app.ops.options import Refused
from app.ops.postgres import Postgres
from app.ops.supervisor import Supervisor

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as somebody else")


@pytest.fixture
def data(folder: Path) -> DataFolder:
    """A data folder, prepared."""
    made = DataFolder(folder)
    made.prepare()
    return made


@pytest.fixture
def hidden(folder: Path) -> Iterator[DataFolder]:
    """A data folder below one that only its owner enters, as a home is."""
    folder.mkdir(mode=0o700)
    yield from _prepared(folder / "deep")


def _prepared(path: Path) -> Iterator[DataFolder]:
    made = DataFolder(path)
    made.prepare()
    yield made


def silent(_line: str) -> None:
    """Says nothing."""


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_for_their_owner_alone(data: DataFolder) -> None:
    """Row 22: the key is made on first use, kept, long, and 0600; what holds data is 0700."""
    key = (data.path / "secret_key").read_text()
    data.prepare()
    assert (data.path / "secret_key").read_text() == key
    assert len(key) >= 48
    assert mode(data.path / "secret_key") == 0o600
    assert {mode(data.path / name) for name in ("files", "log")} == {0o700}
    assert mode(choose(data, silent).sockets) == 0o700


def test_sockets_of_a_deep_folder_are_found_again(folder: Path) -> None:
    """Paths of sockets have about 100 bytes: deeper ones go to the temporary folder, the same at each start."""
    deep = DataFolder(folder / ("x" * 60) / ("y" * 60))
    deep.prepare()
    sockets = choose(deep, silent).sockets
    assert len(os.fsencode(sockets / LONGEST_SOCKET)) <= SOCKET_LIMIT
    assert mode(sockets) == 0o700
    assert choose(deep, silent).sockets == sockets
    sockets.rmdir()
    sockets.symlink_to("/")
    other = choose(deep, silent).sockets
    assert other != sockets, "what somebody put in its place is not used"
    sockets.unlink()
    other.rmdir()


@as_root
def test_data_root_hides_lies_elsewhere_and_nothing_is_opened_up(hidden: DataFolder, tmp_path: Path) -> None:
    """PostgreSQL's user can't pass root's home: its data go below /var/lib/clientela, said in one line, once."""
    said: list[str] = []
    home = choose(hidden, said.append)
    assert home.base.parent == ELSEWHERE
    assert str(home.base) in said[0]
    assert choose(hidden, said.append) == home
    assert len(said) == 1
    assert mode(hidden.path.parent) == 0o700
    check_server_works(home, tmp_path)
    (hidden.path.parent.parent / "data" / "servers_at").write_text(str(home.base))  # so that it is taken away


def check_server_works(home: ServerHome, logs: Path) -> None:
    """The server starts there, knows the letters of all scripts, and its role is no superuser."""
    supervisor, server = Supervisor(print), Postgres(home)
    server.create()
    supervisor.start_server(server.program(logs / "postgres.log", {}), 60)
    try:
        server.create_database()
        server.create_database()
        with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
            row = connection.execute("SELECT 'ÈÐЖ' ILIKE 'èðж', current_setting('is_superuser')").fetchone()
            assert row == (True, "off")
    finally:
        supervisor.stop()


@as_root
def test_data_that_became_unreachable_is_not_made_anew(data: DataFolder, folder: Path) -> None:
    """A database that its user can't reach any more stops the start, instead of an empty one taking its place."""
    (data.path / "postgres").mkdir()
    folder.parent.chmod(0o700)
    with pytest.raises(Refused, match="can't reach it any more"):
        choose(data, silent)


def test_data_of_another_version_is_told(data: DataFolder) -> None:
    """A database made by a PostgreSQL that is not here is refused with its number."""
    home = choose(data, silent)
    server = Postgres(home)
    home.private("postgres")
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Refused, match="needs PostgreSQL 9, which is not on this machine"):
        server.programs()


def test_servers_user_has_no_rights_to_speak_of() -> None:
    """As root the servers are somebody else, in no group of ours."""
    account = server_account()
    assert account.uid != 0
    assert (account.uid is None) == (os.geteuid() != 0)


def test_overgrown_log_is_moved_aside_under_its_writers(tmp_path: Path) -> None:
    """A log over 20 MB is emptied in place: whoever appends to it goes on in the same file."""
    log, small = tmp_path / "web.log", tmp_path / "worker.log"
    small.write_text("few\n")
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * (LARGEST + 1))
        rotate(tmp_path)
        writer.write(b"next\n")
    assert log.read_bytes() == b"next\n"
    assert (tmp_path / "web.log.1").stat().st_size == LARGEST + 1
    assert small.read_text() == "few\n"

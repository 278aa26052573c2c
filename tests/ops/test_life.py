"""Starting, stopping and dying: what the command line contract promises about processes (issue 3, point 1)."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.ops.account import server_account
from app.ops.folder import DataFolder
from app.ops.home import choose
from app.ops.launched import Product, environment, left_of, status
from app.ops.postgres import Postgres
from tests.harness.web import wait_until

STOP = 10  # seconds, the promise
Launch = Callable[..., Product]


@pytest.mark.timeout(400)
def test_life_of_a_data_folder(launch: Launch, folder: Path) -> None:
    """First start, orderly stop, start over a stale pid file, kill -9 of the supervisor, start again."""
    first = launch(folder)
    first.ready()
    first.wait_for("  sign in as admin with the password ", 5)
    pid_file = folder / "postgres" / "postmaster.pid"
    stale = pid_file.read_text()
    check_orderly_stop(first)

    stranger = subprocess.Popen(["sleep", "600"], **server_account().popen())
    pid_file.write_text(stale.replace(stale.split("\n")[0], str(stranger.pid), 1))
    second = launch(folder)
    address = second.ready()
    alive = stranger.poll() is None
    stranger.kill()
    assert alive, "STACK trap 7: the number belongs to somebody else now"
    wait_until(lambda: status(address, "/readyz") == 200, 60)

    processes = second.processes()
    second.child("dramatiq").suspend()  # does not hear of its supervisor's death
    second.process.kill()
    third = launch(folder)
    third.ready()
    assert left_of(processes) == []
    assert not any("password" in line for line in second.lines + third.lines)


def check_orderly_stop(product: Product) -> None:
    """SIGTERM: exit code 0 within 10 s, and none of its processes is left."""
    processes = product.processes()
    assert len(processes) > 10
    assert product.stop() < STOP
    assert product.process.returncode == 0
    assert left_of(processes) == []


def test_ctrl_c_during_the_start_leaves_nothing(launch: Launch, folder: Path) -> None:
    """An interrupt while it still sets up stops what was started; the next start completes the work.

    That one has a password from CLIENTELA_ADMIN_PASSWORD: it is named by its origin and kept from the other processes.
    """
    first = launch(folder)
    wait_until(lambda: (folder / "postgres" / "postmaster.pid").exists(), 60)
    processes = first.processes()
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(60) == 0
    assert left_of(processes) == []

    second = launch(folder, environment(CLIENTELA_ADMIN_PASSWORD="Correct-Horse-42"))
    second.ready()
    assert second.wait_for("  sign in as admin", 5).endswith("in CLIENTELA_ADMIN_PASSWORD")
    assert "CLIENTELA_ADMIN_PASSWORD" not in second.child("gunicorn").environ()
    assert "Correct-Horse" not in (folder / "run" / "environment.json").read_text()


def test_addresses_replace_the_embedded_servers(launch: Launch, folder: Path, settings: dict[str, str]) -> None:
    """With DATABASE_URL and REDIS_URL no server of ours is started."""
    product = launch(folder, environment(**{name: settings[name] for name in ("DATABASE_URL", "REDIS_URL")}))
    address = product.ready()
    assert not (folder / "postgres").exists()
    assert not any(process.name().startswith(("postgres", "valkey")) for process in product.processes())
    wait_until(lambda: status(address, "/readyz") == 200, 60)


def test_failing_server_is_told_with_its_own_words(launch: Launch, folder: Path) -> None:
    """What keeps PostgreSQL from starting is shown, and the exit code is 1."""
    data = DataFolder(folder)
    data.prepare()
    Postgres(choose(data, print)).create()
    (folder / "postgres" / "global" / "pg_control").unlink()
    product = launch(folder)
    product.wait_for("PostgreSQL did not start.", 60)
    product.wait_for("  postgres: could not find the database system", 5)
    assert product.process.wait(STOP) == 1

"""Starting, stopping and dying: what the command line contract promises about processes (issue 3, point 1)."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from app.ops.account import server_account
from tests.harness.launched import Product, environment, left_of, status
from tests.harness.web import wait_until

STOP = 10  # seconds, the promise
Launch = Callable[..., Product]


def test_password_is_told_once_and_nothing_is_left(launch: Launch, folder: Path) -> None:
    """First start tells the administrator's password, second does not; SIGTERM leaves no process within 10 s."""
    first = launch(folder)
    first.ready()
    first.wait_for("  sign in as admin with the password ", 5)
    processes = first.processes()
    assert len(processes) > 10
    assert first.stop() < STOP
    assert first.process.returncode == 0
    assert left_of(processes) == []

    second = launch(folder)
    address = second.ready()
    wait_until(lambda: status(address, "/readyz") == 200, 60)
    second.stop()
    assert not any("password" in line for line in second.lines)


def test_password_of_the_environment_is_not_printed(launch: Launch, folder: Path) -> None:
    """A password from CLIENTELA_ADMIN_PASSWORD is named by its origin, and stays out of the children's environment."""
    product = launch(folder, environment(CLIENTELA_ADMIN_PASSWORD="Correct-Horse-42"))
    product.ready()
    line = product.wait_for("  sign in as admin", 5)
    assert line.endswith("in CLIENTELA_ADMIN_PASSWORD")
    assert "CLIENTELA_ADMIN_PASSWORD" not in product.child("gunicorn").environ()
    assert "Correct-Horse" not in (folder / "run" / "environment.json").read_text()


def test_killed_supervisor_takes_its_children_along(launch: Launch, folder: Path) -> None:
    """After kill -9 of the supervisor nothing serves on, and the next start works on the same data."""
    first = launch(folder)
    first.ready()
    processes = first.processes()
    first.process.kill()
    second = launch(folder)
    address = second.ready()
    assert left_of(processes) == []
    wait_until(lambda: status(address, "/readyz") == 200, 60)


def test_stopped_supervisors_children_are_recognised(launch: Launch, folder: Path) -> None:
    """A worker that did not hear of its supervisor's death is ended by the next start."""
    first = launch(folder)
    first.ready()
    worker = first.child("dramatiq")
    worker.suspend()
    first.process.kill()
    second = launch(folder)
    second.ready()
    assert left_of([worker]) == []


def test_number_in_a_stale_pid_file_is_not_trusted(launch: Launch, folder: Path) -> None:
    """STACK trap 7: a pid file whose number is now a stranger's neither stops the start nor harms the stranger."""
    first = launch(folder)
    first.ready()
    pid_file = folder / "postgres" / "postmaster.pid"
    content = pid_file.read_text()
    first.stop()
    with subprocess.Popen(["sleep", "600"], **server_account().popen()) as stranger:
        pid_file.write_text(content.replace(content.split("\n")[0], str(stranger.pid), 1))
        second = launch(folder)
        second.ready()
        second.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_ctrl_c_during_the_start_leaves_nothing(launch: Launch, folder: Path) -> None:
    """An interrupt while it still sets up stops what was started, and the next start completes the work."""
    first = launch(folder)
    wait_until(lambda: (folder / "postgres" / "postmaster.pid").exists(), 60)
    processes = first.processes()
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(STOP) == 0
    assert left_of(processes) == []
    launch(folder).ready()


def test_addresses_replace_the_embedded_servers(launch: Launch, folder: Path, settings: dict[str, str]) -> None:
    """With DATABASE_URL and REDIS_URL no server of ours is started."""
    names = ("DATABASE_URL", "REDIS_URL")
    product = launch(folder, environment(**{name: settings[name] for name in names}))
    address = product.ready()
    assert not (folder / "postgres").exists()
    assert not any(process.name().startswith(("postgres", "valkey")) for process in product.processes())
    wait_until(lambda: status(address, "/readyz") == 200, 60)


def test_failing_server_is_told_with_its_own_words(launch: Launch, folder: Path) -> None:
    """What keeps PostgreSQL from starting is shown, and the exit code is 1."""
    first = launch(folder)
    first.ready()
    first.stop()
    (folder / "postgres" / "global" / "pg_control").unlink()
    second = launch(folder)
    second.wait_for("PostgreSQL did not start.", 60)
    second.wait_for("  ", 5)
    assert second.process.wait(STOP) == 1

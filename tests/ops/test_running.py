"""A running product among others: the second start, the taken port, the child that dies, the command beside it."""

import json
import re
import socket
import subprocess
from pathlib import Path
from subprocess import PIPE

import psutil
import pytest

from app.ops.launched import Product, command, environment, left_of, status
from app.ops.options import ROOT
from tests.harness.web import wait_until

VICTIMS = {
    "gunicorn": "Web",
    "dramatiq": "Worker",
    "workers.schedule": "Scheduler",
    "bin/postgres": "PostgreSQL",
    "valkey-server": "Valkey",
}


def run(*words: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(words, cwd=cwd, env=env or environment(), capture_output=True, text=True, timeout=120)


def test_second_start_on_the_same_data_leaves(running: Product) -> None:
    """It says who runs there and exits with 1; the first goes on."""
    second = run(*command("start", running.folder))
    assert second.returncode == 1
    assert second.stderr == f"Clientela already runs on the data folder {running.folder}.\n"
    assert status(running.address, "/healthz") == 200


def test_port_in_use_is_told_before_anything_starts(folder: Path) -> None:
    """One sentence with the way out, exit code 1, no server was made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = run(*command("start", folder, port=taken.getsockname()[1]))
    assert refused.returncode == 1
    assert "the port is in use by another program. Stop it, or choose another with --port N." in refused.stderr
    assert not (folder / "postgres").exists()


@pytest.mark.parametrize(("victim", "name"), VICTIMS.items())
def test_child_that_dies_is_started_again(running: Product, victim: str, name: str) -> None:
    """After kill -9 of any child, with all it had started gone, the product is ready again."""
    killed = running.child(victim)
    family = [killed, *killed.children(recursive=True)]
    killed.kill()
    running.wait_for(f"{name} was killed by signal 9; starting again in", 30)
    wait_until(lambda: left_of(family) == [], 30)
    wait_until(lambda: running.child(victim), 60)
    assert running.child(victim).pid != killed.pid
    wait_until(lambda: status(running.address, "/readyz") == 200, 90)


def test_requests_wait_while_the_web_starts_again(running: Product) -> None:
    """The port stays open over the death of the web process: a request is slow, not refused."""
    for process in [running.child("gunicorn"), *running.child("gunicorn").children()]:
        process.kill()
    with socket.create_connection(running.address.removeprefix("http://").split(":"), timeout=60) as asked:
        asked.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert asked.recv(15) == b"HTTP/1.0 200 OK"
    running.wait_for("Web was killed", 10)


def test_access_log_is_json_without_queries(running: Product) -> None:
    """Each request is one JSON line with the id its answer carried; what was typed into a search is not in it."""
    status(running.address, "/healthz?q=very-private")
    log = running.folder / "log" / "access.log"
    wait_until(lambda: log.exists() and '"/healthz"' in log.read_text())
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    asked = [line for line in lines if line["route"] == "/healthz"]
    assert asked[-1]["status"] == 200
    assert len(asked[-1]["request_id"]) == 16
    assert "very-private" not in log.read_text()


def test_command_uses_the_running_product(running: Product, tmp_path: Path) -> None:
    """`manage` finds the running database, keeps the caller's folder and hands the exit code through."""
    good = run(*command("manage", running.folder, words=["db", "current"]), cwd=tmp_path)
    assert (good.returncode, "(head)" in good.stdout) == (0, True)
    bad = run(*command("manage", running.folder, words=["no-such-verb"]), cwd=tmp_path)
    assert bad.returncode == 2
    assert "No such command" in bad.stderr
    assert status(running.address, "/healthz") == 200


def test_commands_alone_bring_servers_up_and_down(folder: Path) -> None:
    """`manage` where nothing runs: an empty database is filled first, a second command waits its turn.

    In the end no process stays, and the administrator's password was told once, apart from the commands' output.
    """
    both = [
        subprocess.Popen(
            command("manage", folder, words=["db", "current"]), env=environment(), stdout=PIPE, stderr=PIPE, text=True
        )
        for _ in range(2)
    ]
    output = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], output
    assert all(re.search(r"^\w+ \(head\)$", out, re.MULTILINE) for out, _ in output), output
    assert sum("sign in as admin with the password" in err for _, err in output) == 1
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]
    assert not (folder / "postgres" / "postmaster.pid").exists()

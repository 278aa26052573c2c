"""What lies in deploy/ fits the program: roles, settings, files that an image needs."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from app.ops.serve import NEEDED
from run import ROOT, storage_needs

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
ROLES = ("web", "worker", "scheduler")
SOURCES = "\n".join(p.read_text() for p in [ROOT / "config.py", *(ROOT / "app" / "core").glob("*.py")])


def test_compose_runs_two_of_each_role() -> None:
    """Issue 10.3: as `manage serve` knows them, with all that a host of several needs, and no secret written down."""
    for role in ROLES:
        service = COMPOSE["services"][role]
        assert (service["command"], service["deploy"]) == (["manage", "serve", role], {"replicas": 2})
        assert service["environment"].keys() >= NEEDED.keys()
        ours = {name for name in service["environment"] if name.startswith("CLIENTELA_")}
        assert not [name for name in ours if f'"{name}"' not in SOURCES]
        assert service["environment"]["CLIENTELA_SECRET_KEY"] == "${CLIENTELA_SECRET_KEY:?}"
    secrets = re.findall(r"(?:PASSWORD|SECRET\w*): (\S+)", (DEPLOY / "compose.yaml").read_text())
    assert secrets
    assert all(value.startswith("${") for value in secrets)
    assert {"proxy", "postgres", "valkey", "storage"} <= COMPOSE["services"].keys()


def test_an_image_holds_what_it_needs() -> None:
    """Issue 10.3: every file that is copied exists and is let in; it runs as nobody special, from pinned packages."""
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    let_in = [line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"]
    copied = [w for line in lines if line.startswith("COPY") and "--from" not in line for w in line.split()[1:-1]]
    assert {"run.py", "requirements.txt", "app", "workers", "importers", "reports"} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(fnmatch(name, pattern) for pattern in let_in), name
    assert "USER clientela" in lines
    assert storage_needs({"CLIENTELA_FILES_URL": "s3://"}) == [DEPLOY / "requirements-s3.txt"]
    assert storage_needs({"CLIENTELA_FILES_URL": "file:///srv"}) == storage_needs({}) == []


def test_what_s3_needs_agrees_with_the_rest() -> None:
    """Issue 10.3: no package is pinned twice with two versions; each has a hash."""
    pins = [dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", file.read_text(), re.MULTILINE)) for file in pinned()]
    assert not {n: v for n, v in pins[1].items() if pins[0].get(n, v) != v}
    text = (DEPLOY / "requirements-s3.txt").read_text()
    assert text.count("==") <= text.count("--hash=sha256:")


def pinned() -> list[Path]:
    return [ROOT / "requirements.txt", DEPLOY / "requirements-s3.txt"]


def test_units_and_proxies_name_what_there_is() -> None:
    """Issue 10.3: the unit starts a role; proxies hide /metrics and limit bodies as the product does."""
    unit = (DEPLOY / "clientela@.service").read_text()
    assert "run.py --data /var/lib/clientela/data manage serve %i" in unit
    for proxy in ("nginx.conf", "Caddyfile"):
        text = (DEPLOY / proxy).read_text()
        assert "210" in text
        assert "/metrics" in text
    assert "X-Forwarded-For $proxy_add_x_forwarded_for" in (DEPLOY / "nginx.conf").read_text()

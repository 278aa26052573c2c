"""What is named in threats.py exists, and a few proofs that belong to no room."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask import Flask

from app.core.api import CrmApi
from app.ops.drills import faults, table
from app.ops.options import ROOT
from tests.factories import FACTORIES, Maker
from tests.security.threats import FAULTS, THREATS

TESTS = Path(__file__).parents[1]


@cache
def names_in(file: str) -> set[str]:
    """The names of the tests in a file; empty where there is none."""
    path = TESTS / file
    nodes = ast.walk(ast.parse(path.read_text())) if path.is_file() else []
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def is_there(proof: str) -> bool:
    """Whether what is named exists: a test, a file with tests, a drill; a sentence stands for itself."""
    if proof.startswith("drill "):
        known = {"faults", "kills", "import", *(title.split()[0] for title in faults.DRILLS), *table.KILLS}
        return proof.removeprefix("drill ") in known
    if not re.match(r"[\w/]+\.py(::|$)", proof):
        return " " in proof
    file, _, name = proof.partition("::")
    return bool(names_in(file)) if not name else name in names_in(file)


def test_every_threat_and_fault_has_its_proof() -> None:
    """All 40 threats and 27 faults are here, and what they name exists."""
    assert sorted(THREATS) == list(range(1, 41))
    assert sorted(FAULTS) == list(range(1, 28))
    missing = {
        n: p for known in (THREATS, FAULTS) for n, (_, proofs) in known.items() for p in proofs if not is_there(p)
    }
    assert not missing


PROTECTED = {"created_by", "changed_by", "deleted_at", "deleted_by", "audience", "search", "sort_name", "import_run_id"}


@pytest.mark.timeout(300)
def test_protected_columns_are_set_by_nobody(app: Flask, make: Maker) -> None:
    """Threat 14: each column of each entity sent to each door of REST: what is not offered is refused, and stays."""
    nino, ada, taken = make.rest("nino"), make["ada"], []
    for view in app.extensions["appbuilder"].baseviews:
        if not isinstance(view, CrmApi) or view.datamodel.obj not in FACTORIES:
            continue
        with app.app_context():
            key = FACTORIES[view.datamodel.obj](make["nino"])
        writable = {name for name, field in view.schema.fields.items() if not field.dump_only}
        for column in {name for name, _column in view.datamodel.obj.__mapper__.columns.items()} - writable:
            for value in (ada.id, "2020-01-01T00:00:00Z", "x"):
                answer = nino.put(f"/api/v1/{view.resource_name}/{key}", {column: value})
                if answer.status_code < 400:
                    taken.append(f"{view.resource_name}.{column}")
        assert not PROTECTED & writable, view.resource_name
    assert not taken, taken


def test_no_address_leads_to_a_file_of_the_machine(make: Maker, data: Path) -> None:
    """Threat 12: dots, slashes and absolute paths in an address lead nowhere."""
    ada = make.page("ada")
    (data / "marker.txt").write_text("outside")
    ways = (
        "../marker.txt",
        "%2e%2e%2fmarker.txt",
        "....//marker.txt",
        "..%5cmarker.txt",
        "%2fetc%2fpasswd",
        "/etc/passwd",
    )
    doors = ("/static/", "/files/", "/files/download/", "/contacts/download/", "/api/v1/files/", "/exports/")
    for door in doors:
        for way in ways:
            answer = ada.get(f"{door}{way}", follow_redirects=False)
            assert answer.status_code in (301, 302, 308, 400, 404, 405), (door, way, answer.status_code)
            assert "outside" not in answer.text
            assert "root:" not in answer.text


def test_tables_are_written_in_one_place() -> None:
    """Threat 7: one writer guards against formulas; nothing else writes tables for people."""
    writers = re.compile(r"csv\.(?:Dict)?[wW]riter|\.to_csv\(|\.to_excel\(")
    allowed = ("app/core/tables.py", "app/ops/", "importers/")
    files = [p for room in ("app", "reports", "workers", "importers") for p in (ROOT / room).rglob("*.py")]
    found = {str(p.relative_to(ROOT)) for p in files if writers.search(p.read_text())}
    assert not {name for name in found if not name.startswith(allowed)}


def test_each_requirement_is_pinned_by_its_hash() -> None:
    """Threat 39: what is installed is what was looked at; a changed file of a package is refused."""
    for file in (ROOT / "requirements.txt", TESTS / "requirements.txt"):
        lines = file.read_text().replace("\\\n", " ").splitlines()
        pinned = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        assert len(pinned) > 20
        assert not [line[:60] for line in pinned if "==" not in line or "--hash=sha256:" not in line]


def test_nothing_else_listens(live_server: str, workers: Any) -> None:
    """Threat 40: web processes listen on one port of this machine, workers on none: no metrics, no debugger."""
    port = int(live_server.rsplit(":", 1)[1])
    mine = psutil.Process()
    family = [
        p for p in mine.children(recursive=True) if any(w in " ".join(p.cmdline()) for w in ("gunicorn", "dramatiq"))
    ]
    heard = {(c.laddr.ip, c.laddr.port) for p in family for c in p.net_connections() if c.status == psutil.CONN_LISTEN}
    assert heard == {("127.0.0.1", port)}


def test_no_room_for_a_file_is_said(app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 13: a full disk is a sentence and a status of its own, on the page and by REST; nothing is half stored."""
    import errno
    from io import BytesIO

    from app.core import storage

    def full(*_args: Any, **_more: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    contact = make.contact(make["sergio"])
    monkeypatch.setattr(storage, "put", full)
    answer = make.page("sergio").post(
        f"/files/contact/{contact}", {"file": (BytesIO(b"x"), "x.txt")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 507
    assert "no room left" in answer.text
    sent = make.rest("sergio").open(
        "/api/v1/files/", "POST", data={"contact": str(contact), "file": (BytesIO(b"x"), "x.txt")}
    )
    assert sent.status_code == 507
    assert "no room left" in sent.json["message"]

"""The life of an export: its doors, its strangers, its end, and what a killed worker leaves."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core import access, clock, runs, storage
from app.core.db import db
from app.exports import service
from app.exports.models import ExportRun
from tests.exports.conftest import rows
from tests.factories import Maker


def test_by_rest(make: Maker, work: Any) -> None:
    """IMP-07: asked for, watched, fetched and taken away by REST; a filter it does not know is refused."""
    make.contact(last_name="Uno")
    make.contact(kind="company", name="Due")
    rest = make.rest("sergio")
    wanted = {"entity": "contacts", "filters": [{"col": "kind", "opr": "eq", "value": "company"}]}
    answer = rest.post("/api/v1/exports/", wanted)
    assert (answer.status_code, answer.json["state"]) == (202, "queued")
    address = f"/api/v1/exports/{answer.json['id']}"
    assert rest.get(f"{address}/file").status_code == 404
    work(answer.json["id"])
    told = rest.get(address).json
    assert (told["state"], told["total"], told["done"], told["file"]) == ("done", 1, 1, f"{address}/file")
    assert [row["name"] for row in rows(rest.get(told["file"]).data)] == ["Due"]
    assert make.rest("nino").get(address).status_code == make.rest("nino").delete(address).status_code == 404
    assert rest.delete(address).status_code == 200
    assert rest.get(address).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"entity": "users"}, "entity"),
        ({"entity": "contacts", "format": "zip"}, "format"),
        ({"entity": "contacts", "colour": 1}, "colour"),
        ({"entity": "contacts", "filters": [{"col": "owner.password", "opr": "eq", "value": 1}]}, "filters"),
        ({"entity": "contacts", "filters": [{"col": "company", "opr": "rel_o_m", "value": 1}]}, "filters"),
        ({"entity": "contacts", "filters": "x"}, "filters"),
        ([], ""),
    ],
)
def test_bad_wishes_are_refused(make: Maker, body: Any, field: str) -> None:
    """SPEC, Bad input: 400 with the reason under its key, and nothing queued."""
    answer = make.rest("sergio").post("/api/v1/exports/", body)
    assert answer.status_code == 400
    assert field in answer.json["errors"]
    assert "No export yet" in make.page("sergio").get("/exports/").text


def test_the_file_is_for_the_person_alone(make: Maker) -> None:
    """IMP-07: a stranger's and an administrator's try is the same 404 as for no export, and lists show one's own."""
    export = make.export(word="riservata")
    mine = make.page("sergio")
    assert mine.get(f"/exports/{export}/file").data == b"riservata"
    assert "riservata.csv" in mine.get("/exports/").text
    for who in ("nino", "marta", "ada", "renzo"):
        page = make.page(who)
        assert page.get(f"/exports/{export}/file").status_code == 404
        assert page.get(f"/exports/{export}").status_code == 404
        assert page.post(f"/exports/{export}/delete").status_code in (404, 302 if who == "renzo" else 404, 403)
        assert "riservata.csv" not in page.get("/exports/").text
    assert make.page(None).get(f"/exports/{export}/file").status_code == 302
    assert mine.get(f"/exports/{export}/file").status_code == 200


def test_who_may_only_read_exports_nothing(make: Maker) -> None:
    """SPEC, Access: exporting is for users; a reader finds no button."""
    make.contact()
    assert make.page("renzo").post("/exports/new", {"entity": "contacts", "format": "csv"}).status_code in (302, 403)
    assert "export-menu" not in make.page("renzo").get("/contacts/list/").text
    assert "export-menu" in make.page("sergio").get("/contacts/list/").text


def test_it_expires_with_its_file(app: Flask, make: Maker) -> None:
    """IMP-07: after its time the address leads nowhere, and the sweep takes row and file away."""
    export, other = make.export(), make.export()
    with app.app_context(), access.acting_as(access.SYSTEM):
        run = db.session.get_one(ExportRun, export)
        key, run.expires_at = run.file_key, clock.now() - dt.timedelta(seconds=1)
        db.session.commit()
    assert make.page("sergio").get(f"/exports/{export}/file").status_code == 404
    with app.app_context(), access.acting_as(access.SYSTEM):
        assert service.take_away() == 1
        db.session.commit()
        with pytest.raises(FileNotFoundError):
            storage.open_stored(key)
        assert db.session.get(ExportRun, export) is None
    assert make.page("sergio").get(f"/exports/{other}/file").status_code == 200


def test_its_end_is_told(make: Maker, queued: Any, work: Any) -> None:
    """NOT-01: in the app and by mail, with an address that leads to the file; nobody else is told."""
    from app.notices import service as notices
    from tests.factories import acting

    make.contact()
    run = queued("livia")
    work(run)
    with make.app.app_context():
        for who, links in (("livia", [f"/exports/{run}"]), ("sergio", [])):
            with acting(make[who]):
                assert [n.link for n in notices.latest()] == links


def test_cancelled(make: Maker, app: Flask, queued: Any, work: Any, run_of: Any) -> None:
    """IMP-07: stopped before a worker has it, or while one works; no file is kept."""
    waiting, running = queued("sergio"), queued("sergio")
    assert make.page("sergio").post(f"/exports/{waiting}/cancel").status_code == 302
    work(waiting)
    with app.app_context(), access.acting_as(access.SYSTEM):
        db.session.get_one(ExportRun, running).cancel_requested = True
        db.session.commit()
    work(running)
    for run in (waiting, running):
        assert (run_of(run)["state"], run_of(run)["file_key"]) == ("cancelled", None)


def test_a_dead_workers_export_begins_anew(make: Maker, app: Flask, queued: Any, work: Any, run_of: Any) -> None:
    """Fault 4: what a killed worker left is found by the sweep, made once, and its half is no file."""
    make.contact(last_name="Uno")
    run = queued("sergio")
    with app.app_context(), access.acting_as(access.SYSTEM):
        assert runs.claim(ExportRun, run) == 1
        assert runs.claim(ExportRun, run) is None
        row = db.session.get_one(ExportRun, run)
        row.heartbeat_at = clock.now() - runs.STALE * 2
        db.session.commit()
        assert runs.unfinished(ExportRun) == [run]
        runs.progress(ExportRun, run, 1, done_rows=1)
    assert make.page("sergio").get(f"/exports/{run}/file").status_code == 404
    with app.app_context(), access.acting_as(access.SYSTEM):
        db.session.get_one(ExportRun, run).heartbeat_at = clock.now() - runs.STALE * 2
        db.session.commit()
    work(run)
    assert (run_of(run)["state"], run_of(run)["attempts"]) == ("done", 2)
    with app.app_context(), pytest.raises(runs.Superseded):
        runs.progress(ExportRun, run, 1, done_rows=5)


def test_few_at_once(make: Maker, queued: Any) -> None:
    """One person does not fill the queue."""
    for _ in range(service.MOST_AT_ONCE):
        queued("sergio")
    assert make.rest("sergio").post("/api/v1/exports/", {"entity": "contacts"}).status_code == 400
    assert make.rest("livia").post("/api/v1/exports/", {"entity": "contacts"}).status_code == 202


def test_by_command(make: Maker, tmp_path: Path) -> None:
    """IMP-07: `manage export` writes what its requester sees; refused with one line and exit code 2."""
    make.contact(last_name="Aperto")
    make.contact(last_name="Nascosto", private=True)
    file = tmp_path / "contatti.csv"
    runner = make.app.test_cli_runner()
    done = runner.invoke(args=["export", "contacts", str(file), "--as", "nino", "--json"])
    assert json.loads(done.stdout) == {"file": str(file), "rows": 1, "bytes": file.stat().st_size}
    assert [row["last_name"] for row in rows(file.read_bytes())] == ["Aperto"]
    assert runner.invoke(args=["export", "all", str(tmp_path / "x.zip"), "--as", "nino"]).exit_code == 2
    assert runner.invoke(args=["export", "nothing", str(tmp_path / "x.csv")]).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["contatti.csv"]

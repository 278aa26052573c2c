"""A whole import goes back, where nobody has touched its records since; what can't is named (IMP-05)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.contacts import service as contacts_service
from app.contacts.models import Contact
from app.core import access, clock, runs
from app.core.db import db
from app.history import service as history
from app.imports import undoing
from app.imports.models import ImportUndo
from tests.factories import Maker, acting

FILE = "Nome,Cognome,Email,Telefono,Azienda,Tag,Note,Città\n"
NEW = FILE + "Maria,Rossi,maria@example.com,055 123456,Acme,fiera,detto,Roma\n"


@pytest.fixture
def undo(app: Flask, make: Maker) -> Callable[..., dict[str, Any]]:
    """Asks for the undo of a run by REST, does what the worker does, and reads what became of it."""

    def go(run_id: int, who: str = "sergio") -> dict[str, Any]:
        rest = make.rest(who)
        answer = rest.post(f"/api/v1/imports/{run_id}/undo", {})
        assert (answer.status_code, answer.json["state"]) == (202, "queued")
        with app.app_context(), access.acting_as(access.SYSTEM):
            [undo_id] = db.session.scalars(db.select(ImportUndo.id).filter_by(run_id=run_id))
            undoing.work(undo_id)
        found: dict[str, Any] = rest.get(f"/api/v1/imports/{run_id}").json["undo"]
        return found

    return go


def told(**counts: int) -> dict[str, Any]:
    """What REST says of a finished undo."""
    return {"state": "done", "restored": 0, "removed": 0, "kept": 0, **counts}


def without_total(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "total"}


def test_what_it_created_goes_to_the_bin(make: Maker, bring_in: Any, contacts: Any, undo: Any) -> None:
    """IMP-05: persons and the companies made by the way; they can still be taken out of the bin."""
    make.contact(last_name="Prima")
    run = bring_in(NEW)
    assert without_total(undo(run.id)) == told(removed=2)
    assert [c["name"].split()[-1] for c in contacts(deleted_at=None)] == ["Prima"]
    page = make.page("sergio")
    assert "2 contacts went to the bin" in page.get(f"/imports/{run.id}").text
    assert "Undo this import" not in page.get(f"/imports/{run.id}").text


def test_what_it_changed_is_as_it_was(make: Maker, app: Flask, bring_in: Any, contacts: Any, undo: Any) -> None:
    """IMP-05: columns, emails, phones, addresses, tags, notes and sharing of an updated contact go back."""
    key = make.custom_field("Colore")
    person = make.contact(
        first_name="Maria", last_name="Bianchi", emails=["maria@example.com"], tags=["vip"], title="CEO",
        custom={key: "rosso"}, private=False, type="Client",
    )  # fmt: skip
    with app.app_context(), acting(make["sergio"]):
        history.save({"contact": person, "text": "prima"})
        db.session.commit()
    before = contacts()
    run = bring_in(
        FILE.replace("Città", "Città,Colore,kind,private,owner,shared_with")
        + "Maria,Rossi,maria@example.com,055 123456,Acme,fiera,detto,Roma,blu,person,yes,livia,nino\n"
    )
    assert run.counts == (0, 1, 0, 0)
    assert contacts()[1]["name"] == "Maria Rossi"
    assert without_total(undo(run.id)) == told(removed=1, restored=1)
    after = contacts(deleted_at=None)
    assert [{**c, "version": 0} for c in after] == [{**c, "version": 0} for c in before]
    with app.app_context(), acting(make["sergio"]):
        row = db.session.get(Contact, person)
        assert (row.custom, row.shared_with, row.owner_id) == ({key: "rosso"}, [], make["sergio"].id)
        events = db.session.scalars(db.select(history.HistoryEvent).filter_by(contact_id=person, verb=None))
        assert [event.text for event in events] == ["prima"]


def test_what_was_touched_since_stays_and_is_named(
    make: Maker, app: Flask, bring_in: Any, contacts: Any, undo: Any
) -> None:
    """IMP-05: changed, used or deleted since: left alone, with the reason; a company in use stays with its person."""
    make.contact(first_name="Anna", last_name="Neri", emails=["anna@example.com"])
    rows = "".join(f"Nome{n},Cognome{n},n{n}@example.com,,{'Acme' if n == 1 else ''},,,\n" for n in range(4))
    run = bring_in(FILE + rows + "Anna,Verdi,anna@example.com,,,,,\n")
    by_name = {c["name"]: c for c in contacts()}
    assert "Anna Verdi" in by_name
    with app.app_context(), acting(make["sergio"]):
        for name, act in {"Nome1 Cognome1": "change", "Nome2 Cognome2": "note", "Anna Verdi": "change"}.items():
            row = db.session.scalar(db.select(Contact).where(Contact.last_name == name.split()[1]))
            if act == "change":
                contacts_service.save({"title": "altro"}, row)
            else:
                history.save({"contact": row.id, "text": "ho telefonato"})
        db.session.commit()
    assert without_total(undo(run.id)) == told(removed=2, kept=4)
    assert sorted(c["name"] for c in contacts(deleted_at=None)) == [
        "Acme", "Anna Verdi", "Nome1 Cognome1", "Nome2 Cognome2",
    ]  # fmt: skip
    page = make.page("sergio").get(f"/imports/{run.id}").text
    assert page.count("changed since") == 2
    assert page.count("in use since") == 2


def test_an_undo_is_its_owners(make: Maker, bring_in: Any) -> None:
    """IMP-05: a stranger's try is a 404, a second one a 409, a check's a 400; nothing happens."""
    run = bring_in(NEW)
    assert make.rest("nino").post(f"/api/v1/imports/{run.id}/undo", {}).status_code == 404
    assert make.page("nino").post(f"/imports/{run.id}/undo").status_code == 404
    assert make.page("nino").get(f"/imports/{run.id}/undoing").status_code == 404
    rest = make.rest("sergio")
    assert rest.post(f"/api/v1/imports/{run.id}/undo", {}).status_code == 202
    assert rest.post(f"/api/v1/imports/{run.id}/undo", {}).status_code == 409


def test_a_check_and_an_empty_run_have_nothing_to_undo(make: Maker, queue: Any, work: Any) -> None:
    """IMP-05: refused with a sentence."""
    run = queue(NEW, dry_run=True)
    work(run)
    assert make.rest("sergio").post(f"/api/v1/imports/{run}/undo", {}).status_code == 400
    assert "Undo this import" not in make.page("sergio").get(f"/imports/{run}").text


def test_a_killed_undo_goes_on(make: Maker, app: Flask, bring_in: Any, contacts: Any) -> None:
    """IMP-05, fault 1: what a dead worker left is found by the sweep and ends right."""
    run = bring_in(NEW)
    with app.app_context(), acting(make["sergio"]):
        from app.imports.models import ImportRun

        undo_id = undoing.start(db.session.get(ImportRun, run.id)).id
        db.session.commit()
    with app.app_context(), access.acting_as(access.SYSTEM):
        assert runs.claim(ImportUndo, undo_id) == 1
        db.session.get_one(ImportUndo, undo_id).heartbeat_at = clock.now() - runs.STALE * 2
        db.session.commit()
        assert runs.unfinished(ImportUndo) == [undo_id]
        undoing.work(undo_id)
    assert contacts(deleted_at=None) == []


def test_many(make: Maker, bring_in: Any, contacts: Any, undo: Any) -> None:
    """IMP-05: more than one slice."""
    rows = "".join(f"Nome,Cognome{n},n{n}@example.com,,,,,\n" for n in range(2_500))
    run = bring_in(FILE + rows)
    assert undo(run.id) == told(removed=2_500) | {"total": 2_500}
    assert contacts(deleted_at=None) == []

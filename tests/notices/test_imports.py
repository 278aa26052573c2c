"""The owner of an import is told its end, in the app and by mail."""

from collections.abc import Callable
from typing import Any

from app.core.db import db
from tests.factories import Maker, acting

Bell = Callable[..., list[tuple[str, str]]]
FILE = "Nome,Cognome,Email\nMaria,Rossi,maria@example.com\nAnna,,non-valida\n"


def test_the_end_of_an_import_is_told(make: Maker, bell: Bell, mails: Any, bring_in: Any) -> None:
    """NOT-01: an import that ended is told to who asked for it, with its counts, once; to nobody else."""
    run = bring_in(FILE, "livia")
    assert run.state == "done"
    [(said, link)] = bell("livia")
    assert said == "Your import of contatti.csv is done: 1 created, 0 updated, 1 refused"
    assert link == f"/imports/{run.id}"
    assert make.page("livia").get(link).status_code == 200
    assert [m.subject for m in mails()] == [m.subject for m in mails("livia")] == [said]
    assert bell("sergio") == bell("ada") == bell("nino") == []
    assert make.page("nino").get(link).status_code == 404


def test_a_dry_run_is_not_told(bell: Bell, mails: Any, bring_in: Any) -> None:
    """NOT-01: a check is told on the page that waits for it."""
    bring_in(FILE, "livia", dry_run=True)
    assert bell("livia") == mails() == []


def test_a_failed_import_is_told(make: Maker, bell: Bell, mails: Any, queue: Any, work: Any, result: Any) -> None:
    """NOT-01: that nothing came in is news as well, with the reason."""
    from app.core.people import READ_ONLY, User, role_named

    run = queue(FILE, someone := make.user())
    with make.app.app_context(), acting(None):
        db.session.get(User, someone.id).roles = [role_named(READ_ONLY)]
        db.session.commit()
    work(run)
    assert result(run).state == "failed"
    assert bell(someone) == [
        ("Your import of contatti.csv failed: You may not import contacts any more.", f"/imports/{run}")
    ]
    assert len(mails(someone)) == 1


def test_a_cancelled_import_is_not_told(make: Maker, bell: Bell, queue: Any, work: Any) -> None:
    """NOT-01: who stopped it knows."""
    from app.imports import service
    from app.imports.models import ImportRun

    run = queue(FILE, "livia")
    with make.app.app_context(), acting(make["livia"]):
        service.cancel(db.session.get(ImportRun, run))
        db.session.commit()
    work(run)
    assert bell("livia") == []


def test_an_import_of_who_left_ends_all_the_same(make: Maker, bell: Bell, queue: Any, work: Any, result: Any) -> None:
    """Threat 29: who may not sign in any more imports nothing and is told nothing; the run is closed."""
    from app.core.people import User

    run = queue(FILE, someone := make.user())
    with make.app.app_context(), acting(None):
        db.session.get(User, someone.id).active = False
        db.session.commit()
    work(run)
    assert result(run).state == "failed"
    assert bell(someone) == []

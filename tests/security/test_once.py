"""The same thing sent twice is done once, and both answers show it (threat 38)."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.contacts.models import Contact
from app.core import access, clock, jobs, once
from app.core.db import db
from app.invoices.models import Invoice, Payment
from tests.factories import Maker

PERSON = {"kind": "person", "first_name": "Una", "last_name": "Sola"}


@pytest.fixture
def count(app: Flask) -> Any:
    """How many rows of a model there are."""

    def rows(model: type[Any]) -> int:
        with app.app_context(), access.acting_as(access.SYSTEM):
            return db.session.scalar(select(func.count()).select_from(model)) or 0

    return rows


def form_of(page: Any, address: str) -> dict[str, str]:
    """The mark of the form at an address."""
    found = re.search(r'name="_once" value="([^"]+)"', page.get(address).text)
    assert found, f"{address} has no mark"
    return {"_once": found[1]}


def test_back_and_save_again(make: Maker, count: Any) -> None:
    """Threat 38: the same form sent again leads to the record that the first made; altered, it makes another."""
    page = make.page("sergio")
    form = {**PERSON, **form_of(page, "/contacts/add")}
    first, second = page.twin().post("/contacts/add", form), page.post("/contacts/add", form)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert count(Contact) == 1
    assert "nothing was done twice" in page.get(second.headers["Location"]).text
    other = page.twin().post("/contacts/add", {**form, "last_name": "Altra"})
    assert other.headers["Location"] != first.headers["Location"]
    stranger = make.page("nino").post("/contacts/add", form)
    assert stranger.headers["Location"] != first.headers["Location"], "a mark is worth nothing to another user"
    assert count(Contact) == 3


def test_what_was_refused_may_be_sent_again(make: Maker, count: Any) -> None:
    """Threat 38: only what was done is remembered; a refused form, mended or not, is looked at anew."""
    page = make.page("sergio")
    form = {"kind": "person", **form_of(page, "/contacts/add")}
    for _ in range(2):
        assert page.twin().post("/contacts/add", form).status_code == 200
    assert page.twin().post("/contacts/add", {**form, **PERSON}).status_code == 302
    assert (count(Contact), count(once.Once)) == (1, 1)


def test_two_clicks_at_once(make: Maker, count: Any) -> None:
    """Threat 38: two equal requests at the same moment make one record, and both answers lead to it."""
    page = make.page("sergio")
    for number in range(4):
        form = {**PERSON, "last_name": f"Sola {number}", **form_of(page, "/contacts/add")}
        with ThreadPoolExecutor(2) as clicks:
            answers = list(
                clicks.map(lambda twin, form=form: twin.post("/contacts/add", form), [page.twin(), page.twin()])
            )
        assert [a.status_code for a in answers] == [302, 302], [a.text[:200] for a in answers]
        assert len({a.headers["Location"] for a in answers}) == 1
        assert count(Contact) == number + 1


def test_money_comes_in_once(make: Maker, count: Any) -> None:
    """Threat 38: the same payment sent twice is one payment; so is the credit note of an invoice one."""
    invoice, page = make.invoice(make["sergio"], status="billed"), make.page("sergio")
    mark = form_of(page, f"/invoices/show/{invoice}")
    payment = {"amount": "5.00", "date": "2026-03-02", "method": "cash", **mark}
    answers = [page.twin().post(f"/invoices/payments/{invoice}", payment) for _ in range(2)]
    assert {a.status_code for a in answers} == {302}
    assert count(Payment) == 1
    credited = [page.twin().post(f"/invoices/credit/{invoice}", mark) for _ in range(2)]
    assert len({a.headers["Location"] for a in credited}) == 1
    assert count(Invoice) == 2


def test_a_program_that_tries_again(make: Maker, count: Any) -> None:
    """Threat 38: `Idempotency-Key` makes a POST safe to repeat; the answer has the same code and record."""
    sergio, nino = make.rest("sergio"), make.rest("nino")
    for rest in (sergio, nino):
        rest.headers = {**rest.headers, "Idempotency-Key": "order-4711"}
    answers = [sergio.post("/api/v1/contacts/", PERSON) for _ in range(3)]
    assert [a.status_code for a in answers] == [201] * 3, answers[1].text
    assert len({a.json["id"] for a in answers}) == 1
    assert answers[1].json["result"]["last_name"] == "Sola"
    assert [a.headers.get("Idempotency-Replayed") for a in answers] == [None, "true", "true"]
    assert sergio.post("/api/v1/contacts/", {**PERSON, "last_name": "Altra"}).status_code == 422
    assert nino.post("/api/v1/contacts/", PERSON).json["id"] != answers[0].json["id"]
    assert count(Contact) == 2
    assert sergio.post("/api/v1/cases/", {"title": 7}).status_code == 400
    assert sergio.post("/api/v1/cases/", {"title": "Fiera"}).status_code == 201, "a refusal is not remembered"
    with ThreadPoolExecutor(2) as both:
        sergio.headers["Idempotency-Key"] = "two at once"
        made = list(both.map(lambda _n: sergio.post("/api/v1/contacts/", {**PERSON, "last_name": "Due"}), range(2)))
    assert [a.status_code for a in made] == [201, 201]
    assert made[0].json["id"] == made[1].json["id"]
    assert count(Contact) == 3
    assert make.rest("sergio").delete(f"/api/v1/contacts/{made[0].json['id']}").status_code == 200
    assert "result" not in sergio.post("/api/v1/contacts/", {**PERSON, "last_name": "Due"}).json, "it is in the bin"


def test_old_marks_are_forgotten(app: Flask, make: Maker, count: Any) -> None:
    """Threat 38: what nobody sends again is not kept."""
    page = make.page("sergio")
    page.post("/contacts/add", {**PERSON, **form_of(page, "/contacts/add")})
    with app.app_context(), access.acting_as(access.SYSTEM):
        once.forget_old()
        assert db.session.scalar(select(func.count()).select_from(once.Once)) == 1
        db.session.execute(update(once.Once).values(created_at=clock.now() - dt.timedelta(days=2)))
        once.forget_old()
        db.session.commit()
    assert count(once.Once) == 0


def test_no_message_before_the_commit(db_session: Any, monkeypatch: Any) -> None:
    """Faults 6, 24: a savepoint's end sends nothing; a rollback after it leaves no wish behind."""
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(jobs, "nudge", lambda job, row: sent.append((job, row)))
    for undo in (True, False):
        jobs.later("a", 1)
        with db_session.begin_nested():
            jobs.later("b", 2)
        assert sent == []
        db_session.rollback() if undo else db_session.commit()
    assert sent == [("a", 1), ("b", 2)]

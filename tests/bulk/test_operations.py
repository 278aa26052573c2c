"""Group operations on lists: what is done to whom, by whom, now or by a worker (CON-09, GEN-02)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.bulk import running
from app.bulk.models import BulkRun
from app.core import access, clock, runs
from app.core.db import db
from app.core.people import User
from app.notices.models import Notice
from tests.factories import Maker

REST = "/api/v1/contacts/"
BULK = "/api/v1/bulk/"


def read(make: Maker, contact: int) -> Any:
    return make.once("rest", "ada").get(f"{REST}{contact}").json["result"]


def test_each_operation_on_chosen_ones(make: Maker) -> None:
    """CON-09: tags, type, temperature, responsible, sharing: asked on a page, then done; hidden ones passed over."""
    mine, hidden = make.contact(make["nino"], tags=["vecchio"]), make.contact(private=True)
    page = make.page("nino")
    asked = page.post("/bulk/new/contact/tag", {"rowid": [mine, hidden, 987654]})
    assert asked.status_code == 200
    assert str(hidden) not in re.findall(r'name="rowid" value="(\d+)"', asked.text)
    warm = make.rest("ada").get(f"{REST}{make.contact(temperature='Warm')}").json["result"]["temperature"]["id"]
    steps: list[tuple[str, dict[str, Any]]] = [
        ("tag", {"tags": ["Fiera", "nuovo"]}),
        ("untag", {"tags": ["VECCHIO"]}),
        ("temperature", {"temperature": warm}),
        ("share", {"shared_with": [make["livia"].id]}),
        ("owner", {"owner": make["livia"].id}),
    ]
    for verb, values in steps:
        answer = page.post(f"/bulk/new/contact/{verb}?q=x", {"rowid": [mine, hidden], "sure": "1", **values})
        assert answer.headers["Location"].endswith("/contacts/list/?q=x"), (verb, answer.text)
    seen = read(make, mine)
    assert seen["tags"] == ["Fiera", "nuovo"]
    assert seen["temperature"]["name"] == "Warm"
    assert (seen["private"], seen["shared_with"]) == (True, [make["livia"].id])
    assert seen["owner"]["id"] == make["livia"].id
    assert read(make, hidden)["tags"] == []


def test_bad_values_stand_on_their_field(make: Maker) -> None:
    """CON-09: nothing is done, what was typed stays."""
    mine = make.contact(make["nino"])
    page = make.page("nino")
    for verb, values in (
        ("tag", {"tags": []}),
        ("tag", {"tags": "x" * 81}),
        ("owner", {"owner": "99999"}),
        ("type", {"type": "zzz"}),
    ):
        answer = page.post(f"/bulk/new/contact/{verb}", {"rowid": mine, "sure": "1", **values})
        assert answer.status_code == 400
        assert "field-bad" in answer.text
    assert page.post("/bulk/new/contact/nothing", {"rowid": mine}).status_code == 404
    assert page.post("/bulk/new/nothing/tag", {"rowid": mine}).status_code == 404


def test_all_that_match_is_what_the_list_shows(make: Maker, many: None, work: Callable[[int], None]) -> None:
    """CON-09, issue 4.4: search and filters of the list's address count, page does not; others' rows are not touched;
    who may not delete them leaves them alone, and is told how many."""
    mine = [make.contact(make["nino"], last_name="Gruppo") for _ in range(3)]
    theirs, hidden = make.contact(last_name="Gruppo"), make.contact(last_name="Gruppo", private=True)
    other = make.contact(make["nino"], last_name="Altro")
    page = make.page("nino")
    address = "/bulk/new/contact/delete?q=gruppo&psize_ContactView=25"
    asked = page.post(address, {"everything": "1"})
    assert "4 contacts" in asked.text
    assert "q=gruppo" in asked.text
    answer = page.post(address, {"everything": "1", "sure": "1"})
    run = int(answer.headers["Location"].rsplit("/", 1)[1])
    work(run)
    result = make.rest("nino").get(f"{BULK}{run}").json
    assert (result["state"], result["total"], result["changed"], result["refused"]) == ("done", 4, 3, 1)
    assert [make.rest("ada").get(f"{REST}{c}").status_code for c in mine] == [404] * 3
    assert [make.rest("ada").get(f"{REST}{c}").status_code for c in (theirs, hidden, other)] == [200] * 3
    body = page.get(f"/bulk/{run}").text
    assert "Left alone" in body
    assert make.page("livia").get(f"/bulk/{run}").status_code == 404
    assert make.rest("livia").get(f"{BULK}{run}").status_code == 404


def test_by_rest(make: Maker, work: Callable[[int], None]) -> None:
    """CON-09: ids or filters, with the same checks and the same limits."""
    mine, hidden = make.contact(make["nino"], last_name="Resto"), make.contact(private=True, last_name="Resto")
    rest = make.rest("nino")
    search = {"filters": [{"col": "search", "opr": "search", "value": "resto"}]}
    for chosen in ({"ids": [mine, hidden]}, search):
        body = {"kind": "contact", "operation": "tag", "values": {"tags": [next(iter(chosen))]}, **chosen}
        answer = rest.post(BULK, body)
        assert (answer.status_code, answer.json["total"]) == (202, 1)
        work(answer.json["id"])
    assert read(make, mine)["tags"] == ["filters", "ids"]
    assert read(make, hidden)["tags"] == []
    refused: list[Any] = [
        {},
        [],
        {"kind": "contact", "operation": "tag", "ids": [mine]},
        {"kind": "contact", "operation": "tag", "ids": ["x"], "values": {"tags": ["a"]}},
        {"kind": "contact", "operation": "tag", "filters": "x", "values": {"tags": ["a"]}},
        {
            "kind": "contact",
            "operation": "tag",
            "filters": [{"col": "nope", "opr": "x", "value": 1}],
            "values": {"tags": ["a"]},
        },
        {"kind": "contact", "operation": "open", "ids": [mine], "values": {"x": 1}},
        {"kind": "contact", "operation": "open", "ids": [mine], "extra": 1},
    ]
    assert [rest.post(BULK, body).status_code for body in refused] == [404, 400, 400, 400, 400, 400, 400, 400]
    assert make.rest("renzo").post(BULK, {"kind": "contact", "operation": "open", "ids": [mine]}).status_code == 403
    assert rest.get(f"{BULK}987654").status_code == 404


def queued(make: Maker, count: int, verb: str = "tag", **values: Any) -> tuple[int, list[int]]:
    """A run of Nino's on contacts of his, told to no worker of this test."""
    mine = [make.contact(make["nino"], private=True) for _ in range(count)]
    body = {"kind": "contact", "operation": verb, "ids": mine, "values": values or {"tags": ["molti"]}}
    return make.rest("nino").post(BULK, body).json["id"], mine


def test_a_killed_worker_leaves_nothing_undone_or_done_twice(
    app: Flask, make: Maker, many: None, work: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reliability: a slice and its place are one transaction; the next worker goes on there, the old one can't."""
    run, mine = queued(make, 5)
    record, calls = running._record, []

    def dies(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        record(*args)

    monkeypatch.setattr(running, "_record", dies)
    with pytest.raises(KeyboardInterrupt):
        work(run)
    work(run)  # nobody takes a run whose worker lives
    assert make.rest("nino").get(f"{BULK}{run}").json["changed"] == 2
    assert [read(make, c)["tags"] for c in mine] == [["molti"], ["molti"], [], [], []]
    with app.app_context(), access.acting_as(access.SYSTEM):
        old = clock.now() - 2 * runs.STALE
        db.session.execute(update(BulkRun).values(heartbeat_at=old))
        db.session.commit()
        assert runs.unfinished(BulkRun) == [run]
    work(run)
    assert make.rest("nino").get(f"{BULK}{run}").json["changed"] == 5
    assert all(read(make, c)["tags"] == ["molti"] for c in mine)


def test_cancelled_and_no_longer_allowed(app: Flask, make: Maker, many: None, work: Callable[[int], None]) -> None:
    """Long work can be cancelled; rights count when it is done, not when it was asked for (threat 29)."""
    run, mine = queued(make, 3)
    assert make.page("livia").post(f"/bulk/{run}/cancel").status_code == 404
    assert make.page("nino").post(f"/bulk/{run}/cancel").status_code == 302
    work(run)
    assert make.rest("nino").get(f"{BULK}{run}").json["state"] == "cancelled"
    assert read(make, mine[0])["tags"] == []
    run, mine = queued(make, 3)
    with app.app_context():
        db.session.execute(update(User).where(User.id == make["nino"].id).values(active=False))
        db.session.commit()
    work(run)
    assert make.rest("ada").get(f"{BULK}{run}").json["state"] == "failed"
    assert read(make, mine[0])["tags"] == []


def test_many_things_are_told_once(app: Flask, make: Maker, many: None, work: Callable[[int], None]) -> None:
    """CON-06, NOT-01: whoever is made responsible for five contacts gets one notice that says five."""
    run, _ = queued(make, 5, "owner", owner=make["livia"].id)
    work(run)
    with app.app_context(), access.acting_as(access.SYSTEM):
        found = db.session.scalars(select(Notice).where(Notice.user_id == make["livia"].id)).all()
        assert [n.words["n"] for n in found] == [5]
        own = db.session.scalars(select(Notice).where(Notice.user_id == make["nino"].id)).all()
        assert [(n.kind, n.link) for n in own] == [("bulk", f"/bulk/{run}")]
    assert "5 records" in make.page("livia").get("/notices/").text


def test_one_that_can_not_be_stored_spoils_no_other(
    app: Flask, make: Maker, many: None, work: Callable[[int], None]
) -> None:
    """CON-09: what could not be done is counted and said by name."""
    run, mine = queued(make, 2, "owner", owner=make["livia"].id)
    with app.app_context():
        db.session.execute(update(User).where(User.id == make["livia"].id).values(active=False))
        db.session.commit()
    work(run)
    result = make.rest("nino").get(f"{BULK}{run}").json
    assert (result["state"], result["changed"], result["failed"]) == ("done", 0, 2)
    assert {p["id"] for p in result["problems"]} == set(mine)
    assert result["problems"][0]["why"] in make.page("nino").get(f"/bulk/{run}").text

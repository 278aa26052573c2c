"""SET-10: webhooks are signed, told once, tried again, logged, and lead to no private machine."""

import datetime as dt
import json

from flask import Flask

from app.core import access, clock
from app.core.db import db
from app.core.jobs import RunState
from app.notices.models import Kind, Notice
from app.webhooks import delivering, schema, service
from app.webhooks.models import Delivery, Webhook
from tests import factories
from tests.factories import Maker
from tests.webhooks.conftest import Server, age, deliver, is_signed, tellings, webhook

PAST = clock.now() - dt.timedelta(days=1)


def test_what_happens_is_told_signed_and_once(app: Flask, make: Maker, receiver: Server) -> None:
    """SET-10: created, changed, moved, binned; the REST shape as an administrator sees it, a private record too; a
    secret that fits; nothing that was not asked for, and nothing twice."""
    events = ("contact.created", "contact.changed", "contact.deleted", "opportunity.moved", "task.done", "invoice.paid")
    _pk, secret = webhook(app, make["marta"], f"{receiver.url}/in", *events)
    contact = make.contact(make["sergio"], private=True)
    sergio = make.rest("sergio")
    sergio.put(f"/api/v1/contacts/{contact}", {"description": "Nuovo"})
    opportunity = make.opportunity(make["sergio"])
    won = make.stage("Proposal")
    sergio.put(f"/api/v1/opportunities/{opportunity}", {"stage": won})
    task = make.task(task={"title": "Chiamare"})
    sergio.put(f"/api/v1/tasks/{task}", {"closed": True})
    make.paid_invoice()
    deliver(app)
    sergio.delete(f"/api/v1/contacts/{contact}")
    deliver(app)
    deliver(app)  # a message that comes twice
    said = [json.loads(told.body) for told in receiver.told]
    assert all(is_signed(told, secret) for told in receiver.told)
    assert not is_signed(receiver.told[0], secret + "x")
    names = [one["event"] for one in said]
    assert [n for n in names if n != "contact.created"] == [
        "contact.changed", "opportunity.moved", "task.done", "invoice.paid", "contact.deleted"
    ]  # fmt: skip
    mine = [one for one in said if one["data"]["id"] == contact and one["event"].startswith("contact")]
    assert [(one["event"], one["changed"]) for one in mine] == [
        ("contact.created", []), ("contact.changed", ["description"]), ("contact.deleted", [])
    ]  # fmt: skip
    assert mine[-1]["data"] == {"id": contact}
    assert next(o for o in said if o["event"] == "opportunity.moved")["data"]["stage"]["id"] == won
    assert next(o for o in said if o["event"] == "invoice.paid")["data"]["status"] == "paid"
    assert {t.headers["X-Clientela-Delivery"] for t in receiver.told} == {str(one["id"]) for one in said}
    assert {t.state for t in tellings(app)} == {RunState.DONE}
    assert tellings(app)[0].answer == "taken  [31m"


def test_a_rolled_back_act_is_not_told(app: Flask, make: Maker, receiver: Server) -> None:
    """SET-10: what did not happen is told to nobody."""
    webhook(app, make["marta"], receiver.url, "contact.created")
    with app.app_context(), factories.acting(make["sergio"]):
        from app.contacts import service as contacts

        contacts.save({"kind": "person", "first_name": "A", "last_name": "B"})
        db.session.rollback()
    assert tellings(app) == []


def test_a_hostile_receiver(app: Flask, make: Maker, receiver: Server) -> None:
    """SET-10: slow, huge, failing, redirecting to loopback: tried again later, never followed, read no further."""
    inner = Server("127.0.0.1")
    marta = make["marta"]
    kinds = {"slow": "/slow", "huge": "/huge", "500": "/500", "away": f"/away?{inner.url}/inner"}
    ids = {name: webhook(app, marta, receiver.url + path, "contact.created")[0] for name, path in kinds.items()}
    ids["inner"] = webhook(app, marta, f"{inner.url}/inner", "contact.created")[0]
    ids["none"] = webhook(app, marta, "http://127.0.0.2:1/", "contact.created")[0]
    make.contact()
    deliver(app)
    found = {name: next(t for t in tellings(app) if t.webhook_id == pk) for name, pk in ids.items()}
    inner.shutdown()
    inner.server_close()
    assert inner.told == []
    assert (found["huge"].state, found["huge"].code, len(found["huge"].answer or "")) == (RunState.DONE, 200, 500)
    again = {name: (t.state, t.code, t.error) for name, t in found.items() if name != "huge"}
    assert {state for state, _c, _e in again.values()} == {RunState.QUEUED}
    assert again["500"][1] == 500
    assert again["away"][1] == 307
    assert "too slow" in str(again["slow"][2])
    assert "not a public machine" in str(again["inner"][2])
    assert "port 1" in str(again["none"][2])
    pause = found["500"].next_try_at - clock.now()
    assert dt.timedelta(seconds=30) < pause <= dt.timedelta(minutes=1)


def test_pauses_grow_and_the_dead_are_turned_off(app: Flask, make: Maker, receiver: Server) -> None:
    """SET-10: 1, 5, 15, 60 minutes … 24 hours; after days of failures it is off and its owner told, once."""
    pk, _secret = webhook(app, make["marta"], f"{receiver.url}/500", "contact.created")
    make.contact()
    pauses, bodies = [], set()
    for _ in range(service.MOST_ATTEMPTS):
        age(app, next_try_at=PAST)
        deliver(app)
        one = tellings(app)[0]
        pauses.append(round((one.next_try_at - clock.now()).total_seconds() / 60))
        bodies.add(one.body)
    assert pauses[:8] == [1, 5, 15, 60, 180, 360, 720, 1440]
    assert pauses[8:-1] == [1440] * (service.MOST_ATTEMPTS - 9)
    assert (tellings(app)[0].state, len(bodies)) == (RunState.FAILED, 1)
    age(app, failing_since=clock.now() - dt.timedelta(days=4))
    for _ in range(2):
        make.contact()
        deliver(app)
    with app.app_context(), access.acting_as(access.SYSTEM):
        row = db.session.get_one(Webhook, pk)
        assert (row.is_on, row.problem) == (False, "dead")
        told = db.session.query(Notice).filter(Notice.kind == Kind.WEBHOOK).all()
        assert [n.user_id for n in told] == [make["marta"].id]
    marta = make.page("marta")
    assert "turned off after days of failures" in marta.get(f"/webhooks/{pk}").text
    make.contact()
    assert len(receiver.told) == service.MOST_ATTEMPTS + 1


def test_killed_lost_or_without_rights(app: Flask, make: Maker, receiver: Server) -> None:
    """RELIABILITY: a worker killed while telling, a lost message, an owner who administers no more."""
    pk, _secret = webhook(app, make["marta"], receiver.url, "contact.created")
    make.contact()
    with app.app_context(), access.acting_as(access.SYSTEM):
        assert service.due() == []  # its message is on its way
        one = db.session.query(Delivery).one()
        one.state, one.claimed_at = RunState.RUNNING, PAST  # killed
        db.session.commit()
        delivering.work(one.id, schema.body)
        assert db.session.get_one(Delivery, one.id, populate_existing=True).state == RunState.RUNNING
        db.session.commit()
        db.session.query(Delivery).update({"attempts": 1})
        assert service.due() == [one.id]
        db.session.commit()
    deliver(app)
    assert [t.state for t in tellings(app)] == [RunState.DONE]
    with app.app_context(), access.acting_as(access.SYSTEM):
        db.session.get_one(Webhook, pk).owner_id = make["sergio"].id
        db.session.commit()
    make.contact()
    deliver(app)
    assert tellings(app)[-1].state == RunState.CANCELLED
    assert len(receiver.told) == 1


def test_the_pages(app: Flask, make: Maker, receiver: Server) -> None:
    """SET-10: made, tested, its secret shown once, told again, renewed, deleted, by administrators alone."""
    marta = make.page("marta")
    for name in ("sergio", "renzo", None):
        page = make.page(name)
        assert page.get("/webhooks/").status_code in (302, 403)
        page.post("/webhooks/add", {"name": "x", "url": receiver.url, "is_on": "y"})
    assert "No webhook yet" in marta.get("/webhooks/").text
    for url in ("", "ftp://a.example", "http://u:p@a.example/", "javascript:alert(1)", "nonsense"):
        refused = marta.post("/webhooks/add", {"name": "Magazzino", "url": url})
        assert refused.status_code == 400, url
        assert "Magazzino" in refused.text
    assert marta.post("/webhooks/add", {"name": "M", "url": receiver.url, "events": "x.y"}).status_code == 400
    made = marta.post("/webhooks/add", {"name": "Mag", "url": receiver.url, "events": "contact.created", "is_on": "y"})
    place = made.location
    first = marta.get(place).text
    assert "whsec_" in first
    assert "whsec_" not in marta.get(place).text
    marta.post(f"{place}/test")
    deliver(app)
    assert json.loads(receiver.told[0].body)["event"] == "ping"
    one = tellings(app)[0]
    assert "ping" in marta.get(place).text
    assert "Clientela-Delivery" in marta.get(f"{place}/deliveries/{one.id}").text
    assert marta.get(f"/webhooks/999/deliveries/{one.id}").status_code == 404
    marta.post(f"{place}/deliveries/{one.id}/resend")
    deliver(app)
    assert len(receiver.told) == 2
    assert receiver.told[0].body == receiver.told[1].body
    marta.post(f"{place}/secret")
    renewed = marta.get(place).text
    assert "whsec_" in renewed
    edit = {"name": "Mag", "url": receiver.url, "version": "1"}
    assert marta.post(f"{place}/edit", edit).status_code == 400  # somebody was faster: the secret is another
    assert marta.post(f"{place}/delete").status_code == 302
    assert marta.get(place).status_code == 404
    rest = make.rest("marta")
    made = rest.post("/api/v1/webhooks/", {"name": "R", "url": receiver.url, "events": ["task.done"], "is_on": True})
    assert made.json["result"]["secret"].startswith("whsec_")
    address = f"/api/v1/webhooks/{made.json['id']}"
    assert rest.get(address).json["result"]["secret"] is None
    assert rest.put(address, {"events": ["x"]}).status_code == 400
    assert rest.put(address, {"is_on": False}).json["result"]["events"] == ["task.done"]
    for name in ("sergio", "renzo"):
        assert make.rest(name).get(address).status_code == 403
        assert make.rest(name).delete(address).status_code == 403
    assert rest.delete(address).status_code == 200
    with app.app_context():
        from app.core.audit import AuditEntry

        log = str([(e.what, e.before, e.after) for e in db.session.query(AuditEntry)])
    assert "webhook: Mag" in log
    assert "whsec_" not in log
    assert "gAAAA" not in log

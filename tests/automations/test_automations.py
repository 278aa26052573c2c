"""SET-10: when, if, then: started once by what happens, done whole or not at all, with rights of now, without loops."""

import datetime as dt
from typing import Any

from flask import Flask

from app.automations import running, service
from app.automations.models import Automation, AutomationRun
from app.core import access, clock
from app.core.db import db
from app.core.jobs import RunState
from app.core.people import ADMINISTRATOR
from app.mailing.models import OutgoingMail
from app.notices.models import Kind, Notice
from app.tasks.models import Task
from app.webhooks.models import Delivery
from tests import factories
from tests.factories import Maker, Someone

make = factories.make
TASK = {"do": "task", "text": "Call {{first_name}} of {{record}}", "days": "2", "whom": "responsible"}
TAG = {"do": "tag", "tags": ["automatico"]}


def automation(app: Flask, who: Someone, trigger: str, *actions: dict[str, Any], **more: Any) -> int:
    """A new one that is on; its id."""
    with app.app_context(), factories.acting(who):
        data = {"name": trigger, "is_on": True, "trigger": trigger, "actions": actions or [TASK], **more}
        made = service.save(data)
        db.session.commit()
        return made.id


def work(app: Flask, rounds: int = 6) -> None:
    """Do what workers do with all that waits, and with what comes of it."""
    for _ in range(rounds):
        with app.app_context(), access.acting_as(access.SYSTEM):
            for (run,) in list(db.session.query(AutomationRun.id).filter_by(state=RunState.QUEUED)):
                running.work(run)
                db.session.remove()


def runs(app: Flask) -> list[tuple[str, str, str]]:
    """(state, what was done, why not) of each run, in order."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        found = db.session.query(AutomationRun).order_by(AutomationRun.id)
        return [(run.state, "; ".join(run.outcome), run.error or "") for run in found]


def seen(app: Flask, function: Any) -> Any:
    with app.app_context(), access.acting_as(access.SYSTEM):
        return function()


def test_each_trigger_starts_it_once(app: Flask, make: Maker) -> None:
    """SET-10: created, moved to one stage, a field, a form, a task, an invoice; not what was not asked for."""
    marta, sergio = make["marta"], make.rest("sergio")
    stage, other = make.stage("Proposal"), make.stage("First contact")
    note = {"do": "notify", "text": "{{record}}", "whom": "responsible"}
    names = [
        automation(app, marta, "contact.created", note),
        automation(app, marta, "opportunity.moved", note, detail={"stage": str(stage)}),
        automation(app, marta, "opportunity.moved", note, detail={"stage": str(other)}),
        automation(app, marta, "contact.changed", note, detail={"field": "description"}),
        automation(app, marta, "contact.changed", note, detail={"field": "title"}),
        automation(app, marta, "task.done", note),
        automation(app, marta, "invoice.paid", note),
        automation(app, marta, "contact.form", note),
    ]
    contact = make.contact(make["sergio"])
    sergio.put(f"/api/v1/contacts/{contact}", {"description": "Altro"})
    opportunity = make.opportunity(make["sergio"])
    sergio.put(f"/api/v1/opportunities/{opportunity}", {"stage": stage})
    task = make.task(task={"title": "Fare"})
    sergio.put(f"/api/v1/tasks/{task}", {"closed": True})
    make.paid_invoice(client=contact)
    key = make.web_form()
    values = {"first_name": "Maria", "last_name": "Verdi", "email": "maria@example.com"}
    app.test_client().post(f"/forms/{key}", data=values, environ_overrides={"REMOTE_ADDR": "198.51.100.7"})

    def started() -> dict[int, int]:
        found: dict[int, int] = dict.fromkeys(names, 0)
        for run in db.session.query(AutomationRun):
            found[run.automation_id] += 1
        return found

    assert list(seen(app, started).values()) == [2, 1, 0, 1, 0, 1, 1, 1]
    work(app)
    work(app)  # messages that come twice
    assert {state for state, _done, _why in runs(app)} == {RunState.DONE}


def test_if_and_then(app: Flask, make: Maker, smtp: Any) -> None:
    """SET-10: filters by fields, custom ones and tags; a task with merge fields, mail, tags, owner, temperature,
    webhook, notice; each logged; what does not fit is not done."""
    from app.webhooks import service as webhooks

    marta, livia = make["marta"], make["livia"]
    key, template = (
        make.custom_field("Settore"),
        make.template(subject="Ciao {{first_name}}", html="<p>Da {{company}}</p>"),
    )
    with app.app_context(), factories.acting(marta):
        hook = webhooks.save({"name": "H", "url": "https://hooks.example.com/", "is_on": True})
        db.session.commit()
        hook_id = hook.id
        from app.settings.models import PickList
        from app.settings.service import pick_values

        hot = next(v.id for v in pick_values(PickList.TEMPERATURE) if v.name == "Hot")
    acts = [
        TASK,
        {"do": "mail", "template": str(template), "to": "contact"},
        {"do": "mail", "template": str(template), "to": "responsible"},
        {"do": "tag", "tags": ["nuovo", "fiera"]},
        {"do": "untag", "tags": ["FIERA"]},
        {"do": "set", "set": f"temperature:{hot}"},
        {"do": "webhook", "webhook": str(hook_id)},
        {"do": "notify", "text": "{{record}} is here", "whom": str(livia.id)},
        {"do": "owner", "whom": str(livia.id)},
    ]
    conditions = [
        {"field": f"custom.{key}", "op": "is", "value": "edilizia"},
        {"field": "tags", "op": "not", "value": "vecchio"},
        {"field": "email", "op": "has", "value": "@example.com"},
        {"field": "kind", "op": "is", "value": "persona"},
        {"field": "city", "op": "empty", "value": ""},
    ]
    automation(app, marta, "contact.created", *acts, conditions=conditions)
    fits = {"first_name": "Aldo", "last_name": "Bo", "emails": ["aldo@example.com"], "custom": {key: "Edilizia"}}
    contact = make.contact(make["sergio"], **fits)
    make.contact(make["sergio"], **fits | {"custom": {key: "Altro"}})
    make.contact(make["sergio"], **fits | {"tags": ["vecchio"]})
    work(app)
    states = runs(app)
    assert [state for state, _d, _w in states] == [RunState.DONE, RunState.CANCELLED, RunState.CANCELLED], states
    assert "Does not fit" in states[1][2]
    assert len(states[0][1].split("; ")) == len(acts)

    def facts() -> tuple[Any, ...]:
        from app.contacts.models import Contact

        row, task = db.session.get_one(Contact, contact), db.session.query(Task).one()
        mails = db.session.query(OutgoingMail).filter_by(subject="Ciao Aldo").order_by(OutgoingMail.id).all()
        notice = db.session.query(Notice).filter(Notice.kind == Kind.AUTOMATION).one()
        hooked = db.session.query(Delivery).one()
        assert task.created_by == marta.id
        return (
            row.owner_id, row.temperature_id, [tag.name for tag in row.tags], task.title, task.owner_id,
            task.contact_id, [(m.recipient, m.subject) for m in mails], notice.user_id, notice.words["text"],
            hooked.event,
        )  # fmt: skip

    assert seen(app, facts) == (
        livia.id, hot, ["nuovo"], "Call Aldo of Aldo Bo", make["sergio"].id, contact,
        [("aldo@example.com", "Ciao Aldo"), ("sergio@example.com", "Ciao Aldo")], livia.id, "Aldo Bo is here",
        "contact.automation",
    )  # fmt: skip


def test_loops_end(app: Flask, make: Maker) -> None:
    """SET-10: an automation's own act does not start it; two that start each other end."""
    marta = make["marta"]
    again = automation(app, marta, "contact.changed", {"do": "tag", "tags": ["a"]}, detail={"field": ""})
    automation(app, marta, "contact.changed", {"do": "tag", "tags": ["b"]}, detail={"field": "tags"})
    automation(app, marta, "task.created", TASK)
    contact = make.contact()
    make.rest("sergio").put(f"/api/v1/contacts/{contact}", {"title": "Capo"})
    make.task(task={"title": "Uno"})
    work(app, 10)
    found = runs(app)
    assert {state for state, _d, _w in found} == {RunState.DONE}
    assert seen(app, lambda: db.session.query(Task).count()) == 2
    assert seen(app, lambda: db.session.query(AutomationRun).filter_by(automation_id=again).count()) <= 2


def test_dates_that_come(app: Flask, make: Maker) -> None:
    """SET-10: days before and after a date, of custom fields too; an overdue invoice; days that were missed are made up
    for, and none is done twice."""
    marta, today = make["marta"], clock.today("Europe/Rome")
    key = make.custom_field("Rinnovo", "date")
    note = {"do": "notify", "text": "x", "whom": "responsible"}
    before = automation(app, marta, "opportunity.date", note, detail={"field": "expected_close", "days": "-3"})
    custom = automation(app, marta, "contact.date", note, detail={"field": f"custom.{key}", "days": "1"})
    overdue = automation(app, marta, "invoice.overdue", note)
    soon = {n: make.opportunity(expected_close=today + dt.timedelta(days=n)) for n in (2, 3, 4)}
    due = {n: make.contact(custom={key: str(today - dt.timedelta(days=n))}) for n in (0, 1, 2)}
    late = make.invoice(status="billed")
    make.invoice()
    with app.app_context(), access.acting_as(access.SYSTEM):
        from app.invoices.models import Invoice

        db.session.get_one(Invoice, late).due_date = today - dt.timedelta(days=1)
        db.session.commit()

    def scanned(missed: int = 0) -> set[tuple[int, int]]:
        if missed:
            day = today - dt.timedelta(days=1 + missed)
            db.session.query(Automation).update({"scanned_to": day})
        service.scan()
        db.session.commit()
        return {(run.automation_id, run.record_id) for run in db.session.query(AutomationRun)}

    first = {(before, soon[3]), (custom, due[1]), (overdue, late)}
    assert seen(app, scanned) == first
    assert seen(app, scanned) == first
    assert seen(app, lambda: scanned(1)) == first | {(before, soon[2]), (custom, due[2])}
    work(app)
    assert {state for state, _d, _w in runs(app)} == {RunState.DONE}


def test_whole_or_not_at_all_and_with_the_rights_of_now(app: Flask, make: Maker) -> None:
    """SET-10, RELIABILITY: a refused act takes the others back; a killed worker's run is free again and done once; who
    administers no more acts no more; off is off."""
    boss = make.user(role=ADMINISTRATOR)
    pk = automation(
        app, boss, "contact.created", TAG, {"do": "mail", "template": str(make.template()), "to": "contact"}
    )
    contact = make.contact()  # has no address
    work(app)
    assert runs(app)[0][0] == RunState.FAILED
    assert "There is no address to write to." in runs(app)[0][2]
    assert make.rest("ada").get(f"/api/v1/contacts/{contact}").json["result"]["tags"] == []
    make.contact(emails=["a@example.com"])
    with app.app_context(), access.acting_as(access.SYSTEM):
        run = db.session.query(AutomationRun).filter_by(state=RunState.QUEUED).one()
        run.state, run.claimed_at = RunState.RUNNING, clock.now() - dt.timedelta(hours=1)
        run.created_at = run.claimed_at
        db.session.commit()
        assert service.due() == [run.id]
        db.session.commit()
    work(app)
    assert runs(app)[1][0] == RunState.DONE
    from app.settings import entrance

    with app.app_context(), access.acting_as(access.SYSTEM):
        entrance.dismiss(boss.id)
        db.session.commit()
    make.contact(emails=["b@example.com"])
    work(app)
    assert runs(app)[2][0] == RunState.FAILED
    assert "may not administer" in runs(app)[2][2]
    make.page("marta").post(f"/automations/{pk}/switch")
    make.contact(emails=["c@example.com"])
    assert len(runs(app)) == 3


def test_nobody_is_told_of_what_is_hidden(app: Flask, make: Maker) -> None:
    """NOT-02, ACC-06: neither a notice nor a task names a private record to who does not see it."""
    for do in ("notify", "task"):
        act = {"do": do, "text": "{{record}}", "days": "0", "whom": str(make["nino"].id)}
        automation(app, make["marta"], "contact.created", act)
    make.contact(make["sergio"], private=True)
    work(app)
    assert [(state, "may not see the record" in why) for state, _d, why in runs(app)] == [(RunState.FAILED, True)] * 2
    make.contact(make["sergio"])
    work(app)
    assert [state for state, _d, _w in runs(app)][2:] == [RunState.DONE] * 2


def test_the_pages(app: Flask, make: Maker) -> None:
    """SET-10: made in two steps, refusals on the form with what was typed, rehearsed without a trace, log, off,
    deleted; by administrators alone."""
    marta = make.page("marta")
    form = {
        "name": "Benvenuto", "is_on": "y", "conditions-0-field": "tags", "conditions-0-op": "is",
        "conditions-0-value": "fiera", "actions-0-do": "task", "actions-0-text": "Chiama {{first_name}}",
        "actions-0-days": "1", "actions-0-whom": "responsible", "actions-3-do": "tag", "actions-3-tags": ["uno", "due"],
    }  # fmt: skip
    for name in ("sergio", "renzo", None):
        page = make.page(name)
        assert page.get("/automations/").status_code in (302, 403)
        page.post("/automations/add?trigger=contact.created", form)
    assert "No automation yet" in marta.get("/automations/").text
    for trigger in (
        "contact.created",
        "opportunity.moved",
        "contact.form",
        "case.date",
        "invoice.overdue",
        "task.date",
    ):
        assert trigger in marta.get("/automations/add").text
        assert marta.get(f"/automations/add?trigger={trigger}").status_code == 200
    for wrong, said in (
        ({"name": ""}, "This field is required."),
        ({"actions-0-text": "{{nothing}}"}, "There is no field"),
        ({"actions-0-whom": "999999"}, "Fill in what"),
        ({"conditions-0-value": ""}, "Write what"),
        ({"conditions-0-field": "x"}, "Choose from the list."),
        ({"actions-0-do": "", "actions-3-do": ""}, "Choose at least one thing to do."),
    ):
        refused = marta.post("/automations/add?trigger=contact.created", form | wrong)
        assert (refused.status_code, said in refused.text) == (400, True), (wrong, said)
    place = marta.post("/automations/add?trigger=contact.created", form).location
    page = marta.get(place).text
    assert "Chiama {{first_name}}" in page
    assert "uno, due" in page
    good, other = make.contact(tags=["fiera"]), make.contact()
    before = len(runs(app))
    tried = marta.post(f"{place}/rehearse", {"record": good})
    assert "Task made" in tried.text
    assert "Does not fit" in marta.post(f"{place}/rehearse", {"record": other}).text
    assert marta.post(f"{place}/rehearse", {"record": ""}).status_code == 400
    assert seen(app, lambda: db.session.query(Task).count()) == 0
    assert len(runs(app)) == before
    work(app)
    assert f"/contacts/show/{good}" in marta.get(place).text
    marta.post(f"{place}/switch")
    assert "Turn on" in marta.get(place).text
    stale = marta.post(f"{place}/edit", form | {"version": "1", "name": "Altro"})
    assert stale.status_code == 400
    assert "Altro" in stale.text
    assert marta.post(f"{place}/edit", form | {"version": "2", "name": "Altro"}).status_code == 302
    assert marta.post(f"{place}/delete").status_code == 302
    assert marta.get(place).status_code == 404
    rest, sergio = make.rest("marta"), make.rest("sergio")
    body = {"name": "R", "trigger": "contact.created", "actions": [TASK], "is_on": False}
    made = rest.post("/api/v1/automations/", body)
    assert made.status_code == 201, made.json
    address = f"/api/v1/automations/{made.json['id']}"
    assert rest.put(address, {"name": "S"}).json["result"]["actions"] == [TASK]
    assert "actions" in rest.put(address, {"actions": [{"do": "x"}]}).json["errors"]
    assert "trigger" in rest.post("/api/v1/automations/", body | {"trigger": "x"}).json["errors"]
    assert rest.get("/api/v1/automations/").json["count"] == 1
    assert {sergio.get(address).status_code, sergio.delete(address).status_code} == {403}
    assert rest.delete(address).status_code == 200

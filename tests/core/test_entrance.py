"""ACC-04: who may use the CRM, and the switch, at every door and for every worker."""

from typing import Any

from flask import Flask

from app.core import access, entrance
from app.core.db import db
from app.core.jobs import RunState
from app.core.roles import level_of
from app.exports.models import ExportRun
from app.mailing.models import MailState, OutgoingMail
from app.notices import service as notices
from app.notices.models import Kind, Notice
from app.settings import entrance as verbs
from app.tasks import feed
from tests import factories
from tests.factories import Maker
from tests.security import walk

make = factories.make
OFF = "The CRM is turned off"
OUTSIDE = "You have no access to the CRM"


def turn(app: Flask, on: bool) -> None:
    with app.app_context(), access.acting_as(access.SYSTEM):
        verbs.turn(on)
        db.session.commit()


def let_in(app: Flask, *principals: int) -> None:
    with app.app_context(), access.acting_as(access.SYSTEM):
        verbs.choose(not principals, list(principals) or [1], entrance.chosen().version)
        db.session.commit()


def crm_routes(app: Flask) -> list[tuple[Any, str]]:
    """What belongs to the CRM: neither to the door, nor to one's account, nor to the installation."""
    found = []
    for rule, method in walk.routes(app):
        view = walk.view_of(app, rule)
        open_anyway = rule.endpoint.split(".")[0] in {*entrance.ALWAYS, entrance.SETTINGS_INDEX}
        if not open_anyway and not (view is not None and level_of(view) in ("account", "owner")):
            found.append((rule, method))
    return found


def test_every_door_is_shut_while_the_module_is_off(app: Flask, make: Maker) -> None:
    """ACC-04: each route of pages, REST, forms, links and feeds answers 403 or 404 with the sentence, to everybody."""
    turn(app, False)
    routes = crm_routes(app)
    assert len(routes) > 300
    people = {name: make.page(name) for name in ("ada", "sergio", None)}
    rest = make.rest("sergio")
    for rule, method in routes:
        address = (walk.addresses(app, rule, walk.MISSING) or [None])[0]
        if address is None:  # a view without group operations has no address for one
            continue
        if address.startswith("/api/"):
            answers = {"REST": rest.open(address, method)}
        else:
            answers = {str(name): page.open(address, method) for name, page in people.items()}
        for who, answer in answers.items():
            if (who, address) == ("None", "/"):
                assert answer.location == "/login/"
                continue
            assert answer.status_code in (403, 404), (method, address, who, answer.status_code)
            assert method == "HEAD" or OFF in answer.get_data(as_text=True), (method, address, who)


def test_the_owner_turns_it_off_and_on_and_nothing_is_lost(app: Flask, make: Maker) -> None:
    """ACC-04: form, client's link, feed and page answer as before; unsubscribing works meanwhile."""
    contact, form = make.contact(), make.web_form()
    with app.app_context(), factories.acting(make["sergio"]):
        secret = feed.renew()
        db.session.commit()
    doors = [f"/forms/{form}", f"/calendar/{secret}.ics"]
    ada, visitor, sergio = make.page("ada"), make.page(None), make.page("sergio")
    assert [visitor.get(path).status_code for path in doors] == [200, 200]
    assert make.page("marta").post("/settings/access/modules", {}).status_code in (302, 403)
    assert sergio.get(f"/contacts/show/{contact}").status_code == 200
    assert ada.post("/settings/access/modules", {}).status_code == 302
    assert [visitor.get(path).status_code for path in doors] == [404, 404]
    assert OFF in sergio.get(f"/contacts/show/{contact}").text
    assert visitor.post(f"/forms/{form}", {"first_name": "A", "last_name": "B"}).status_code == 404
    assert visitor.get("/unsubscribe/x").status_code == 404
    assert OFF not in visitor.get("/unsubscribe/x").text
    assert visitor.get("/healthz").status_code == 200
    for path in ("/settings/access/modules", "/settings/access/", "/settings/", "/users/list/", "/users/userinfo/"):
        page = ada.get(path)
        assert page.status_code == 200, path
        assert "/contacts/list" not in page.text
        assert "/notices/unread" not in page.text
    assert ada.post("/settings/access/modules", {"crm": "y"}).status_code == 302
    assert [visitor.get(path).status_code for path in doors] == [200, 200]
    assert sergio.get(f"/contacts/show/{contact}").status_code == 200


def test_jobs_wait_while_it_is_off(app: Flask, make: Maker) -> None:
    """ACC-04: no worker and no tick of the clock does anything but give signs of life; then all is done."""
    from workers import beat, exports, mailing, schedule

    mail = make.mail()
    with app.app_context(), factories.acting(make["sergio"]):
        from app.exports import service

        run = service.start("contacts", "csv").id
        db.session.commit()
    turn(app, False)
    done: list[str] = []
    for _seconds, work in schedule.TIMETABLE:
        schedule.in_context(work if work is schedule.beats else lambda name=work.__name__: done.append(name))()
    assert done == []
    beat.beat.fn(0)
    exports.run.fn(run)
    mailing.deliver.fn(mail)
    with app.app_context(), access.acting_as(access.SYSTEM):
        assert db.session.get_one(ExportRun, run).state == RunState.QUEUED
        assert db.session.get_one(OutgoingMail, mail).state == MailState.WAITING
    turn(app, True)
    exports.run.fn(run)
    mailing.deliver.fn(mail)
    with app.app_context(), access.acting_as(access.SYSTEM):
        assert db.session.get_one(ExportRun, run).state == RunState.DONE
        assert db.session.get_one(OutgoingMail, mail).state == MailState.SENT


def test_who_is_outside(app: Flask, make: Maker) -> None:
    """ACC-04: a sentence on each page and by REST, no feed, no look-up, no assignment, no notice; then all again."""
    member, contact = make.user(), make.contact(make["nino"])
    group = make.group("", member)
    with app.app_context(), factories.acting(make["nino"]):
        secret = feed.renew()
        db.session.commit()
    nino, rest = make.page("nino"), make.rest("nino")
    let_in(app, make["sergio"].id, -group)
    for path in ("/", "/contacts/list/", f"/contacts/show/{contact}", "/lookup/contact", "/notices/unread"):
        answer = nino.get(path)
        assert answer.status_code == 403, path
        assert OUTSIDE in answer.text
    answer = rest.get("/api/v1/contacts/")
    assert (answer.status_code, OUTSIDE in answer.json["message"]) == (403, True)
    assert nino.get("/users/userinfo/").status_code == 200  # the account stays
    assert make.page(None).get(f"/calendar/{secret}.ics").status_code == 404
    for path in ("user", "principal"):
        named = make.page("sergio").get(f"/lookup/{path}?q=nino").json
        assert named == [], named
    assert make.page("sergio").get(f"/lookup/user?q={member.username}").json[0]["value"] == member.id
    assert make.page("sergio").get("/lookup/user?q=marta").json  # administrators and owners are always in
    refused = make.rest("sergio").put(f"/api/v1/contacts/{make.contact()}", {"owner": make["nino"].id})
    assert "owner" in refused.json["errors"]
    kept = make.rest("ada").put(f"/api/v1/contacts/{contact}", {"description": "Still his"})
    assert kept.status_code == 200, kept.json
    with app.app_context(), access.acting_as(access.SYSTEM):
        notices.tell([make["nino"].id, member.id], Kind.RESPONSIBLE, "/", name="x", by="y")
        db.session.commit()
        assert [n.user_id for n in db.session.query(Notice)] == [member.id]
    assert make.page(member).get("/contacts/list/").status_code == 200
    let_in(app)
    assert nino.get("/contacts/list/").status_code == 200
    assert rest.get("/api/v1/contacts/").status_code == 200


def test_the_page_of_access_rights(app: Flask, make: Maker) -> None:
    """ACC-04: the owner adds users and groups, and administrators; nobody else may; refusals stand on the page."""
    ada, group = make.page("ada"), make.group()
    for name in ("marta", "sergio", "renzo", None):
        assert make.page(name).get("/settings/access/").status_code in (302, 403)
        make.page(name).post("/settings/access/", {"who": "chosen", "users": make["nino"].id, "version": 1})
    outside = make.user(role="Visitor")
    assert ada.get(f"/settings/access/find/users?q={outside.username}").json[0]["value"] == outside.id
    assert ada.get("/settings/access/find/groups?q=group").json[0]["value"] == -group
    refused = ada.post("/settings/access/", {"who": "chosen", "version": 1})
    assert refused.status_code == 400
    assert "Choose at least one user or group." in refused.text
    data = {"who": "chosen", "users": make["sergio"].id, "groups": -group, "version": 1}
    assert ada.post("/settings/access/", data | {"version": 7}).status_code == 409
    assert ada.post("/settings/access/", data | {"users": 999_999}).status_code == 400
    assert ada.post("/settings/access/", data).status_code == 302
    assert 'value="chosen" checked' in ada.get("/settings/access/").text
    assert make.page("nino").get("/contacts/list/").status_code == 403
    nino = make["nino"].id
    assert ada.post("/settings/access/administrators", {"administrator": ""}).status_code == 400
    ada.post("/settings/access/administrators", {"administrator": nino})
    admin = make.page("nino")
    assert admin.get("/settings/preferences/").status_code == 200
    ada.post(f"/settings/access/administrators/{nino}/remove")
    assert admin.get("/settings/preferences/").status_code == 302  # the session is over
    assert make.page("nino").get("/contacts/list/").status_code == 403

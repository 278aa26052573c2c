"""SPEC's table of access, the rows of verbs: each is tried by each column, by page and by REST where it has both."""

import io
from collections.abc import Callable
from typing import Any

from flask import Flask

from app.campaigns import suppression
from app.core import access, entrance
from app.core.db import db
from app.invoices import links
from app.invoices.models import Invoice
from app.settings import entrance as verbs
from tests import factories
from tests.factories import Maker, Someone

make = factories.make
COLUMNS = ("visitor", "outside", "read only", "user", "administrator", "owner")
ALL, SIGNED_IN, WRITERS, ADMINISTRATORS, OWNER = 0, 2, 3, 4, 5  # the first column that may
CSV = b"first_name,last_name\nAda,Bianchi\n"
Person = Someone | None


def done(answer: Any) -> bool:
    """Whether it was done: not refused, not sent to the first page or the login."""
    place = (answer.headers.get("Location") or "").split("?")[0]
    return answer.status_code in (200, 201, 202) or (answer.status_code in (302, 303) and place not in ("/", "/login/"))


def page(path: str, data: Any = None) -> Callable[[Maker, Person], bool]:
    """Opens a page, or posts to it."""

    def knock(make: Maker, who: Person) -> bool:
        browser = make.page(who)
        answer = browser.get(path) if data is None else browser.post(path, data() if callable(data) else data)
        return done(answer) and (data is None or answer.status_code in (302, 303))

    return knock


def rest(path: str, body: Any = None, **form: Any) -> Callable[[Maker, Person], bool]:
    """Asks REST."""

    def knock(make: Maker, who: Person) -> bool:
        if who is None:
            return done(make.app.test_client().get(path))
        client = make.rest(who)
        if form:
            return done(client.open(path, "POST", data={k: v() if callable(v) else v for k, v in form.items()}))
        return done(client.get(path) if body is None else client.post(path, body))

    return knock


def new_type() -> dict[str, str]:
    """A pick-list value that nobody has made yet."""
    return {"name": factories.unique("Tipo"), "color": "gray"}


def rows(app: Flask, make: Maker) -> dict[str, tuple[int, Callable[[Maker, Person], bool]]]:
    """Each verb with the first column that may do it; every column to the right may too."""
    invoice, mailing, form = make.invoice(status="billed"), make.mailing(), make.web_form()
    with app.app_context(), access.acting_as(access.SYSTEM):
        link = links.make(db.session.get_one(Invoice, invoice))
        recipient = db.session.get_one(factories.Mailing, mailing).id
        db.session.commit()
        from app.campaigns.models import MailingRecipient

        key = db.session.query(MailingRecipient.id).filter_by(mailing_id=recipient).scalar()
        token = suppression.token(key)
    file = {"file": lambda: (io.BytesIO(CSV), "a.csv"), "kind": "contacts"}
    plan = {"every": "week", "weekday": "0", "monthday": "1", "hour": "8", "zone": "Europe/Rome", "formats": "inline"}
    plan["recipients"] = str(make["livia"].id)
    return {
        "see a list": (SIGNED_IN, page("/contacts/list/")),
        "see a list by REST": (SIGNED_IN, rest("/api/v1/contacts/")),
        "create": (WRITERS, rest("/api/v1/contacts/", {"first_name": "A", "last_name": "B"})),
        "import": (WRITERS, page("/imports/new")),
        "import by REST": (WRITERS, rest("/api/v1/imports/", **file)),
        "export of a list": (WRITERS, rest("/api/v1/exports/", {"entity": "contacts", "format": "csv"})),
        "export all": (ADMINISTRATORS, rest("/api/v1/exports/", {"entity": "all", "format": "zip"})),
        "mass email": (ADMINISTRATORS, page("/campaigns/")),
        "settings": (ADMINISTRATORS, page("/settings/")),
        "a pick-list": (ADMINISTRATORS, page("/settings/lists/contact_type/add", new_type)),
        "forms": (ADMINISTRATORS, page("/settings/forms/")),
        "automations": (ADMINISTRATORS, page("/automations/")),
        "webhooks": (ADMINISTRATORS, page("/webhooks/")),
        "scheduled reports for others": (ADMINISTRATORS, page("/report-mails/new?report=pipeline", plan)),
        "who may use the CRM": (OWNER, page("/settings/access/")),
        "module on or off": (OWNER, page("/settings/access/modules", {"crm": "y"})),
        "users": (OWNER, page("/users/list/")),
        "groups": (OWNER, page("/groups/list/")),
        "roles": (OWNER, page("/roles/list/")),
        "post a form": (ALL, page(f"/forms/{form}")),
        "unsubscribe": (ALL, page(f"/unsubscribe/{token}")),
        "client's invoice link": (ALL, page(f"/i/{link}")),
    }


def test_each_verb_by_each_column(app: Flask, make: Maker) -> None:
    """ACC-01..05, SPEC's table: who may, may; who may not, is refused and sees no more."""
    outside = make.user()
    with app.app_context(), access.acting_as(access.SYSTEM):
        inside = [make[name].id for name in ("sergio", "livia", "renzo")]
        verbs.choose(False, inside, entrance.chosen().version)
        db.session.commit()
    people: list[Person] = [None, outside, *(make[name] for name in ("renzo", "sergio", "marta", "ada"))]
    found, expected = {}, {}
    for name, (first, knock) in rows(app, make).items():
        found[name] = [column for column, who in zip(COLUMNS, people, strict=True) if knock(make, who)]
        expected[name] = list(COLUMNS[first:])
    assert found == expected


def test_a_group_is_made_on_its_page_and_counts_at_once(app: Flask, make: Maker) -> None:
    """ACC-04, CON-07: the owner makes a group and its members; what is shared with it, they see; taken out, no more."""
    ada, nino = make.page("ada"), make.rest("nino")
    form = ada.get("/groups/add")
    assert form.status_code == 200
    name = factories.unique("Vendite")
    made = ada.post("/groups/add", {"name": name, "label": "", "description": "", "users": [make["nino"].id]})
    assert made.status_code == 302, made.text[:2000]
    with app.app_context():
        group = db.session.query(factories.Group).filter_by(name=name).one().id
    contact = make.contact(make["sergio"], private=True, shared_with=[-group])
    assert nino.get(f"/api/v1/contacts/{contact}").status_code == 200
    assert make.rest("livia").get(f"/api/v1/contacts/{contact}").status_code == 404
    assert name in ada.get("/groups/list/").text
    assert ada.post(f"/groups/edit/{group}", {"name": name, "label": "", "description": ""}).status_code == 302
    assert nino.get(f"/api/v1/contacts/{contact}").status_code == 401  # what he had signed in with has ended
    assert make.rest("nino").get(f"/api/v1/contacts/{contact}").status_code == 404
    marta = make.page("marta")
    assert marta.post("/groups/add", {"name": f"{name}2", "users": [make["nino"].id]}).status_code in (302, 403)
    assert f"{name}2" not in ada.get("/groups/list/").text

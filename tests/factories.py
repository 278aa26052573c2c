"""Makes what tests need, with good defaults: the cast, further users, groups and records. Everything is committed.

The cast: Ada (Owner), Marta (Administrator), Sergio (User), Livia (User, his colleague), Renzo (Read only) and
Nino (User, a stranger to everything private). The functions need an application context and give back plain values,
so that nothing of one session lives on in another. Don't keep that context open around a request: `g` would be shared.
"""

import io
import itertools
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.automations import service as automations
from app.automations.models import AutomationRun
from app.bulk.models import BulkRun
from app.campaigns.models import Mailing, MailingRecipient, MailTemplate
from app.cases import service as cases
from app.cases.models import Case, Participant
from app.contacts import merging, personal, service
from app.contacts.consents import Consent
from app.contacts.models import Address, Channel, Contact, Kind, Merge
from app.contacts.pairs import Pair
from app.core import access, clock, storage
from app.core.db import db
from app.core.jobs import RunState
from app.core.people import ADMINISTRATOR, OWNER, READ_ONLY, USER, Group, Role, User, load_actor, role_named
from app.exports import service as exports
from app.exports.models import ExportRun
from app.files import service as files
from app.files.models import Document, StoredFile
from app.history import parents
from app.history import service as history
from app.history.models import HistoryEvent
from app.imports.models import ImportKept, ImportProblem, ImportRun, ImportUndo, RememberedMapping
from app.invoices import items, recurrence, sending, taxes
from app.invoices import service as invoices
from app.invoices.models import Invoice, InvoiceLine, Payment, Recurrence, Sending
from app.lists.models import SavedView
from app.mailing import service as mailing
from app.mailing.models import OutgoingMail
from app.notices import service as notices
from app.notices.models import Kind as NoticeKind
from app.notices.models import Notice
from app.opportunities import service as opportunities
from app.opportunities import stages
from app.opportunities.models import Opportunity, StageChange
from app.projects import service as projects
from app.projects.models import Project
from app.reporting import service as reporting
from app.reporting.models import ReportMail, ReportSchedule
from app.settings import custom
from app.settings.models import BOTH, FieldKind
from app.tasks import service as tasks
from app.tasks.models import Task
from app.webforms import service as webforms
from app.webforms.models import WebFormEntry
from app.webhooks import service as webhooks
from app.webhooks.models import Delivery
from importers import guessing
from importers.dialect import Dialect
from importers.options import Options

PASSWORD = "Prova-2026-xyz"
CSRF_SALT = "wtf-csrf-token"
CAST = {
    "ada": OWNER,
    "marta": ADMINISTRATOR,
    "sergio": USER,
    "livia": USER,
    "renzo": READ_ONLY,
    "nino": USER,
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Someone:
    """A user: id, user name, role, password."""

    id: int
    username: str
    role: str
    password: str = PASSWORD


def unique(word: str) -> str:
    """A word that no other test has: letters and digits only."""
    return f"{word}{secrets.token_hex(3)}{next(_numbers)}"


def make_user(name: str = "", role: str = USER, groups: tuple[int, ...] = ()) -> Someone:
    """A user who may sign in with PASSWORD; `groups` are ids."""
    user = _new_user(name or unique("user"), role_named(role))
    user.groups = list(db.session.scalars(select(Group).where(Group.id.in_(groups)))) if groups else []
    db.session.commit()
    someone = Someone(user.id, user.username, role)
    db.session.remove()
    return someone


def _new_user(name: str, role: Role | None) -> User:
    user = User(username=name, first_name=name.title(), last_name="Prova", email=f"{name}@example.com", active=True)
    user.password = generate_password_hash(PASSWORD, current_app.config.get("FAB_PASSWORD_HASH_METHOD", "scrypt"))
    db.session.add(user)
    user.roles = [role]
    return user


def the_cast() -> dict[str, Someone]:
    """The six of the cast by first name, made where they are missing."""
    found = dict(db.session.execute(select(User.username, User.id).where(User.username.in_(CAST))).all())
    if missing := {name: role for name, role in CAST.items() if name not in found}:
        roles = {role.name: role for role in db.session.scalars(select(Role))}
        users = [_new_user(name, roles[role]) for name, role in missing.items()]
        db.session.commit()
        found |= {user.username: user.id for user in users}
        db.session.remove()
    return {name: Someone(found[name], name, role) for name, role in CAST.items()}


def make_group(name: str = "", *members: Someone) -> int:
    """A group of users; its id."""
    group = Group(name=name or unique("group"), label="")
    group.users = list(db.session.scalars(select(User).where(User.id.in_([m.id for m in members]))))
    db.session.add(group)
    db.session.commit()
    made = group.id
    db.session.remove()
    return made


def make_contact(owner: Someone | None = None, **keys: Any) -> int:
    """A contact through the room's own door, by default a person open to all and owned by Sergio; its id."""
    owner = owner or the_cast()["sergio"]
    data = {"kind": Kind.PERSON, "private": False, **keys}
    if data["kind"] == Kind.COMPANY:
        data.setdefault("name", unique("Azienda"))
    else:
        data = {"first_name": unique("Nome"), "last_name": unique("Cognome")} | data
    with acting(owner):
        contact = service.save(data)
        db.session.commit()
        made = contact.id
    db.session.remove()
    return made


def make_full_contact(owner: Someone | None = None, **keys: Any) -> int:
    """A contact with one of everything that can hang on it."""
    word = unique("pieno")
    full = {
        "emails": [f"{word}@example.com"],
        "phones": [f"+39 02 {secrets.randbelow(10**7):07}"],
        "websites": [f"https://{word}.example.com"],
        "addresses": [{"street": "Via Roma 1", "city": "Torino"}],
        "tags": [word],
    }
    return make_contact(owner, **full | keys)


def make_event(owner: Someone | None = None, **keys: Any) -> int:
    """A note on a new contact of `owner`, by default open to all; `keys` are the contact's. Its id."""
    owner = owner or the_cast()["sergio"]
    contact = make_contact(owner, **keys)
    with acting(owner):
        event = history.save({"contact": contact, "text": unique("Parlato")})
        db.session.commit()
        made = event.id
    db.session.remove()
    return made


def make_stage(name: str = "First contact") -> int:
    """One of the shipped stages; its id."""
    return next(stage.id for stage in stages.all_stages() if stage.name == name)


def make_opportunity(owner: Someone | None = None, **keys: Any) -> int:
    """An opportunity through the room's own door, by default open to all and owned by Sergio; its id."""
    with acting(owner or the_cast()["sergio"]):
        opportunity = opportunities.save({"title": unique("Fornitura"), **keys})
        db.session.commit()
        made = opportunity.id
    db.session.remove()
    return made


def make_stage_change(owner: Someone | None = None, **keys: Any) -> int:
    """The first stage of a new opportunity of `owner`; `keys` are the opportunity's. Its id."""
    opportunity = make_opportunity(owner, **keys)
    with access.acting_as(access.SYSTEM):
        made = db.session.scalar(select(StageChange.id).where(StageChange.opportunity_id == opportunity))
    db.session.remove()
    return int(made or 0)


def make_case(owner: Someone | None = None, **keys: Any) -> int:
    """A case through the room's own door, by default open to all and owned by Sergio; its id."""
    with acting(owner or the_cast()["sergio"]):
        case = cases.save({"title": unique("Fiera"), **keys})
        db.session.commit()
        made = case.id
    db.session.remove()
    return made


def make_participant(owner: Someone | None = None, **keys: Any) -> int:
    """A contact of `owner` who takes part in a new case open to all; `keys` are the contact's. Its id."""
    contact = make_contact(owner, **keys)
    make_case(owner, participants=[contact])
    return contact


def make_document(
    owner: Someone | None = None, content: bytes = b"", name: str = "", of: str = "contact", **keys: Any
) -> int:
    """A document on a new record of `owner`, by default a contact open to all; `keys` are the record's. Its id."""
    owner = owner or the_cast()["sergio"]
    record = keys.pop("record", None) or FACTORIES[parents.class_of(of)](owner, **keys)
    with acting(owner):
        content, name = content or unique("contenuto").encode(), name or f"{unique('offerta')}.txt"
        made = files.save({of: record, "file": BytesIO(content), "name": name}).id
        db.session.commit()
    db.session.remove()
    return made


def make_version(owner: Someone | None = None, **keys: Any) -> int:
    """The only version of a new document; its id."""
    document = make_document(owner, **keys)
    with acting(owner or the_cast()["sergio"]):
        return db.session.get_one(Document, document).latest_id or 0


def make_project(owner: Someone | None = None, **keys: Any) -> int:
    """A project through the room's own door, by default open to all and owned by Sergio; its id."""
    with acting(owner or the_cast()["sergio"]):
        project = projects.save({"title": unique("Cantiere"), "private": False, **keys})
        db.session.commit()
        made = project.id
    db.session.remove()
    return made


def _titled(model: type[Any], word: str, owner: Someone | None, **keys: Any) -> int:
    owner = owner or the_cast()["sergio"]
    with acting(owner):
        row = model(**{"title": unique(word), "private": False, "owner_id": owner.id} | keys)
        row.index_words()
        db.session.add(row)
        db.session.commit()
        made = row.id
    db.session.remove()
    return made


def make_import(owner: Someone | None = None, word: str = "", **_keys: Any) -> int:
    """An ended import with one refused row, and the choice of columns that it left; the run's id. A run is its
    owner's alone, so there is nothing to make private. `word` stands in all its texts."""
    word, owner_id = word or unique("importata"), (owner or the_cast()["sergio"]).id
    with access.acting_as(access.SYSTEM):
        mapping = guessing.guess([word], [["x"]], has_headings=True).to_json()
        run = ImportRun(kind="contacts", file_name=f"{word}.csv", file_size=1, owner_id=owner_id, state=RunState.DONE)
        run.total = run.done_rows = run.failed = 1
        run.started_at = run.finished_at = clock.now()
        run.dialect, run.mapping, run.options = Dialect().to_json(), mapping, Options().to_json()
        db.session.add(run)
        db.session.flush()
        db.session.add(ImportProblem(run_id=run.id, line=2, heading=word, reason=word, raw=[word]))
        undo = ImportUndo(run_id=run.id, owner_id=owner_id, state=RunState.DONE, kept=1)
        contact = Contact(kind=Kind.PERSON, owner_id=owner_id, last_name=word, first_name=word, private=True)
        db.session.add_all([undo, contact])
        db.session.flush()
        db.session.add(ImportKept(undo_id=undo.id, contact_id=contact.id, reason="changed"))
        db.session.add(RememberedMapping(owner_id=owner_id, kind="contacts", signature=word, mapping=mapping))
        db.session.commit()
        made = run.id
    db.session.remove()
    return made


def make_export(owner: Someone | None = None, word: str = "", **_keys: Any) -> int:
    """An ended export with its file, which holds `word`; the run's id. It is its owner's alone."""
    word, owner = word or unique("esportata"), owner or the_cast()["sergio"]
    with acting(owner):
        run = exports.start("contacts", "csv")
        run.file_key, run.file_size = storage.put(io.BytesIO(word.encode()), exports.AREA)
        run.file_name, run.state, run.finished_at = f"{word}.csv", RunState.DONE, clock.now()
        run.total = run.done_rows = 1
        db.session.commit()
        made = run.id
    db.session.remove()
    return made


def make_web_form(owner: Someone | None = None, **keys: Any) -> str:
    """A published form for persons, by default asking for names, email, phone and message; its key."""
    owner = owner or the_cast()["sergio"]
    names = keys.pop("names", ["first_name", "last_name", "email", "phone", "message"])
    asked = [{"name": name, "label": "", "required": False} for name in names]
    base = {"title": unique("modulo"), "kind": "person", "fields": asked, "owner": owner.id, "private": True}
    with acting(the_cast()["marta"]):
        form = webforms.save({**base, "active": True, **keys})
        db.session.commit()
        made = form.key
    db.session.remove()
    return made


def make_form_entry(owner: Someone | None = None, **_keys: Any) -> int:
    """Something sent that waits for its address to be confirmed; its id."""
    owner = owner or the_cast()["sergio"]
    key = make_web_form(owner)
    with acting(owner):
        form = webforms.by_key(key)
        entry = WebFormEntry(form_id=form.id, email="a@example.com", values={}, owner_id=owner.id)
        db.session.add(entry)
        db.session.commit()
        made = entry.id
    db.session.remove()
    return made


def make_report_mail(owner: Someone | None = None, **_keys: Any) -> int:
    """A weekly report that `owner` gets, with one mail sent; the schedule's id. It is its people's alone."""
    owner = owner or the_cast()["sergio"]
    with acting(owner):
        asked = {"report": "pipeline", "every": "week", "formats": ["inline"], "recipients": [owner.id]}
        row = reporting.save(asked)
        db.session.add(ReportMail(schedule_id=row.id, user_id=owner.id))
        db.session.commit()
        made = row.id
    db.session.remove()
    return made


def make_mail(owner: Someone | None = None, word: str = "", **_keys: Any) -> int:
    """A mail that `owner`'s doing put into the queue, with `word` in all its texts; its id."""
    word = word or unique("spedita")
    with acting(owner or the_cast()["sergio"]):
        mail = mailing.queue(f"{word}@example.com", word, word, language="it")
        db.session.commit()
        made = mail.id
    db.session.remove()
    return made


def make_mailing(owner: Someone | None = None, word: str = "", **keys: Any) -> int:
    """A draft of a mass mailing by Marta, with one recipient and `word` in all its texts; its id."""
    word, owner = word or unique("massa"), owner or the_cast()["marta"]
    texts = {"subject": word, "html": f"<p>{word}</p>", "audience": {"ids": []}}
    keys.pop("private", None)  # it is for administrators, whoever owns it
    with access.acting_as(access.SYSTEM):
        mailing = Mailing(owner_id=owner.id, created_by=owner.id, **texts | keys)
        db.session.add(mailing)
        db.session.flush()
        db.session.add(MailingRecipient(mailing_id=mailing.id, email=f"{word}@example.com"))
        db.session.commit()
        made = mailing.id
    db.session.remove()
    return made


def make_template(name: str = "", subject: str = "Saluti", html: str = "<p>Ciao</p>") -> int:
    """A template for mails; its id."""
    template = MailTemplate(name=name or unique("modello"), subject=subject, html=html)
    db.session.add(template)
    db.session.commit()
    made = template.id
    db.session.remove()
    return made


def make_notice(owner: Someone | None = None, word: str = "", **_keys: Any) -> int:
    """A notice for `owner`, with `word` in its text; its id."""
    owner, word = owner or the_cast()["sergio"], word or unique("detta")
    with access.acting_as(access.SYSTEM):
        notices.tell([owner.id], NoticeKind.RESPONSIBLE, "/contacts/list/", name=word, by="Clientela")
        db.session.commit()
    with acting(owner):
        made = notices.latest(1)[0].id
    db.session.remove()
    return made


def make_task(owner: Someone | None = None, word: str = "", task: dict[str, Any] | None = None, **keys: Any) -> int:
    """A task of `owner` on a new contact of theirs, by default open to all, with `word` in all its texts; `task` are
    its keys, `keys` the contact's. With the task's alone it hangs on nothing else. Its id."""
    owner, word = owner or the_cast()["sergio"], word or unique("fare")
    links = {"contact": make_contact(owner, **keys)} if keys or not task else {}
    with acting(owner):
        made = tasks.save({"title": word, "description": word, **links, **(task or {})})
        db.session.commit()
        key = made.id
    db.session.remove()
    return key


def make_invoice(owner: Someone | None = None, **keys: Any) -> int:
    """A draft of one line for a new contact of `owner`, by default open to all; its id. Keys that an invoice has not
    are the contact's."""
    owner = owner or the_cast()["sergio"]
    names = ("client", "consignee", "opportunity", "lines", "currency", "status", "date")
    own = {key: keys.pop(key) for key in names if key in keys}
    client = own.pop("client", None) or make_contact(owner, **keys)
    with acting(owner):
        lines = own.pop("lines", [{"name": unique("Articolo"), "quantity": "2", "price": "10.50"}])
        invoice = invoices.save({"client": client, "lines": lines, "language": "it", **own})
        db.session.commit()
        made = invoice.id
    db.session.remove()
    return made


def make_bulk(owner: Someone | None = None, word: str = "", **_keys: Any) -> int:
    """A group operation that has ended, with one reason in which `word` stands; its id."""
    owner, word = owner or the_cast()["sergio"], word or unique("gruppo")
    with access.acting_as(access.SYSTEM):
        run = BulkRun(kind="contact", operation="tag", ids=[], total=1, owner_id=owner.id, state=RunState.DONE)
        run.values, run.problems = {"tags": [word]}, [{"id": 1, "name": word, "why": word}]
        db.session.add(run)
        db.session.commit()
        made = run.id
    db.session.remove()
    return made


def make_paid_invoice(owner: Someone | None = None, **keys: Any) -> int:
    """A billed invoice with a payment of all of it; its id."""
    owner = owner or the_cast()["sergio"]
    made = make_invoice(owner, status="billed", **keys)
    with acting(owner):
        invoices.save({"status": "paid"}, db.session.get_one(Invoice, made))
        db.session.commit()
    db.session.remove()
    return made


def make_sent_invoice(owner: Someone | None = None, **keys: Any) -> int:
    """A billed invoice that recurs and waits to be sent; the id of the invoice."""
    owner = owner or the_cast()["sergio"]
    made = make_invoice(owner, status="billed", **keys)
    with acting(owner):
        invoice = db.session.get_one(Invoice, made)
        recurrence.start(invoice, {})
        sending.send(invoice, {"to": "cliente@example.com"})
        db.session.commit()
    db.session.remove()
    return made


def make_tax(rate: str = "22", name: str = "") -> int:
    """A tax; its id."""
    with acting(the_cast()["marta"]):
        made = taxes.save({"name": name or unique("IVA"), "rate": rate})
        db.session.commit()
        return made.id


def make_item(name: str = "", price: str = "10", **keys: Any) -> int:
    """An item; its id."""
    with acting(the_cast()["marta"]):
        made = items.save({"name": name or unique("Articolo"), "price": price, **keys})
        db.session.commit()
        return made.id


def make_merge(owner: Someone | None = None, **keys: Any) -> int:
    """Two contacts of `owner` made one; `keys` are of both. The merge's id."""
    kept, gone = make_contact(owner, **keys), make_contact(owner, **keys)
    with acting(owner or the_cast()["sergio"]):
        made = merging.merge(db.session.get_one(Contact, kept), db.session.get_one(Contact, gone), set()).id
        db.session.commit()
    db.session.remove()
    return made


def make_pair(owner: Someone | None = None, **keys: Any) -> int:
    """Two contacts of `owner` that may be one; `keys` are of both. The pair's id."""
    low, high = make_contact(owner, **keys), make_contact(owner, **keys)
    with access.acting_as(access.SYSTEM):
        pair = Pair(low_id=low, high_id=high, score=80, reasons=["name"])
        db.session.add(pair)
        db.session.commit()
        made = pair.id
    db.session.remove()
    return made


def make_consent(owner: Someone | None = None, contact: int | None = None, **keys: Any) -> int:
    """A consent of a contact, by default a new one of `owner`; `keys` are the contact's. Its id."""
    key = contact or make_contact(owner, **keys)
    with acting(owner or the_cast()["sergio"]):
        day = clock.today("Europe/Rome")
        made = personal.note(db.session.get_one(Contact, key), "Newsletter", True, day, "Modulo").id
        db.session.commit()
    db.session.remove()
    return made


def make_view(owner: Someone | None = None, list_name: str = "contact", **keys: Any) -> int:
    """A view of a list, its owner's alone unless it is `shared`; its id. It is written past the check of what the list
    offers, so that tests can keep what is not there any more."""
    owner = owner or the_cast()["sergio"]
    keys.pop("private", None)
    with acting(owner):
        view = SavedView(**{"list_name": list_name, "name": unique("vista"), "owner_id": owner.id, **keys})
        db.session.add(view)
        db.session.commit()
        made = view.id
    db.session.remove()
    return made


def make_automation_run(owner: Someone | None = None, word: str = "", **_keys: Any) -> int:
    """A run of an automation of Marta's, with `word` in its outcome; its id. It is for administrators."""
    word, marta = word or unique("automatica"), the_cast()["marta"]
    with acting(marta):
        told = {"do": "notify", "text": "x", "whom": "responsible"}
        automation = automations.save({"name": word, "is_on": False, "trigger": "contact.created", "actions": [told]})
        run = AutomationRun(automation_id=automation.id, key=word, entity="contact", record_id=1, outcome=[word])
        run.state = RunState.DONE
        db.session.add(run)
        db.session.commit()
        made = run.id
    db.session.remove()
    return made


def make_delivery(owner: Someone | None = None, word: str = "", **_keys: Any) -> int:
    """What a webhook of Marta's was told, with `word` in it; its id. It is for administrators."""
    word, marta = word or unique("consegnata"), the_cast()["marta"]
    with acting(marta):
        webhook = webhooks.save({"name": word, "url": "https://hooks.example.com/", "events": [], "is_on": False})
        delivery = Delivery(webhook_id=webhook.id, key=word, event="ping", body=word, state=RunState.DONE)
        db.session.add(delivery)
        db.session.commit()
        made = delivery.id
    db.session.remove()
    return made


# How to make a row of each guarded table: what isn't here fails the access tests, so that no entity goes untested.
# A child is made with its parent.
FACTORIES: dict[type[Any], Callable[..., int]] = {
    Contact: make_contact,
    Channel: make_full_contact,
    Address: make_full_contact,
    ImportRun: make_import,
    ImportProblem: make_import,
    RememberedMapping: make_import,
    ImportUndo: make_import,
    ImportKept: make_import,
    HistoryEvent: make_event,
    Opportunity: make_opportunity,
    StageChange: make_stage_change,
    Case: make_case,
    Participant: make_participant,
    Project: make_project,
    Document: make_document,
    StoredFile: make_version,
    ExportRun: make_export,
    ReportSchedule: make_report_mail,
    ReportMail: make_report_mail,
    WebFormEntry: make_form_entry,
    OutgoingMail: make_mail,
    Notice: make_notice,
    Mailing: make_mailing,
    MailingRecipient: make_mailing,
    Task: make_task,
    Invoice: make_invoice,
    InvoiceLine: make_invoice,
    Payment: make_paid_invoice,
    Recurrence: make_sent_invoice,
    Sending: make_sent_invoice,
    BulkRun: make_bulk,
    Merge: make_merge,
    Pair: make_pair,
    Consent: make_consent,
    SavedView: make_view,
    AutomationRun: make_automation_run,
    Delivery: make_delivery,
}


def make_custom_field(label: str = "", kind: str = FieldKind.TEXT, **keys: Any) -> str:
    """A custom field, of contacts if no `entity` is named, made once by its label; the key of its values."""
    label, entity = label or unique("campo"), keys.pop("entity", "contact")
    known = {field.label: field.key for field in custom.fields_of(entity)}
    if label not in known:
        with access.acting_as(access.SYSTEM):
            field = custom.save({"entity": entity, "label": label, "kind": kind, "applies_to": BOTH, **keys})
            db.session.commit()
            known[label] = field.key
        db.session.remove()
    return known[label]


MADE: dict[str, Callable[..., Any]] = {
    "user": make_user,
    "group": make_group,
    "contact": make_contact,
    "full": make_full_contact,
    "custom_field": make_custom_field,
    "event": make_event,
    "stage": make_stage,
    "opportunity": make_opportunity,
    "case": make_case,
    "project": make_project,
    "document": make_document,
    "run": make_import,
    "export": make_export,
    "web_form": make_web_form,
    "mail": make_mail,
    "notice": make_notice,
    "mailing": make_mailing,
    "template": make_template,
    "task": make_task,
    "invoice": make_invoice,
    "paid_invoice": make_paid_invoice,
    "sent_invoice": make_sent_invoice,
    "tax": make_tax,
    "item": make_item,
    "bulk": make_bulk,
    "merge": make_merge,
    "pair": make_pair,
    "consent": make_consent,
    "view": make_view,
}


@contextmanager
def acting(who: Someone | None) -> Iterator[None]:
    """Act as somebody within an application context, as a door would let them; None is nobody."""
    found = load_actor(who.id) if who else None
    with access.acting_as(found or access.NOBODY):
        yield


@dataclass
class Maker:
    """The factories bound to an application: each call has its own context."""

    app: Flask
    cast: dict[str, Someone] = field(default_factory=dict)
    kept: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.app.app_context():
            self.cast = the_cast()

    def __getattr__(self, name: str) -> Any:
        if name not in MADE:
            raise AttributeError(name)
        function = MADE[name]

        def call(*args: Any, **kwargs: Any) -> Any:
            with self.app.app_context():
                return function(*args, **kwargs)

        return call

    def __getitem__(self, name: str) -> Someone:
        return self.cast[name]

    def once(self, kind: str, who: str) -> Any:
        """The same page or REST client at each call, for tests that knock many times."""
        if (kind, who) not in self.kept:
            self.kept[kind, who] = getattr(self, kind)(who)
        return self.kept[kind, who]

    def page(self, who: str | Someone | None) -> "Page":
        """A browser of its own, signed in as `who` (a name of the cast, a user, or None for a visitor)."""
        page = Page(self.app)
        if who is not None:
            answer = page.sign_in(self[who] if isinstance(who, str) else who)
            assert answer.status_code == 302, answer.text[:300]
        return page

    def rest(self, who: str | Someone) -> "Rest":
        """A REST client with a bearer token of `who`."""
        return Rest(self.app, token(self.app.test_client(), self[who] if isinstance(who, str) else who))


class Page:
    """A browser: keeps cookies and sends the CSRF token with each POST, as our pages do."""

    def __init__(self, app: Flask) -> None:
        self.app, self.client = app, app.test_client()
        self.headers: dict[str, str] = {}

    def sign_in(self, who: Someone, password: str | None = None) -> Any:
        answer = login(self.client, who, password)
        self.headers = {"X-CSRFToken": csrf_token(self.client)}
        return answer

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.client.get(path, **kwargs)

    def post(self, path: str, data: Any = None, **kwargs: Any) -> Any:
        self.headers = self.headers or {"X-CSRFToken": csrf_token(self.client)}
        return self.client.post(path, data=data, headers=self.headers | kwargs.pop("headers", {}), **kwargs)

    def open(self, path: str, method: str, **kwargs: Any) -> Any:
        self.headers = self.headers or {"X-CSRFToken": csrf_token(self.client)}
        return self.client.open(path, method=method, headers=self.headers | kwargs.pop("headers", {}), **kwargs)

    def twin(self) -> "Page":
        """Another browser with a copy of the cookies: what this one does leaves no message in that one."""
        other = Page(self.app)
        for cookie in self.client._cookies.values():
            other.client._cookies[cookie._storage_key] = cookie
        other.headers = dict(self.headers)
        return other


class Rest:
    """A REST client with a bearer token and no cookie."""

    def __init__(self, app: Flask, bearer: str | None) -> None:
        self.client = app.test_client(use_cookies=False)
        self.headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}

    def open(self, path: str, method: str = "GET", **kwargs: Any) -> Any:
        return self.client.open(path, method=method, headers=self.headers, **kwargs)

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.open(path, **kwargs)

    def post(self, path: str, json: Any, **kwargs: Any) -> Any:
        return self.open(path, "POST", json=json, **kwargs)

    def put(self, path: str, json: Any, **kwargs: Any) -> Any:
        return self.open(path, "PUT", json=json, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> Any:
        return self.open(path, "DELETE", **kwargs)


def csrf_token(client: FlaskClient) -> str:
    """A CSRF token that is good for the session of this client, as a page of ours would carry it."""
    with client.session_transaction() as session:
        raw = session.setdefault("csrf_token", secrets.token_hex(20))
    return str(URLSafeTimedSerializer(client.application.secret_key, salt=CSRF_SALT).dumps(raw))


def login(client: FlaskClient, who: Someone, password: str | None = None, address: str = "127.0.0.1") -> Any:
    """Sign in by the form; the answer of the POST."""
    data = {"username": who.username, "password": who.password if password is None else password}
    headers = {"X-CSRFToken": csrf_token(client)}
    return client.post("/login/", data=data, headers=headers, environ_overrides={"REMOTE_ADDR": address})


def token(client: FlaskClient, who: Someone) -> str:
    """A bearer token by the REST login."""
    data = {"username": who.username, "password": who.password, "provider": "db"}
    answer = client.post("/api/v1/security/login", json=data)
    assert answer.status_code == 200, answer.text
    return str(answer.json["access_token"])


@pytest.fixture
def make(app: Flask, clean: None) -> Maker:
    """The factories, with the cast in place: `make.contact(…)`, `make["sergio"]`, `make.page("nino")`."""
    return Maker(app)

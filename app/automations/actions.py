"""The "then" of an automation: each act goes through the service of its room, as the automation's owner."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.automations import words
from app.campaigns import letters, mail_templates, merging, richtext, single
from app.cases import service as cases
from app.contacts import service as contacts
from app.core import access, clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import User, insider, load_actor
from app.mailing import service as mailing
from app.notices import service as notices
from app.notices.models import Kind
from app.opportunities import service as opportunities
from app.settings.models import PickList
from app.settings.tags import clean as clean_tag
from app.tasks import service as tasks
from app.webhooks import service as webhooks
from app.webhooks.models import Webhook

SERVICES: dict[str, Any] = {"contact": contacts, "opportunity": opportunities, "case": cases}
TAGGED = tuple(SERVICES)
OWNED = (*SERVICES, "task")
PAGES = {"contact": "/contacts", "opportunity": "/opportunities", "case": "/cases", "task": "/tasks"}
PAGES |= {"invoice": "/invoices"}
MOST, LONGEST, MOST_DAYS = 10, 255, 3650
RESPONSIBLE = "responsible"


@dataclass(frozen=True)
class Step:
    """What an act works with: the record, its kind, the key of the run, the automation's name."""

    entity: str
    row: Any
    key: str
    name: str

    @property
    def page(self) -> str:
        return f"{PAGES[self.entity]}/show/{self.row.id}"


@dataclass(frozen=True)
class Action:
    """`asks` are the keys that a person fills in, `entities` the records it can be done with; `do` tells what was
    done."""

    label: Any
    asks: tuple[str, ...]
    do: Callable[[Step, Mapping[str, Any]], str]
    entities: tuple[str, ...] = tuple(words.CONTACT_OF)


def _person(step: Step, whom: str) -> int:
    """The user meant: the record's responsible person, or one by id. Raises RuleBroken."""
    if whom == RESPONSIBLE:
        looked_after = step.row if hasattr(step.row, "owner_id") else words.contact_of(step.entity, step.row)
        return int(getattr(looked_after, "owner_id", None) or access.current().user_id or 0)
    found = db.session.get(User, int(whom))
    if found is None:
        raise RuleBroken({"": _("There is no such user.")})
    return found.id


def _who_sees(step: Step, whom: str) -> int:
    """As `_person`, for words that name the record: nobody is told of what is hidden (NOT-02). Raises RuleBroken."""
    person, model = _person(step, whom), type(step.row)
    found = load_actor(person)
    with access.acting_as(found or access.NOBODY):
        sees = db.session.scalar(select(model.id).where(model.id == step.row.id)) is not None
    if not sees:
        name = db.session.get_one(User, person).get_full_name()
        raise RuleBroken({"": _("%(name)s may not see the record.", name=name)})
    return person


def _task(step: Step, data: Mapping[str, Any]) -> str:
    linked = {step.entity: step.row.id} if step.entity in SERVICES else {}
    if not linked and (contact := words.contact_of(step.entity, step.row)) is not None:
        linked = {"contact": contact.id}
    day = clock.today(access.current().timezone) + dt.timedelta(days=int(data["days"]))
    title = words.filled(data["text"], step.entity, step.row)[:LONGEST] or step.name
    task = tasks.save({"title": title, "due": day, "owner": _who_sees(step, data["whom"]), **linked})
    return _("Task made: %(name)s", name=task.title)


def _mail(step: Step, data: Mapping[str, Any]) -> str:
    template = mail_templates.found(int(data["template"]))
    contact = words.contact_of(step.entity, step.row)
    if template is None:
        raise RuleBroken({"": _("The template is gone.")})
    if data["to"] == RESPONSIBLE:
        return _mail_to_colleague(step, template, contact)
    addresses = single.addresses(contact) if contact is not None else []
    if contact is None or not addresses:
        raise RuleBroken({"": _("There is no address to write to.")})
    single.send({"to": addresses[0], **single.filled(template, contact)}, contact)
    return _("Mail to %(name)s", name=addresses[0])


def _mail_to_colleague(step: Step, template: Any, contact: Any) -> str:
    user = db.session.get_one(User, _person(step, RESPONSIBLE))
    values = merging.values_of(contact, merging.own_fields()) if contact is not None else {}
    letter = letters.Letter(
        merging.merged(template.subject, values), merging.merged(template.html, values, html=True), ""
    )
    mailing.queue(user.email or "", letter.subject, richtext.to_plain(letter.html), richtext.page(letter.html, "en"))
    return _("Mail to %(name)s", name=user.get_full_name())


def _tag(step: Step, data: Mapping[str, Any]) -> str:
    return _tagged(step, {tag.name for tag in step.row.tags} | set(data["tags"]), data)


def _untag(step: Step, data: Mapping[str, Any]) -> str:
    gone = {name.lower() for name in data["tags"]}
    return _tagged(step, {tag.name for tag in step.row.tags if tag.name.lower() not in gone}, data)


def _tagged(step: Step, names: set[str], data: Mapping[str, Any]) -> str:
    SERVICES[step.entity].save({"tags": sorted(names)}, step.row)
    return _("Tags: %(names)s", names=", ".join(data["tags"]))


def _give(step: Step, data: Mapping[str, Any]) -> str:
    person = _person(step, data["whom"])
    (tasks if step.entity == "task" else SERVICES[step.entity]).save({"owner": person}, step.row)
    return _("Responsible: %(name)s", name=db.session.get_one(User, person).get_full_name())


def _set(step: Step, data: Mapping[str, Any]) -> str:
    field, _colon, value = str(data["set"]).partition(":")
    SERVICES[step.entity].save({field: int(value)}, step.row)
    return _("Set: %(name)s", name=dict(settable(step.entity)).get(data["set"], data["set"]))


def _call(step: Step, data: Mapping[str, Any]) -> str:
    if not webhooks.call(int(data["webhook"]), step.key, step.entity, step.row.id):
        raise RuleBroken({"": _("The webhook is off or gone.")})
    return _("Webhook called")


def _notify(step: Step, data: Mapping[str, Any]) -> str:
    person = _who_sees(step, data["whom"])
    text = words.filled(data["text"], step.entity, step.row)[:LONGEST]
    with access.acting_as(access.NOBODY):  # the product tells, not the automation's owner
        notices.tell([person], Kind.AUTOMATION, step.page, text=text, name=step.name)
    return _("Told %(name)s", name=db.session.get_one(User, person).get_full_name())


ACTIONS: dict[str, Action] = {
    "task": Action(_l("Make a task"), ("text", "days", "whom"), _task),
    "mail": Action(_l("Send a mail"), ("template", "to"), _mail),
    "tag": Action(_l("Add tags"), ("tags",), _tag, TAGGED),
    "untag": Action(_l("Take tags off"), ("tags",), _untag, TAGGED),
    "owner": Action(_l("Make somebody responsible"), ("whom",), _give, OWNED),
    "set": Action(_l("Set type, temperature or stage"), ("set",), _set, ("contact", "opportunity")),
    "webhook": Action(_l("Call a webhook"), ("webhook",), _call),
    "notify": Action(_l("Tell somebody"), ("text", "whom"), _notify),
}


def settable(entity: str) -> list[tuple[str, str]]:
    """("field:id", words) of what `set` may set."""
    lists = {"type": PickList.CONTACT_TYPE, "temperature": PickList.TEMPERATURE} if entity == "contact" else {}
    labels = {"type": _("Type"), "temperature": _("Temperature"), "stage": _("Stage")}
    found = [(f"{field}:{v.id}", f"{labels[field]}: {v.label}") for field, of in lists.items() for v in words.picks(of)]
    stages = words.stages() if entity == "opportunity" else []
    return [*found, *((f"stage:{stage.id}", f"{labels['stage']}: {stage.label}") for stage in stages)]


def check(entity: str, wanted: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Acts as they are stored: {"do", and the keys it asks for}. Raises RuleBroken."""
    clean = []
    for one in wanted:
        action = ACTIONS.get(str(one.get("do") or ""))
        if action is None and not one.get("do"):
            continue
        if action is None or entity not in action.entities:
            raise RuleBroken({"actions": _("Choose from the list.")})
        clean.append({"do": one["do"], **{key: _checked(key, entity, one.get(key)) for key in action.asks}})
    if not clean:
        raise RuleBroken({"actions": _("Choose at least one thing to do.")})
    if len(clean) > MOST:
        raise RuleBroken({"actions": _("At most %(limit)s.", limit=MOST)})
    return clean


def _checked(key: str, entity: str, value: Any) -> Any:
    if key == "tags":
        return _tag_names(value)
    text = str(value if value is not None else "").strip()
    match key:
        case "text":
            fine = bool(text) and len(text) <= LONGEST and text.isprintable()
            if fine and (wrong := words.problem(text)):
                raise RuleBroken({"actions": wrong})
        case "days":
            text = text or "0"
            fine = text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= MOST_DAYS
        case "whom":
            fine = text == RESPONSIBLE or _is_user(text)
        case "to":
            fine = text in ("contact", RESPONSIBLE)
        case "template":
            fine = text.isdecimal() and len(text) < 10 and mail_templates.found(int(text)) is not None
        case "webhook":
            fine = text.isdecimal() and len(text) < 10 and db.session.get(Webhook, int(text)) is not None
        case _:
            fine = text in dict(settable(entity))
    if not fine:
        raise RuleBroken({"actions": _("Fill in what “%(name)s” needs.", name=words.ASKS[key])})
    return text


def _is_user(text: str) -> bool:
    known = text.isascii() and text.isdigit() and len(text) < 10
    return known and bool(db.session.query(User.id).filter(User.id == int(text), insider()).first())


def _tag_names(value: Any) -> list[str]:
    names = value if isinstance(value, list) else [value]
    try:
        found = [clean_tag(str(name)) for name in names if str(name or "").strip()]
    except RuleBroken as broken:
        raise RuleBroken({"actions": str(broken)}) from None
    if not found:
        raise RuleBroken({"actions": _("Fill in what “%(name)s” needs.", name=words.ASKS["tags"])})
    return found

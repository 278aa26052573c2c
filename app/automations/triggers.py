"""What may start an automation, and what each asks for (SET-10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.cases.models import Case
from app.contacts.models import Contact
from app.core.errors import RuleBroken
from app.history.words import FIELDS
from app.invoices.models import Invoice
from app.opportunities import stages
from app.opportunities.models import Opportunity
from app.settings import custom
from app.settings.values import FieldKind
from app.tasks.models import Task
from app.webforms.service import forms

MODELS: dict[str, type[Any]] = {
    "contact": Contact,
    "opportunity": Opportunity,
    "case": Case,
    "task": Task,
    "invoice": Invoice,
}
ENTITIES: dict[str, Any] = {
    "contact": _l("Contact"),
    "opportunity": _l("Opportunity"),
    "case": _l("Case"),
    "task": _l("Task"),
    "invoice": _l("Invoice"),
}
MOST_DAYS = 3650


@dataclass(frozen=True)
class Trigger:
    """`asks` names the key of `detail` that a person fills in: "stage", "field", "form", "days" (with "field")."""

    entity: str
    label: Any
    asks: str = ""


TRIGGERS: dict[str, Trigger] = {
    "contact.created": Trigger("contact", _l("A contact is created")),
    "contact.changed": Trigger("contact", _l("A field of a contact changes"), "field"),
    "contact.form": Trigger("contact", _l("A website form is sent"), "form"),
    "contact.date": Trigger("contact", _l("A date of a contact comes"), "days"),
    "opportunity.created": Trigger("opportunity", _l("An opportunity is created")),
    "opportunity.moved": Trigger("opportunity", _l("An opportunity moves to a stage"), "stage"),
    "opportunity.changed": Trigger("opportunity", _l("A field of an opportunity changes"), "field"),
    "opportunity.date": Trigger("opportunity", _l("A date of an opportunity comes"), "days"),
    "case.created": Trigger("case", _l("A case is created")),
    "case.changed": Trigger("case", _l("A field of a case changes"), "field"),
    "case.date": Trigger("case", _l("A date of a case comes"), "days"),
    "task.created": Trigger("task", _l("A task is created")),
    "task.done": Trigger("task", _l("A task is done")),
    "task.date": Trigger("task", _l("The due date of an open task comes"), "days"),
    "invoice.billed": Trigger("invoice", _l("An invoice is billed")),
    "invoice.paid": Trigger("invoice", _l("An invoice is paid")),
    "invoice.overdue": Trigger("invoice", _l("An invoice is overdue")),
}
DATES: dict[str, dict[str, Any]] = {
    "opportunity": {"expected_close": _l("Expected close"), "closed_on": _l("Closed on")},
    "task": {"due_on": _l("Due date")},
}


def choices(trigger: str, asks: str) -> list[tuple[str, str]]:
    """(value, label) of what a trigger may ask for; "" stands for any."""
    entity = TRIGGERS[trigger].entity
    any_one = ("", _("Any"))
    match asks:
        case "stage":
            return [any_one, *((str(stage.id), stage.label) for stage in stages.all_stages())]
        case "form":
            return [any_one, *((str(form.id), form.title) for form in forms())]
        case "field":
            own = [(f.name, f.label) for f in _own(entity) if f.holds]
            ours = [(key, str(label)) for key, label in FIELDS.get(entity, {}).items() if key != "task"]
            return [any_one, *ours, *own]
        case "days":
            own = [(f.name, f.label) for f in _own(entity) if f.kind == FieldKind.DATE]
            return [*((key, str(label)) for key, label in DATES.get(entity, {}).items()), *own]
    return []


def _own(entity: str) -> list[Any]:
    return custom.fields_of(entity) if entity in custom.entities() else []


def check(trigger: Any, data: Mapping[str, Any]) -> dict[str, str]:
    """The detail as it is stored, each value a text. Raises RuleBroken."""
    if trigger not in TRIGGERS:
        raise RuleBroken({"trigger": _("Choose from the list.")})
    asks = TRIGGERS[trigger].asks
    if not asks:
        return {}
    key = "field" if asks == "days" else asks
    value = str(data.get(key) or "")
    if value not in dict(choices(trigger, asks)):
        raise RuleBroken({key: _("Choose from the list.")})
    return {key: value} | ({"days": _days(data.get("days"))} if asks == "days" else {})


def _days(typed: Any) -> str:
    text = str(typed if typed not in (None, "") else "0").strip().replace("−", "-")
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 5:
        raise RuleBroken({"days": _("A whole number, below zero for days before.")})
    if abs(int(text)) > MOST_DAYS:
        raise RuleBroken({"days": _("At most %(limit)s.", limit=MOST_DAYS)})
    return str(int(text))

"""The columns that a list shows, as cells of a file: named as their reader sees them, each value as it is (GEN-09)."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload, lazyload

from app.contacts.models import Contact
from app.core import access
from app.exports.cells import flag, own_reader, several, text
from app.exports.sources import PlainTable, Source
from app.invoices.models import Status
from app.opportunities.models import Opportunity
from app.projects.models import Project
from app.settings import custom
from app.tasks.models import LINKS, Task

Read = Callable[[Any], Any]
Chosen = Sequence[Sequence[str]]  # pairs of a column's name and its label


def channel(name: str) -> Read:
    """Reads a primary email, phone or web address."""
    return lambda row: getattr(row, name).value if getattr(row, name) else None


def due(task: Task) -> str | None:
    """The day, and the hour where there is one."""
    day = task.due_on.isoformat() if task.due_on else None
    return f"{day} {task.due_time:%H:%M}" if day and task.due_time else day


def about(task: Task) -> str:
    """The records that a task is about, those that the actor sees."""
    return ", ".join(str(getattr(task, name)) for name in LINKS if getattr(task, name))


USUAL: dict[str, Read] = {
    "card": str,
    "owner": lambda row: row.owner.get_full_name().strip() if row.owner else None,
    "tags": several("tags"),
    "private": flag("private"),
}
# Where a list's column shows something else than the attribute of its name, or reads it otherwise.
OWN: dict[str, dict[str, Read]] = {
    "contacts": {name: channel(name) for name in ("email", "phone", "website")},
    "opportunities": {"worth": text("total")},
    "invoices": {
        "state": text("status"),
        "amount": text("total"),
        "rest": lambda invoice: invoice.open_amount if invoice.status == Status.BILLED else None,
    },
    "tasks": {"due": due, "about": about},
}
PLAIN = (lazyload("*"),)
LOADS: dict[str, Sequence[Any]] = {
    "contacts": [
        joinedload(Contact.company).options(*PLAIN),
        joinedload(Contact.type),
        joinedload(Contact.temperature),
    ],
    "opportunities": [
        joinedload(Opportunity.contact).options(*PLAIN),
        joinedload(Opportunity.stage),
        joinedload(Opportunity.lost_reason),
    ],
    "projects": [joinedload(Project.opportunity).options(*PLAIN), joinedload(Project.contact).options(*PLAIN)],
    "tasks": [joinedload(Task.category), *(joinedload(getattr(Task, name)).options(*PLAIN) for name in LINKS)],
}


def table(source: Source, chosen: Chosen) -> PlainTable:
    """The table of a source with these columns. Fields that are not to be exported stay out."""
    own = custom.fields_of(source.model.__tablename__)
    fields = {field.name: own_reader(field) for field in own if field.in_export and field.holds}
    known = {**USUAL, **OWN.get(source.name, {}), **fields}
    names = [(name, label) for name, label in chosen if name in known or not name.startswith("custom.")]
    made = PlainTable(source.model, {}, LOADS.get(source.name, ()))
    made.headings = [label for _name, label in names]
    made.readers = [local(known.get(name) or text(name)) for name, _label in names]
    made.phones = [place for place, (name, _label) in enumerate(names) if name == "phone"]
    return made


def local(read: Read) -> Read:
    """Instants as the clock of the reader shows them."""

    def reader(row: Any) -> Any:
        value = read(row)
        zone = ZoneInfo(access.current().timezone)
        return value.astimezone(zone) if isinstance(value, dt.datetime) else value

    return reader

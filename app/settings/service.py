"""Verbs of the pick-lists (SET-04, SET-05, SET-07, SET-09)."""

from typing import Any, NamedTuple

from flask_babel import force_locale, gettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select, update

from app.core import audit
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.settings import uses
from app.settings.models import COLORS, PickList, PickValue


class Words(NamedTuple):
    """How a list is called on its page and card, in the guide's words."""

    title: Any
    about: Any
    icon: str  # of the sprite


WORDS: dict[PickList, Words] = {
    PickList.CONTACT_TYPE: Words(_l("Contact types"), _l("Client, supplier, partner and others"), icon="users"),
    PickList.TEMPERATURE: Words(
        _l("Temperature levels"), _l("How warm a contact is: cold, warm, hot"), icon="temperature"
    ),
    PickList.HISTORY_CATEGORY: Words(
        _l("History categories"), _l("What an event is: note, call, meeting"), icon="history"
    ),
    PickList.TASK_CATEGORY: Words(_l("Task categories"), _l("What a task is: call, meeting, demo"), icon="checkbox"),
    PickList.LOST_REASON: Words(_l("Reasons of loss"), _l("Why an opportunity was lost"), icon="help"),
}

# Named here once so that the catalogues hold their Italian too.
DEFAULTS: dict[PickList, list[tuple[str, str]]] = {
    PickList.CONTACT_TYPE: [("Client", "green"), ("Supplier", "blue"), ("Partner", "violet"), ("Competitor", "red")],
    PickList.TEMPERATURE: [("Cold", "blue"), ("Warm", "orange"), ("Hot", "red")],
    PickList.HISTORY_CATEGORY: [("Note", "amber"), ("Email", "blue"), ("Call", "green"), ("Meeting", "violet")],
    PickList.TASK_CATEGORY: [
        ("Call", "green"),
        ("Meeting", "violet"),
        ("Email", "blue"),
        ("Deadline", "red"),
        ("Demo", "orange"),
    ],
    PickList.LOST_REASON: [
        ("Price", "orange"),
        ("Chose another", "red"),
        ("No budget", "amber"),
        ("No answer", "gray"),
    ],
}
ICONS = {  # icons of the sprite
    "Note": "note",
    "Email": "mail",
    "Call": "phone",
    "Meeting": "users",
    "Deadline": "calendar",
    "Demo": "presentation",
}
SHIPPED_NAMES = [
    _l("Client"),
    _l("Supplier"),
    _l("Partner"),
    _l("Competitor"),
    _l("Cold"),
    _l("Warm"),
    _l("Hot"),
    _l("Note"),
    _l("Email"),
    _l("Call"),
    _l("Meeting"),
    _l("Deadline"),
    _l("Demo"),
    _l("Price"),
    _l("Chose another"),
    _l("No budget"),
    _l("No answer"),
]


def seed_pick_lists() -> None:
    """Fill the lists that are still empty with the values of SPEC CON-02, CON-10, HIS-01 and TSK-01."""
    for which, values in DEFAULTS.items():
        if not db.session.scalar(select(func.count()).where(PickValue.list == which).select_from(PickValue)):
            rows = [_shipped(which, i, name, color) for i, (name, color) in enumerate(values)]
            db.session.add_all(rows)


def _shipped(which: PickList, position: int, name: str, color: str) -> PickValue:
    return PickValue(list=which, name=name, color=color, icon=ICONS.get(name, ""), position=position)


def pick_values(which: PickList) -> list[PickValue]:
    """The values of a list, in their order."""
    mine = select(PickValue).where(PickValue.list == which).order_by(PickValue.position, PickValue.id)
    return list(db.session.scalars(mine))


def names_of(which: PickList, languages: tuple[str, ...] = ("en", "it")) -> dict[str, int]:
    """Lower-case name, in any of our languages, to id: what an import or an API user may write."""
    names: dict[str, int] = {}
    for value in pick_values(which):
        names[value.name.lower()] = value.id
        for language in languages:
            with force_locale(language):
                names.setdefault(gettext(value.name).lower(), value.id)
    return names


def add_pick_value(which: PickList, name: str, color: str = "gray") -> PickValue:
    """A new value at the end of the list. Raises RuleBroken for a name that is empty, too long or in the list."""
    value = PickValue(list=which, **_checked(which, name, color))
    last = db.session.scalar(select(func.max(PickValue.position)).where(PickValue.list == which))
    value.position = 0 if last is None else last + 1
    db.session.add(value)
    db.session.flush()
    return value


def change_pick_value(value: PickValue, name: str, color: str, version: int) -> None:
    """Rename and recolour. A shipped name sent back as it is shown stays translated. Raises RuleBroken, Conflict."""
    if value.version != version:
        raise Conflict
    clean = _checked(PickList(value.list), name, color, value)
    value.color = clean["color"]
    if clean["name"] != value.label:
        value.name = clean["name"]
    db.session.flush()


def _checked(which: PickList, name: str, color: str, value: PickValue | None = None) -> dict[str, str]:
    name, errors = " ".join(name.split()), {}
    if not name:
        errors["name"] = _("This field is required.")
    elif len(name) > 80 or "\0" in name:
        errors["name"] = _("At most %(limit)s characters.", limit=80)
    elif names_of(which).get(name.lower(), value and value.id) != (value and value.id):
        errors["name"] = _("“%(name)s” is in the list already.", name=name)
    if color not in COLORS:
        errors["color"] = _("This is not one of the colours.")
    if errors:
        raise RuleBroken(errors)
    return {"name": name, "color": color}


def order_pick_values(which: PickList, ids: list[int]) -> None:
    """Put the list's values in the order of `ids`, all of them. Raises Conflict when the list has other values now.

    Their versions stay, so that a move does not make a name that somebody is typing a conflict.
    """
    if sorted(ids) != sorted(value.id for value in pick_values(which)):
        raise Conflict
    places = case({pk: place for place, pk in enumerate(ids)}, value=PickValue.id)
    db.session.execute(update(PickValue).where(PickValue.list == which).values(position=places))
    audit.note("setting.changed", f"{which}: order")


def _lock(value: PickValue) -> None:
    """Who chooses the value just now waits, and then finds it gone. Raises Conflict when it is gone already."""
    locked = select(PickValue).where(PickValue.id == value.id).with_for_update()
    if db.session.scalar(locked.execution_options(populate_existing=True)) is None:
        raise Conflict


def delete_pick_value(value: PickValue, move_to: int | None, version: int) -> int:
    """Delete a value; rows that have it get `move_to`, another value of the list. Returns how many were moved.

    Raises Conflict, and RuleBroken when it is in use and nothing fit to move to was named, or it is the last one.
    """
    _lock(value)
    if value.version != version:
        raise Conflict
    others = [other.id for other in pick_values(PickList(value.list)) if other is not value]
    if not others:
        raise RuleBroken({"move_to": _("A list keeps at least one value.")})
    if move_to is None and uses.counts(PickValue, [value.id])[value.id]:
        raise RuleBroken({"move_to": _("It is in use: choose what its records get instead.")})
    if move_to is not None and move_to not in others:
        raise RuleBroken({"move_to": _("Choose another value of the same list.")})
    moved = uses.move(PickValue, value.id, move_to) if move_to is not None else 0
    db.session.delete(value)
    db.session.flush()
    return moved

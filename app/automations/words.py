"""Words of a record for texts with merge fields: `{{name}}`, `{{responsible}}`, and all that its contact has."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.campaigns import merging
from app.contacts.models import Contact
from app.opportunities import stages as stage_verbs
from app.opportunities.models import Stage
from app.settings.models import PickList, PickValue
from app.settings.service import pick_values

# By which name a record leads to its contact; "" where it is one itself.
CONTACT_OF = {"contact": "", "opportunity": "contact", "case": "participants", "task": "contact", "invoice": "client"}
OWN = ("record", "responsible")
ASKS: dict[str, Any] = {
    "text": _l("Words"),
    "days": _l("Days until it is due"),
    "whom": _l("Who"),
    "to": _l("To"),
    "template": _l("Template"),
    "tags": _l("Tags"),
    "set": _l("What to set"),
    "webhook": _l("Webhook"),
}


def contact_of(entity: str, row: Any) -> Contact | None:
    """The contact that a record is about, of those that the actor sees: of a case the first participant."""
    name = CONTACT_OF[entity]
    found = getattr(row, name) if name else row
    return (found[0] if found else None) if isinstance(found, list) else found


def filled(text: str, entity: str, row: Any) -> str:
    """The text with the record's words in place of its fields, on one line."""
    contact = contact_of(entity, row)
    values = merging.values_of(contact, merging.own_fields()) if contact is not None else {}
    owner = getattr(row, "owner", None)
    values |= {"record": str(row)} | ({"responsible": owner.get_full_name()} if owner else {})
    return " ".join(merging.merged(text, values).split())


def problem(text: str) -> str | None:
    """What is wrong with the fields of a text, as a sentence; None when nothing is."""
    known = {*OWN, *(name for name, _label in merging.offered())}
    unknown = next((found[1] for found in merging.FIELD.finditer(text) if found[1] not in known), None)
    if unknown:
        return _("There is no field “%(name)s”.", name=unknown[:60])
    left = merging.FIELD.sub("", text)
    is_broken = "{{" in left or "}}" in left
    return _("A field is written like {{first_name}} or {{first_name|there}}.") if is_broken else None


def picks(which: PickList) -> list[PickValue]:
    """The values of a list."""
    return pick_values(which)


def stages() -> list[Stage]:
    """The stages, in order."""
    return stage_verbs.all_stages()

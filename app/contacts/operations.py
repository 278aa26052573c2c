"""What can be done to many contacts at once (CON-09)."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contacts import service
from app.contacts.models import Contact
from app.core import operations
from app.core.errors import RuleBroken
from app.core.operations import Ask, Kind, Operation
from app.settings.models import PickList
from app.settings.service import pick_values
from app.settings.tags import choices as tag_choices


def register() -> None:
    """Hang the operations of contacts."""
    kind = Kind("contact", Contact, "ContactView", "ContactApi", permission="Contact", many=_l("contacts"))
    operations.register(kind)
    operations.add_shared("contact", service)
    tags = (Ask("tags", _l("Tags"), "tags", choices=_tags),)
    operations.add("contact", Operation("tag", _l("Add tag"), "tag", _tag, asks=tags, place=10))
    operations.add("contact", _pick("type", _l("Type"), "category", PickList.CONTACT_TYPE, 11))
    operations.add("contact", _pick("temperature", _l("Temperature"), "temperature", PickList.TEMPERATURE, 12))
    operations.add("contact", Operation("merge", _l("Merge"), "arrow-merge", hand_over=_merge, place=14))
    operations.add("contact", Operation("untag", _l("Remove tag"), "tags", _untag, asks=tags, place=13))


def _merge(ids: list[int], _values: dict[str, Any]) -> str:
    if len(ids) != 2:
        raise RuleBroken({"": _("Choose two contacts to merge.")})
    return f"/contacts/merge/{ids[0]}?other={ids[1]}"


def _tags() -> list[tuple[str, str]]:
    return [(tag.name, tag.name) for tag in tag_choices()]


def _tag(contact: Contact, values: dict[str, Any]) -> None:
    service.add_tags([contact], values["tags"])


def _untag(contact: Contact, values: dict[str, Any]) -> None:
    service.remove_tags(contact, values["tags"])


def _pick(key: str, label: Any, icon: str, which: PickList, place: int) -> Operation:
    """Set a pick-list value, or take it away."""

    def choices() -> list[tuple[int, str]]:
        return [(value.id, value.label) for value in pick_values(which)]

    def apply(contact: Contact, values: dict[str, Any]) -> None:
        service.save({key: values[key]}, contact)

    return Operation(key, label, icon, apply, asks=(Ask(key, label, "choice", choices, required=False),), place=place)

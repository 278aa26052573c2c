"""What a contact's history tells of a change: its fields before and after, in words that each reader may read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import lazy_gettext as _l

from app.contacts.models import Contact, Medium
from app.core.db import db
from app.core.people import names_of_principals
from app.history import service as history
from app.history import words
from app.history.models import Verb
from app.settings.models import PickValue

PLAIN = ("first_name", "last_name", "name", "title", "description", "photo", "private", "co_owners", "shared_with")
LINKS = {"company": "company_id", "type": "type_id", "temperature": "temperature_id", "owner": "owner_id"}
CHANNELS = {"emails": Medium.EMAIL, "phones": Medium.PHONE, "websites": Medium.WEB}
ACCESS = {"private", "shared_with", "owner", "co_owners"}
SPOKEN = [_l("Earlier photo"), _l("New photo")]  # the words of a changed photo
words.FIELDS["contact"] = {
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "name": _l("Company name"),
    "title": _l("Job title"),
    "company": _l("Company"),
    "type": _l("Type"),
    "temperature": _l("Temperature"),
    "emails": _l("Emails"),
    "phones": _l("Phones"),
    "websites": _l("Websites and social networks"),
    "addresses": _l("Addresses"),
    "description": _l("Description"),
    "photo": _l("Photo"),
    "tags": _l("Tags"),
    "private": _l("Who sees it"),
    "owner": _l("Responsible person"),
    "co_owners": _l("Also responsible"),
    "shared_with": _l("Shared with"),
}


@contextmanager
def recorded(contact: Contact) -> Iterator[None]:
    """Put into the history what the block does to a contact, new or not (HIS-02). Flushes."""
    before = snapshot(contact) if contact.id is not None else None
    yield
    db.session.flush()
    if before is None:
        history.record(contact, Verb.CREATED)
        return
    after = snapshot(contact)
    fields = [field for field in before | after if before.get(field) != after.get(field)]
    if fields:
        changes = [_change(field, before.get(field), after.get(field)) for field in fields]
        history.record(contact, Verb.SHARED if ACCESS.issuperset(fields) else Verb.CHANGED, changes)


def snapshot(contact: Contact) -> dict[str, Any]:
    """What can be compared of a contact: ids and plain values, so that nothing is looked up for what stays."""
    return {
        **{name: getattr(contact, name) for name in PLAIN},
        **{name: getattr(contact, column) for name, column in LINKS.items()},
        **{name: [(c.value, c.kind) for c in contact.of(medium)] for name, medium in CHANNELS.items()},
        "addresses": [(", ".join(a.lines), a.kind) for a in contact.addresses],
        "tags": sorted(tag.name for tag in contact.tags),
        **{f"custom.{key}": value for key, value in (contact.custom or {}).items()},
    }


def _change(field: str, old: Any, new: Any) -> dict[str, Any]:
    if field == "photo":
        return {"field": field, "old": old and {"word": "Earlier photo"}, "new": new and {"word": "New photo"}}
    return {"field": field, "old": _value(field, old), "new": _value(field, new)}


def _value(field: str, value: Any) -> Any:
    """As `history.words` keeps it."""
    if value is None or value == []:
        return None
    match field:
        case "company":
            return {"contact": value}
        case "type" | "temperature":
            picked = db.session.get(PickValue, value)
            return {"word": picked.name} if picked else None
        case "private":
            return {"word": "Private" if value else "All users of the CRM"}
        case "owner" | "co_owners" | "shared_with":
            names = names_of_principals(value if isinstance(value, list) else [value])
            return [name.strip() for name in names.values()]
        case "emails" | "phones" | "websites" | "addresses":
            return [{"text": words.short(text), "word": kind.capitalize()} for text, kind in value]
        case "tags":
            return value
    kept = words.short(value) if isinstance(value, str) else value
    return {"custom": kept} if field.startswith("custom.") else kept

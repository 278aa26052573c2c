"""What a contact's history tells of a change: its fields before and after, in words that each reader may read."""

from contextlib import AbstractContextManager
from typing import Any

from flask_babel import lazy_gettext as _l

from app.contacts.models import FISCAL, Contact, Medium
from app.core.db import db
from app.history import recording, words
from app.settings.models import PickValue

PLAIN = ("first_name", "last_name", "name", "title", *FISCAL, "description", "photo", "private", "co_owners",
         "shared_with")  # fmt: skip
LINKS = {"company": "company_id", "type": "type_id", "temperature": "temperature_id", "owner": "owner_id"}
CHANNELS = {"emails": Medium.EMAIL, "phones": Medium.PHONE, "websites": Medium.WEB}
SPOKEN = [_l("Earlier photo"), _l("New photo")]  # so that the catalogues hold them
recording.SPOKEN_OF["photo"] = ("Earlier photo", "New photo")
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
    "vat_number": _l("VAT number"),
    "tax_code": _l("Tax code"),
    "recipient_code": _l("Recipient code"),
    "pec": _l("Certified email (PEC)"),
    "description": _l("Description"),
    "photo": _l("Photo"),
    "tags": _l("Tags"),
    "private": _l("Who sees it"),
    "owner": _l("Responsible person"),
    "co_owners": _l("Also responsible"),
    "shared_with": _l("Shared with"),
}


def recorded(contact: Contact) -> AbstractContextManager[None]:
    """Put into the history what the block does to a contact, new or not (HIS-02). Flushes."""
    return recording.recorded(contact, snapshot, kept)


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


def kept(field: str, value: Any) -> Any:
    """As `history.words` keeps it."""
    if value is None or value == []:
        return None
    match field:
        case "company":
            return {"contact": value}
        case "type" | "temperature":
            picked = db.session.get(PickValue, value)
            return {"word": picked.name} if picked else None
        case "emails" | "phones" | "websites" | "addresses":
            return [{"text": words.short(text), "word": kind.capitalize()} for text, kind in value]
    return recording.kept(field, value)

"""Merge fields: `{{first_name}}`, or `{{first_name|there}}` with words for those who have none (MAIL-02).

A name and, after a bar, words: nothing else stands in braces, nothing is computed, so a template can do no harm.
"""

import html as entities
import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contacts.models import Contact, Kind
from app.history.words import own_value
from app.settings import custom
from app.settings.models import CustomField

BLANK = r"(?:\s|&nbsp;)*"
FIELD = re.compile(rf"\{{\{{{BLANK}([\w.]+){BLANK}(?:\|([^{{}}]*))?\}}\}}")
IN_LINK = re.compile(r'href="[^"]*(?:\{\{|%7B%7B)', re.IGNORECASE)
FIELDS: dict[str, Any] = {
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "name": _l("Name"),
    "title": _l("Job title"),
    "company": _l("Company"),
    "email": _l("Email"),
    "phone": _l("Phone"),
    "city": _l("City"),
    "responsible": _l("Responsible person"),
}


def own_fields() -> list[CustomField]:
    """The custom fields that a mail may name."""
    return [field for field in custom.fields_of("contact") if field.holds]


def offered() -> list[tuple[str, str]]:
    """(name, label) of each field, for the editor's menu."""
    return [*((name, str(label)) for name, label in FIELDS.items()), *((f.name, f.label) for f in own_fields())]


def problem(text: str) -> str | None:
    """What is wrong with the fields of a text, as a sentence; None when nothing is."""
    known = {name for name, _label in offered()}
    for found in FIELD.finditer(text):
        if found[1] not in known:
            return _("There is no field “%(name)s”.", name=found[1][:60])
    left = FIELD.sub("", text)
    if "{{" in left or "}}" in left:
        return _("A field is written like {{first_name}} or {{first_name|there}}.")
    if IN_LINK.search(text):
        return _("A field can't stand in the address of a link.")
    return None


def merged(text: str, values: Mapping[str, str], html: bool = False) -> str:
    """The text with the values in place of its fields; in HTML a value's own marks are mere characters."""

    def filled(found: re.Match[str]) -> str:
        value = values.get(found[1], "")
        if not value:
            return (found[2] or "").replace("&nbsp;", " ").strip()
        return entities.escape(value) if html else value

    return FIELD.sub(filled, text)


def values_of(contact: Contact, fields: Iterable[CustomField]) -> dict[str, str]:
    """What each field is for this contact, "" where it has none, written in the present language."""
    person = contact.kind == Kind.PERSON
    values = {
        "first_name": contact.first_name if person else None,
        "last_name": contact.last_name if person else None,
        "name": contact.full_name,
        "title": contact.title,
        "company": contact.company.full_name if contact.company else None if person else contact.full_name,
        "email": contact.email.value if contact.email else None,
        "phone": contact.phone.value if contact.phone else None,
        "city": next((a.city for a in sorted(contact.addresses, key=lambda a: not a.is_primary) if a.city), None),
        "responsible": contact.owner.get_full_name() if contact.owner else None,
    }
    own = {f.name: own_value(contact.custom[f.key], f.kind) for f in fields if f.key in contact.custom}
    return {name: value or "" for name, value in (values | own).items()}

"""What a form may ask for, and how what was typed becomes the data of a contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contacts.models import ADDRESS_PARTS
from app.core.decimals import local_decimal
from app.core.errors import RuleBroken
from app.settings import custom
from app.settings.models import CustomField, FieldKind

LONGEST = {"message": 10_000}
LONGEST_VALUE = 2_000
NAMES = {"person": ("first_name", "last_name"), "company": ("name",)}
INPUTS = {"email": "email", "phone": "tel", "website": "url"}  # kinds of <input>, text where none is named
AREAS = ("message", "description")
CUSTOM_INPUTS = {
    FieldKind.CHECKBOX: "checkbox",
    FieldKind.DATE: "date",
    FieldKind.LINK: "url",
    FieldKind.CHOICE: "select",
    FieldKind.LONG_TEXT: "textarea",
}
LABELS = {
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "name": _l("Company name"),
    "title": _l("Job title"),
    "company": _l("Company"),
    "email": _l("Email"),
    "phone": _l("Phone"),
    "website": _l("Website"),
    "street": _l("Street"),
    "zip": _l("Postal code"),
    "city": _l("City"),
    "state": _l("Province or state"),
    "country": _l("Country"),
    "message": _l("Message"),
}
OF_PERSONS, OF_COMPANIES = ("first_name", "last_name", "title", "company"), ("name",)


@dataclass(frozen=True)
class Asked:
    """A field as the visitor sees it. `input`: a kind of <input>, "textarea" or "select" with its `options`."""

    name: str
    label: str
    required: bool = False
    input: str = "text"
    options: tuple[str, ...] = ()

    @property
    def limit(self) -> int:
        """How many characters it takes."""
        return LONGEST.get(self.name, LONGEST_VALUE)


def offered(kind: str) -> dict[str, str]:
    """Names and labels of what a form for persons or companies can ask for, in the order in which it asks."""
    others = OF_COMPANIES if kind == "person" else OF_PERSONS
    plain = {name: str(label) for name, label in LABELS.items() if name not in others}
    return plain | {f.name: f.label for f in own_fields(kind).values()}


def own_fields(kind: str) -> dict[str, CustomField]:
    """The custom fields of such contacts, by the name under which they are sent."""
    return {f.name: f for f in custom.fields_of("contact") if f.holds and f.fits(kind)}


def asked(kind: str, chosen: list[dict[str, Any]]) -> list[Asked]:
    """The chosen fields as they are drawn; a custom field that is there no more is left out."""
    known, own = offered(kind), own_fields(kind)
    return [_asked(one, own.get(one["name"]), known[one["name"]]) for one in chosen if one["name"] in known]


def _asked(one: dict[str, Any], own: CustomField | None, label: str) -> Asked:
    name = one["name"]
    plain = "textarea" if name in AREAS else INPUTS.get(name, "text")
    kind = CUSTOM_INPUTS.get(FieldKind(own.kind), "text") if own else plain
    return Asked(name, one["label"] or label, one["required"], kind, tuple(own.options) if own else ())


def read(fields: list[Asked], posted: Mapping[str, str]) -> dict[str, str]:
    """The filled values by name. Raises RuleBroken by field: required ones, long ones, what can't be stored."""
    errors, values = {}, {}
    for field in fields:
        text = posted.get(field.name, "").strip()
        if field.required and not text:
            errors[field.name] = _("This field is required.")
        elif len(text) > field.limit:
            errors[field.name] = _("At most %(limit)s characters.", limit=field.limit)
        elif "\0" in text:
            errors[field.name] = _("This text holds characters that can't be stored.")
        elif text:
            values[field.name] = text
    if errors:
        raise RuleBroken(errors)
    return values


def contact_data(kind: str, values: Mapping[str, str]) -> dict[str, Any]:
    """The keys that the contacts' `save` takes; the message and the company of a person are not among them.

    Raises RuleBroken for a number that is none.
    """
    data: dict[str, Any] = {"kind": kind}
    data |= {name: values[name] for name in ("first_name", "last_name", "name", "title") if name in values}
    for name, key in (("email", "emails"), ("phone", "phones"), ("website", "websites")):
        if name in values:
            data[key] = [values[name]]
    if address := {part: values[part] for part in ADDRESS_PARTS if part in values}:
        data["addresses"] = [address]
    own = own_fields(kind)
    data["custom"] = {f.key: _own(f, values[name]) for name, f in own.items() if name in values}
    return data


def _own(field: CustomField, text: str) -> Any:
    if field.kind == FieldKind.CHECKBOX:
        return True
    if field.kind in (FieldKind.NUMBER, FieldKind.MONEY):
        try:
            return local_decimal(text)
        except ValueError as error:
            raise RuleBroken({field.name: str(error)}) from error
    return text


# How contacts call what the form calls otherwise, for the errors that come back.
ERRORS = {"emails": "email", "phones": "phone", "websites": "website", "addresses": "street"}

"""What a column of a file may become: the names that mappings use, with their labels, by kind of record."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

KINDS = {
    "email": ("work", "home", "other"),
    "phone": ("work", "mobile", "home", "fax", "other"),
    "website": ("website", "linkedin", "facebook", "x", "instagram", "github", "skype", "other"),
    "address": ("work", "home", "billing", "postal", "other"),
}
PARTS = {
    "street": _l("street"),
    "city": _l("city"),
    "state": _l("province or state"),
    "zip": _l("postal code"),
    "country": _l("country"),
}
KIND_LABELS = {
    "work": _l("work"),
    "home": _l("home"),
    "mobile": _l("mobile"),
    "fax": _l("fax"),
    "billing": _l("billing"),
    "postal": _l("postal"),
    "other": _l("other"),
    "website": _l("website"),
    "linkedin": "LinkedIn",
    "facebook": "Facebook",
    "x": "X",
    "instagram": "Instagram",
    "github": "GitHub",
    "skype": "Skype",
}
# Several columns may give these: their cells add up. Of all others a row may say one thing only.
NAME_PARTS = ("first_name", "last_name", "full_name")
LONG_TEXTS = ("description", "notes")
ADDING = {"", "description", "notes", "tags", "participants"}  # of the flat kinds


@dataclass(frozen=True)
class Field:
    """A name that a mapping may use. `label` is a (lazily translated) text."""

    name: str
    label: Any
    sample: str = ""


@dataclass(frozen=True)
class CustomField:
    """A field that an administrator defined (SET-08). `kind`: one of those of `app.settings.values`, `options` those of
    a choice, `applies_to`: person, company or both."""

    key: str
    label: str
    kind: str = "text"
    options: tuple[str, ...] = ()
    applies_to: str = "both"

    @property
    def name(self) -> str:
        """As mappings name it."""
        return f"custom:{self.key}"


PLAIN = [
    Field("kind", _l("Person or company"), "person"),
    Field("first_name", _l("First name"), "Maria"),
    Field("last_name", _l("Last name"), "Rossi"),
    Field("full_name", _l("Whole name"), "Maria Rossi"),
    Field("name", _l("Company name (the contact is the company)"), "Rossi S.r.l."),
    Field("company", _l("Company"), "Rossi S.r.l."),
    Field("title", _l("Position"), "Direttrice"),
    Field("type", _l("Contact type"), "Cliente"),
    Field("temperature", _l("Temperature"), "Caldo"),
    Field("vat_number", _l("VAT number"), "IT00743110157"),
    Field("tax_code", _l("Tax code"), "00743110157"),
    Field("recipient_code", _l("Recipient code"), "ABC1234"),
    Field("pec", _l("Certified email (PEC)"), "rossi@pec.example.it"),
    Field("tags", _l("Tags"), "Fiera; Milano"),
    Field("description", _l("Description")),
    Field("notes", _l("Notes (to the history)")),
    Field("private", _l("Private"), "no"),
    Field("owner", _l("Responsible person"), "maria"),
    Field("co_owners", _l("Also responsible"), "luca; anna"),
    Field("shared_with", _l("Shared with"), "luca; group:vendite"),
]
MEDIA = {
    "email": (_l("Email"), "maria@example.com"),
    "phone": (_l("Phone"), "+39 055 123456"),
    "website": (_l("Website"), "www.example.com"),
}


def _reachable() -> Iterator[Field]:
    for medium, (label, sample) in MEDIA.items():
        yield Field(medium, label, sample)
        for kind in KINDS[medium]:
            yield Field(f"{medium}_{kind}", _l("%(what)s (%(kind)s)", what=label, kind=KIND_LABELS[kind]), sample)


def _postal() -> Iterator[Field]:
    address = _l("Address")
    yield Field("address", address, "Via Roma 1, 50100 Firenze")
    for part, label in PARTS.items():
        yield Field(f"address_{part}", _l("%(what)s: %(part)s", what=address, part=label))
    for kind in KINDS["address"]:
        what = _l("%(what)s (%(kind)s)", what=address, kind=KIND_LABELS[kind])
        yield Field(f"address_{kind}", what)
        for part, label in PARTS.items():
            yield Field(f"address_{kind}_{part}", _l("%(what)s: %(part)s", what=what, part=label))


TITLE = Field("title", _l("Title"), "Fornitura 2027")
DESCRIPTION = Field("description", _l("Description"))
CONTACT = [
    Field("contact", _l("Contact (by name or email)"), "Maria Rossi"),
    Field("contact_email", _l("Email of the contact"), "maria@example.com"),
]
PARTICIPANTS = Field("participants", _l("Participants"), "Maria Rossi; luca@example.com")
OWNER = Field("owner", _l("Responsible person"), "maria")
AUDIENCE = [
    Field("private", _l("Limited access"), "no"),
    OWNER,
    Field("co_owners", _l("Also responsible"), "luca; anna"),
    Field("shared_with", _l("Shared with"), "luca; group:vendite"),
]
HUNG = [Field("tags", _l("Tags"), "Fiera; Milano"), Field("notes", _l("Notes (to the history)"))]
OPPORTUNITY = [
    TITLE,
    *CONTACT,
    Field("stage", _l("Stage"), "Proposta"),
    Field("probability", _l("Probability in percent"), "50"),
    Field("amount", _l("Amount"), "1.200,50"),
    Field("currency", _l("Currency"), "EUR"),
    Field("budget_type", _l("Budget"), "fixed"),
    Field("periods", _l("Periods"), "1"),
    Field("expected_close", _l("Expected close"), "31/12/2026"),
    Field("closed_on", _l("Closed on"), "31/12/2026"),
    Field("close_date", _l("Day of closing, expected or actual by the stage"), "31/12/2026"),
    Field("lost_reason", _l("Reason of loss")),
    DESCRIPTION,
    PARTICIPANTS,
    *HUNG,
    *AUDIENCE,
]
TASK = [
    TITLE,
    Field("category", _l("Category"), "Chiamata"),
    *CONTACT,
    Field("opportunity", _l("Opportunity"), "Fornitura 2027"),
    Field("case", _l("Case"), "Fiera di Milano"),
    Field("project", _l("Project")),
    Field("due_on", _l("Due"), "31/12/2026"),
    Field("due_time", _l("Time"), "14:30"),
    Field("reminder", _l("Reminder (minutes before, or never)"), "60"),
    Field("rule", _l("Rule by which it repeats"), "FREQ=WEEKLY"),
    DESCRIPTION,
    Field("closed", _l("Done (yes or no)"), "no"),
    OWNER,
]
CASE = [TITLE, DESCRIPTION, PARTICIPANTS, Field("closed", _l("Closed (yes or no)"), "no"), *HUNG, *AUDIENCE]
FIELDS: dict[str, list[Field]] = {
    "contacts": [*PLAIN, *_reachable(), *_postal()],
    "opportunities": OPPORTUNITY,
    "tasks": TASK,
    "cases": CASE,
}


def names(kind: str = "contacts", custom: Iterable[CustomField] = ()) -> dict[str, Field]:
    """Every field a mapping of `kind` may use, by name."""
    return {f.name: f for f in FIELDS[kind]} | {c.name: Field(c.name, c.label) for c in custom}

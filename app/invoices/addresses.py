"""Names and addresses as an invoice shows them: copied from a contact, changeable in place (INV-02)."""

from functools import cache
from typing import Any

from babel import Locale
from flask_babel import gettext as _

from app.contacts.models import ADDRESS_PARTS, FISCAL, Address, Contact, Medium
from app.core.text import fold
from app.invoices.reading import Reader

LIMITS = {"name": 255, "street": 1000, "zip": 40, "city": 255, "state": 255, "country": 255}
LANGUAGES = ("en", "it", "fr", "de", "es")
Words = dict[str, str]


def of(contact: Contact, kind: str = "billing") -> Words:
    """Name and address of a contact: the address of this kind, else the primary one; for a bill its numbers too."""
    addresses = sorted(contact.addresses, key=lambda a: (a.kind != kind, not a.is_primary))
    parts = {part: getattr(addresses[0], part) or "" for part in ADDRESS_PARTS} if addresses else {}
    numbers = {key: getattr(contact, key) for key in FISCAL if kind == "billing" and getattr(contact, key)}
    return {"name": contact.full_name, **parts, **numbers}


def read(wanted: Any, reader: Reader, more: dict[str, int] | None = None) -> Words:
    """Clean texts of an address; empty ones are left out."""
    given = wanted if isinstance(wanted, dict) else {}
    inner = Reader(given, reader.errors, reader.place, reader.words)
    texts = {key: inner.text(key, limit) for key, limit in {**LIMITS, **(more or {})}.items()}
    return {key: text for key, text in texts.items() if text}


def lines(words: dict[str, Any]) -> list[str]:
    """As it stands on an envelope."""
    place = Address(**{part: words.get(part) for part in ADDRESS_PARTS})
    return [words.get("name") or "", *place.lines]


def email_of(contact: Contact | None) -> str:
    """Where an invoice is sent by default."""
    channel = contact.primary(Medium.EMAIL) if contact is not None else None
    return channel.value if channel else ""


@cache
def _codes() -> dict[str, str]:
    """Folded names of countries, in our languages, to their ISO 3166 codes."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "XA", "XB", "ZZ", "QO"):
                found.setdefault(fold(name), code)
    return found | {code.lower(): code for code in set(found.values())}


def country_code(typed: str | None) -> str | None:
    """ISO 3166 code of a country as people write it; None for what is no country."""
    return _codes().get(fold(typed or ""))


def needs(words: dict[str, Any], *keys: str) -> list[str]:
    """What is missing of these keys, in words."""
    names = {
        "name": _("name"),
        "street": _("street"),
        "zip": _("postal code"),
        "city": _("city"),
        "country": _("country"),
        "vat_number": _("VAT number"),
    }
    return [names[key] for key in keys if not words.get(key)]

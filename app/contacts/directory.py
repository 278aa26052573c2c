"""Looks companies up in business directories (CON-04): a name or VAT number in, candidates with fields out.

A provider is an adapter of one directory. A person picks the candidate and the fields to take; nothing is written here.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import gettext as _
from stdnum.eu import vat

from app.core import fetching, sealing
from app.core.db import db
from app.core.fetching import NotFetched
from app.settings import preferences
from app.settings.models import Preference

log = logging.getLogger(__name__)
CRUNCHBASE = "https://api.crunchbase.com/api/v4"
VIES = "https://ec.europa.eu/taxation_customs/vies/rest-api"
GATE = fetching.INTERNET
LARGEST = 512 * 1024  # bytes of an answer
LONGEST = 2000  # characters of a field
KEY = "directory.crunchbase"
MOST = 10
# Crunchbase's names of what we take, by ours.
PROPERTIES = {
    "name": "name",
    "description": "short_description",
    "website": "website_url",
    "linkedin": "linkedin",
    "facebook": "facebook",
    "x": "twitter",
    "email": "contact_email",
    "phone": "phone_number",
}


class DirectoryFailed(Exception):
    """The directory did not answer, or not in its protocol; a sentence for the person."""


@dataclass(frozen=True)
class Candidate:
    """A company that may be meant. `fields` by our names; where they are asked for later, `key` names it."""

    provider: str
    key: str
    name: str
    about: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def crunchbase_key() -> str:
    """The key that an administrator has set; "" for none."""
    row = db.session.get(Preference, KEY)
    try:
        return sealing.unseal(row.value) if row and row.value else ""
    except sealing.Unreadable:
        return ""


def set_crunchbase_key(key: str) -> None:
    """Seal and store it; "" takes it away. Flushes."""
    preferences.put(KEY, sealing.seal(key.strip()) if key.strip() else "")
    db.session.flush()


def lookup(typed: str) -> list[Candidate]:
    """Companies that may be meant: by VAT number in VIES, by name in Crunchbase where there is a key.

    Raises DirectoryFailed.
    """
    typed = typed.strip()[:200]
    if vat.is_valid(typed):
        return _by_vat(typed)
    return _by_name(typed) if typed and crunchbase_key() else []


def details(provider: str, key: str) -> Candidate:
    """A candidate with its fields. Raises DirectoryFailed, KeyError for an unknown provider."""
    return PROVIDERS[provider](key)


def _asked(url: str) -> Any:
    """The JSON at an address of a directory; the address is not told, as it may hold a key."""
    try:
        return json.loads(fetching.fetch(url, LARGEST, gate=GATE).content)
    except (NotFetched, ValueError) as error:
        log.warning("a directory does not answer: %s", type(error).__name__)
        raise DirectoryFailed(_("The directory does not answer just now. Try again later.")) from error


def _text(value: Any) -> str:
    """A text of theirs, or of an object that has one; never more than we store."""
    value = value.get("value") if isinstance(value, dict) else value
    return " ".join(value.split())[:LONGEST] if isinstance(value, str) else ""


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _by_name(typed: str) -> list[Candidate]:
    asked = {"query": typed, "collection_ids": "organizations", "limit": MOST, "user_key": crunchbase_key()}
    body = _asked(f"{CRUNCHBASE}/autocompletes?{urlencode(asked)}")
    found = []
    for entity in _objects(body.get("entities") if isinstance(body, dict) else None)[:MOST]:
        known = next(iter(_objects([entity.get("identifier")])), {})
        name, key = _text(known), _text(known.get("permalink"))
        if name and key:
            found.append(Candidate("crunchbase", key, name, _text(entity.get("short_description"))))
    return found


def _crunchbase(key: str) -> Candidate:
    fields = ",".join([*PROPERTIES.values(), "location_identifiers"])
    asked = urlencode({"field_ids": fields, "user_key": crunchbase_key()})
    body = _asked(f"{CRUNCHBASE}/entities/organizations/{quote(key, safe='')}?{asked}")
    properties = body.get("properties") if isinstance(body, dict) else None
    if not isinstance(properties, dict):
        raise DirectoryFailed(_("The directory does not answer just now. Try again later."))
    taken = {ours: _text(properties.get(theirs)) for ours, theirs in PROPERTIES.items()}
    places = {p.get("location_type"): _text(p) for p in _objects(properties.get("location_identifiers"))}
    taken |= {"city": places.get("city", ""), "state": places.get("region", ""), "country": places.get("country", "")}
    return Candidate("crunchbase", key, taken["name"] or key, fields={k: v for k, v in taken.items() if v})


def _by_vat(typed: str) -> list[Candidate]:
    found = _vies(vat.compact(typed))
    return [found] if found.fields else []


def _vies(key: str) -> Candidate:
    """Name and address where the country tells them; VIES writes `---` where it does not."""
    if not vat.is_valid(key):
        raise DirectoryFailed(_("This is no VAT number of the European Union."))
    body = _asked(f"{VIES}/ms/{quote(key[:2], safe='')}/vat/{quote(key[2:], safe='')}")
    if not isinstance(body, dict) or body.get("isValid") is not True:
        return Candidate("vies", key, key)
    told = {name: _text(body.get(name)) for name in ("name", "address")}
    taken = {"name": told["name"], "street": told["address"], "vat_number": key}
    return Candidate(
        "vies", key, told["name"] or key, told["address"], {k: v for k, v in taken.items() if v.strip("-")}
    )


PROVIDERS: dict[str, Callable[[str], Candidate]] = {"crunchbase": _crunchbase, "vies": _vies}

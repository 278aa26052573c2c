"""The rules of a contact: what comes from outside, made clean or refused with a sentence on its field."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.contacts import rules
from app.contacts.models import ADDRESS_KINDS, ADDRESS_PARTS, CHANNEL_KINDS, FISCAL, Contact, Kind, Medium
from app.core import pictures
from app.core.cleaning import EMPTY, Cleaning, id_of, is_id
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.text import fold
from app.settings import custom
from app.settings.models import PickList
from app.settings.service import names_of

LIMITS = {"first_name": 255, "last_name": 255, "name": 255, "title": 255, "description": 100_000}
PART_LIMITS = {"street": 1000, "city": 255, "state": 255, "zip": 40, "country": 255}
MOST = 50  # channels or addresses of one kind on a contact
CHANNELS: dict[str, tuple[Medium, Callable[[str], str]]] = {
    "emails": (Medium.EMAIL, rules.email),
    "phones": (Medium.PHONE, rules.phone_digits),
    "websites": (Medium.WEB, rules.web_address),
}


def check(data: dict[str, Any], contact: Contact | None = None) -> dict[str, Any]:
    """Clean values ready for the model's columns, for the keys in `data` alone (all of them when new).

    Raises RuleBroken with every reason at once, by field.
    """
    cleaning = Cleaning(data, contact)
    kind = cleaning.clean["kind"] = contact.kind if contact else data.get("kind") or Kind.PERSON
    if kind not in list(Kind):
        raise RuleBroken({"kind": _("A contact is a person or a company.")})
    for key, limit in LIMITS.items():
        cleaning.text(key, limit, exact=True)
    _required(cleaning)
    for key, (medium, normalise) in CHANNELS.items():
        if cleaning.given(key):
            cleaning.clean[key] = _channels(cleaning, key, medium, normalise)
    _fiscal(cleaning)
    if cleaning.given("addresses"):
        cleaning.clean["addresses"] = _addresses(cleaning)
    for key, which in (("type", PickList.CONTACT_TYPE), ("temperature", PickList.TEMPERATURE)):
        if cleaning.given(key):
            cleaning.word(key, names_of(which))
    if cleaning.given("company"):
        cleaning.clean["company_id"] = _company(cleaning) or _hidden_company_id(contact)
    cleaning.tags()
    cleaning.audience()
    custom.clean(cleaning, "contact", kind)
    _photo(cleaning)
    return cleaning.done()


def _photo(cleaning: Cleaning) -> None:
    """CON-05: an uploaded picture, or `remove_photo`."""
    if cleaning.data.get("remove_photo"):
        cleaning.clean["photo"] = None
    if not cleaning.data.get("photo"):
        return
    try:
        cleaning.clean["photo"] = pictures.shrunk(cleaning.data["photo"])
    except pictures.BadPicture as bad:
        cleaning.refuse("photo", str(bad))


def _fiscal(cleaning: Cleaning) -> None:
    """What the tax office wants to know; each may be empty."""
    for key in filter(cleaning.given, FISCAL):
        try:
            cleaning.clean[key] = rules.fiscal(key, str(cleaning.data[key] or "").strip())
        except ValueError as error:
            cleaning.refuse(key, str(error))


def _required(cleaning: Cleaning) -> None:
    """CON-01: first and last name of a person, name of a company."""
    names = ("name",) if cleaning.clean["kind"] == Kind.COMPANY else ("first_name", "last_name")
    for key in names:
        if not cleaning.clean.get(key, getattr(cleaning.row, key, None)):
            cleaning.errors.setdefault(key, [_("This field is required.")])


def _channels(cleaning: Cleaning, key: str, medium: Medium, normalise: Callable[[str], str]) -> list[dict[str, Any]]:
    """Each channel as {kind, value, normal, is_primary}; repeats are taken once, exactly one is primary."""
    found: dict[str, dict[str, Any]] = {}
    for entry in cleaning.data[key] or []:
        entry = entry if isinstance(entry, dict) else {"value": entry}
        value, kind = str(entry.get("value") or "").strip(), entry.get("kind") or CHANNEL_KINDS[medium][0]
        if not value:
            continue
        try:
            normal = normalise(value)
        except ValueError as error:
            cleaning.refuse(key, str(error))
            continue
        if _of_a_kind(cleaning, key, kind, CHANNEL_KINDS[medium]):
            shown = normal if medium is Medium.EMAIL else value
            one = {"kind": kind, "value": shown, "normal": normal, "is_primary": bool(entry.get("primary"))}
            found.setdefault(normal, one)
    return _one_primary(cleaning, key, list(found.values()))


def _of_a_kind(cleaning: Cleaning, key: str, kind: Any, kinds: tuple[str, ...]) -> bool:
    if kind not in kinds:
        cleaning.refuse(key, _("“%(kind)s” is not one of the kinds.", kind=str(kind)[:40]))
    return kind in kinds


def _one_primary(cleaning: Cleaning, key: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(rows) > MOST:
        cleaning.refuse(key, _("At most %(limit)s.", limit=MOST))
    chosen = next((row for row in rows if row["is_primary"]), rows[0] if rows else None)
    for row in rows:
        row["is_primary"] = row is chosen
    return rows


def _addresses(cleaning: Cleaning) -> list[dict[str, Any]]:
    rows = []
    for entry in cleaning.data["addresses"] or []:
        parts = {part: str(entry.get(part) or "").strip() or None for part in ADDRESS_PARTS}
        if not any(parts.values()):
            continue
        for part, limit in PART_LIMITS.items():
            if len(parts[part] or "") > limit or "\0" in (parts[part] or ""):
                cleaning.refuse("addresses", _("At most %(limit)s characters.", limit=limit))
        kind = entry.get("kind") or ADDRESS_KINDS[0]
        _of_a_kind(cleaning, "addresses", kind, ADDRESS_KINDS)
        rows.append({"kind": kind, **parts, "is_primary": bool(entry.get("primary"))})
    return _one_primary(cleaning, "addresses", rows)


def _company(cleaning: Cleaning) -> int | None:
    """The id of a company that the actor may see; a hidden one is answered like a missing one (ACC-06)."""
    wanted = id_of(cleaning.data["company"])
    if wanted in EMPTY:
        return None
    if cleaning.clean["kind"] == Kind.COMPANY:
        cleaning.refuse("company", _("Only a person can belong to a company."))
        return None
    where = Contact.id == wanted if is_id(wanted) else Contact.sort_name == fold(str(wanted))
    found = db.session.scalars(select(Contact.id).where(Contact.kind == Kind.COMPANY, where).limit(2)).all()
    if len(found) != 1 or (cleaning.row is not None and found[0] == cleaning.row.id):
        cleaning.refuse("company", _("There is no such company."))
        return None
    return found[0]


def _hidden_company_id(contact: Contact | None) -> int | None:
    """The company that the actor does not see, so that who saves the rest of the form doesn't cut the link."""
    return contact.company_id if contact is not None and contact.company is None else None

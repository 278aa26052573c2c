"""The rules of a contact: what comes from outside, made clean or refused with a sentence on its field."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.contacts import rules
from app.contacts.models import ADDRESS_KINDS, ADDRESS_PARTS, CHANNEL_KINDS, FISCAL, Contact, Kind, Medium
from app.core import access, pictures
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import Group, User, insider, user_named
from app.core.text import fold
from app.settings import custom
from app.settings.models import PickList
from app.settings.service import names_of

Errors = dict[str, list[str]]
LIMITS = {"first_name": 255, "last_name": 255, "name": 255, "title": 255, "description": 100_000}
PART_LIMITS = {"street": 1000, "city": 255, "state": 255, "zip": 40, "country": 255}
MOST = 50  # channels or addresses of one kind on a contact


def check(data: dict[str, Any], contact: Contact | None = None) -> dict[str, Any]:
    """Clean values ready for the model's columns, for the keys in `data` alone (all of them when new).

    Raises RuleBroken with every reason at once, by field.
    """
    errors: Errors = {}
    clean: dict[str, Any] = {"kind": contact.kind if contact else data.get("kind") or Kind.PERSON}
    if clean["kind"] not in list(Kind):
        raise RuleBroken({"kind": _("A contact is a person or a company.")})
    _texts(data, clean, errors)
    _required(clean, contact, errors)
    for key, medium, normalise in (
        ("emails", Medium.EMAIL, rules.email),
        ("phones", Medium.PHONE, rules.phone_digits),
        ("websites", Medium.WEB, rules.web_address),
    ):
        if key in data:
            clean[key] = _channels(data[key] or [], medium, normalise, key, errors)
    _fiscal(data, clean, errors)
    if "addresses" in data:
        clean["addresses"] = _addresses(data["addresses"] or [], errors)
    _links(data, clean, contact, errors)
    _people(data, clean, contact, errors)
    _custom(data, clean, contact, errors)
    _photo(data, clean, errors)
    if errors:
        raise RuleBroken(errors)
    return clean


def _custom(data: dict[str, Any], clean: dict[str, Any], contact: Contact | None, errors: Errors) -> None:
    """CON-08: the whole of the values; a new contact is asked for the required ones even when none are given."""
    if contact is not None and "custom" not in data:
        return
    try:
        wanted, present = data.get("custom") or {}, contact.custom if contact else None
        clean["custom"] = custom.check("contact", clean["kind"], wanted, present)
    except RuleBroken as broken:
        errors.update(broken.errors)


def _photo(data: dict[str, Any], clean: dict[str, Any], errors: Errors) -> None:
    """CON-05: an uploaded picture, or `remove_photo`."""
    if data.get("remove_photo"):
        clean["photo"] = None
    if not data.get("photo"):
        return
    try:
        clean["photo"] = pictures.shrunk(data["photo"])
    except pictures.BadPicture as bad:
        errors["photo"] = [str(bad)]


def _texts(data: dict[str, Any], clean: dict[str, Any], errors: Errors) -> None:
    for key, limit in LIMITS.items():
        if key not in data:
            continue
        value = (data[key] or "").strip()
        if len(value) > limit:
            errors[key] = [_("At most %(limit)s characters.", limit=limit)]
        elif "\0" in value:
            errors[key] = [_("This text holds characters that can't be stored.")]
        clean[key] = value or None
    if "private" in data:
        clean["private"] = bool(data["private"])
    if "tags" in data:
        clean["tags"] = _tags(data["tags"] or [], errors)


def _fiscal(data: dict[str, Any], clean: dict[str, Any], errors: Errors) -> None:
    """What the tax office wants to know; each may be empty."""
    for key in FISCAL:
        if key in data:
            try:
                clean[key] = rules.fiscal(key, str(data[key] or "").strip())
            except ValueError as error:
                errors[key] = [str(error)]


def _tags(names: list[Any], errors: Errors) -> list[str]:
    tags = [str(name).strip() for name in names if str(name).strip()]
    if any(len(t) > 80 or "\0" in t for t in tags):
        errors["tags"] = [_("A tag has at most 80 characters.")]
    return tags


def _required(clean: dict[str, Any], contact: Contact | None, errors: Errors) -> None:
    """CON-01: first and last name of a person, name of a company."""
    names = ("name",) if clean["kind"] == Kind.COMPANY else ("first_name", "last_name")
    for key in names:
        if not clean.get(key, getattr(contact, key, None)):
            errors.setdefault(key, [_("This field is required.")])


def _channels(
    wanted: list[Any], medium: Medium, normalise: Callable[[str], str], key: str, errors: Errors
) -> list[dict[str, Any]]:
    """Each channel as {kind, value, normal, is_primary}; repeats are taken once, exactly one is primary."""
    found: dict[str, dict[str, Any]] = {}
    for entry in wanted:
        entry = entry if isinstance(entry, dict) else {"value": entry}
        value, kind = str(entry.get("value") or "").strip(), entry.get("kind") or CHANNEL_KINDS[medium][0]
        if not value:
            continue
        try:
            normal = normalise(value)
        except ValueError as error:
            errors.setdefault(key, []).append(str(error))
            continue
        if kind not in CHANNEL_KINDS[medium]:
            errors.setdefault(key, []).append(_("“%(kind)s” is not one of the kinds.", kind=str(kind)[:40]))
            continue
        primary = bool(entry.get("primary"))
        value = normal if medium is Medium.EMAIL else value
        found.setdefault(normal, {"kind": kind, "value": value, "normal": normal, "is_primary": primary})
    return _one_primary(list(found.values()), key, errors)


def _one_primary(rows: list[dict[str, Any]], key: str, errors: Errors) -> list[dict[str, Any]]:
    if len(rows) > MOST:
        errors.setdefault(key, []).append(_("At most %(limit)s.", limit=MOST))
    chosen = next((row for row in rows if row["is_primary"]), rows[0] if rows else None)
    for row in rows:
        row["is_primary"] = row is chosen
    return rows


def _addresses(wanted: list[dict[str, Any]], errors: Errors) -> list[dict[str, Any]]:
    rows = []
    for entry in wanted:
        parts = {part: str(entry.get(part) or "").strip() or None for part in ADDRESS_PARTS}
        if not any(parts.values()):
            continue
        for part, limit in PART_LIMITS.items():
            if len(parts[part] or "") > limit or "\0" in (parts[part] or ""):
                errors.setdefault("addresses", []).append(_("At most %(limit)s characters.", limit=limit))
        kind = entry.get("kind") or ADDRESS_KINDS[0]
        if kind not in ADDRESS_KINDS:
            errors.setdefault("addresses", []).append(_("“%(kind)s” is not one of the kinds.", kind=str(kind)[:40]))
        rows.append({"kind": kind, **parts, "is_primary": bool(entry.get("primary"))})
    return _one_primary(rows, "addresses", errors)


def _links(data: dict[str, Any], clean: dict[str, Any], contact: Contact | None, errors: Errors) -> None:
    for key, which in (("type", PickList.CONTACT_TYPE), ("temperature", PickList.TEMPERATURE)):
        if key in data:
            clean[f"{key}_id"] = _pick(data[key], which, key, errors)
    if "company" in data:
        found = _company(data["company"], clean["kind"], contact, errors)
        clean["company_id"] = found or _hidden_company_id(contact)


def _is_id(value: Any) -> bool:
    """A number; JSON's true is one for Python, and none for us."""
    return isinstance(value, int) and not isinstance(value, bool)


def _pick(wanted: Any, which: PickList, key: str, errors: Errors) -> int | None:
    """A pick-list value by id or by name, in any of our languages."""
    if wanted in (None, "", 0):
        return None
    names = names_of(which)
    found = wanted if _is_id(wanted) else names.get(str(wanted).strip().lower())
    if found not in names.values():
        errors[key] = [_("“%(name)s” is not in the list.", name=str(wanted)[:60])]
    return found


def _company(wanted: Any, kind: str, contact: Contact | None, errors: Errors) -> int | None:
    """The id of a company that the actor may see; a hidden one is answered like a missing one (ACC-06)."""
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    if wanted in (None, "", 0):
        return None
    if kind == Kind.COMPANY:
        errors["company"] = [_("Only a person can belong to a company.")]
        return None
    where = Contact.id == wanted if _is_id(wanted) else Contact.sort_name == fold(str(wanted))
    found = db.session.scalars(select(Contact.id).where(Contact.kind == Kind.COMPANY, where).limit(2)).all()
    if len(found) != 1 or (contact is not None and found[0] == contact.id):
        errors["company"] = [_("There is no such company.")]
        return None
    return found[0]


def _hidden_company_id(contact: Contact | None) -> int | None:
    """The company that the actor does not see, so that who saves the rest of the form doesn't cut the link."""
    return contact.company_id if contact is not None and contact.company is None else None


def _people(data: dict[str, Any], clean: dict[str, Any], contact: Contact | None, errors: Errors) -> None:
    """Owner, further responsible persons, and those it is shared with: users n, groups -n."""
    if data.get("owner"):
        clean["owner_id"] = _user_id(data["owner"], contact, errors)
    for key in ("co_owners", "shared_with"):
        if key in data:
            clean[key] = _known(data[key] or [], key, getattr(contact, key, []), errors)
    if clean.get("owner_id", 0) is None and access.current().user_id:
        errors.setdefault("owner", [_("There is no such user.")])


def _user_id(wanted: Any, contact: Contact | None, errors: Errors) -> int | None:
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    if contact is not None and wanted == contact.owner_id:
        return contact.owner_id
    if _is_id(wanted):
        found = db.session.scalar(select(User.id).where(User.id == wanted, insider()))
    else:
        found = getattr(user_named(str(wanted)), "id", None)
    if found is None:
        errors["owner"] = [_("There is no such user.")]
    return found


def _known(wanted: list[Any], key: str, present: list[int], errors: Errors) -> list[int]:
    """Ids of users and groups. Who is named already may stay, though the account was closed meanwhile."""
    ids = sorted({int(w["id"] if isinstance(w, dict) else w) for w in wanted})
    users = set(db.session.scalars(select(User.id).where(User.id.in_([i for i in ids if i > 0]), insider())))
    groups = set(db.session.scalars(select(Group.id).where(Group.id.in_([-i for i in ids if i < 0]))))
    if set(ids) - users - {-g for g in groups} - set(present):
        errors[key] = [_("One of these users or groups does not exist.")]
    return ids

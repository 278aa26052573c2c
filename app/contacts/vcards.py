"""vCards (CON-14): written as version 3.0 or 4.0 (RFC 2426, RFC 6350), read as whatever a program wrote."""

from collections.abc import Iterator
from typing import Any

import vobject
from flask_babel import gettext as _

from app.contacts import service
from app.contacts.models import Address, Channel, Contact, Kind, Medium
from app.core.db import db
from app.core.errors import RuleBroken

MOST = 1000  # cards of one file
LARGEST = 5 * 1024 * 1024  # bytes
ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": ""})
KINDS_OUT = {"work": "work", "home": "home", "mobile": "cell", "fax": "fax"}
KINDS_IN = {"WORK": "work", "HOME": "home", "CELL": "mobile", "MOBILE": "mobile", "FAX": "fax"}


def written(contact: Contact, version: str = "4.0", short: bool = False) -> str:
    """One card with CRLF lines of at most 75 bytes. `short` leaves out what a QR code has no room for."""
    lines = ["BEGIN:VCARD", f"VERSION:{version}", *_names(contact, version)]
    lines += [_channel(c, version) for c in contact.channels]
    lines += [_address(a) for a in contact.addresses[: 1 if short else None]]
    if contact.description and not short:
        lines.append(f"NOTE:{_text(contact.description)}")
    if contact.tags and not short:
        lines.append("CATEGORIES:" + ",".join(_text(tag.name) for tag in contact.tags))
    if not short:
        lines.append(f"REV:{contact.changed_at:%Y%m%dT%H%M%SZ}")
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCARD"])


def _text(value: str | None) -> str:
    return (value or "").translate(ESCAPED)


def _names(contact: Contact, version: str) -> Iterator[str]:
    yield f"FN:{_text(contact.full_name)}"
    if contact.kind == Kind.COMPANY:
        yield from ("N:;;;;", f"ORG:{_text(contact.name)}")
        yield "KIND:org" if version == "4.0" else "X-ABSHOWAS:COMPANY"
        return
    yield f"N:{_text(contact.last_name)};{_text(contact.first_name)};;;"
    if contact.company:
        yield f"ORG:{_text(contact.company.full_name)}"
    if contact.title:
        yield f"TITLE:{_text(contact.title)}"


def _channel(channel: Channel, version: str) -> str:
    name = {Medium.EMAIL: "EMAIL", Medium.PHONE: "TEL", Medium.WEB: "URL"}[Medium(channel.medium)]
    kind = KINDS_OUT.get(channel.kind, "")
    primary = (";PREF=1" if version == "4.0" else ";TYPE=pref") if channel.is_primary else ""
    return f"{name}{f';TYPE={kind}' if kind else ''}{primary}:{_text(channel.value)}"


def _address(address: Address) -> str:
    parts = (address.street, address.city, address.state, address.zip, address.country)
    kind = KINDS_OUT.get(address.kind, "")
    return f"ADR{f';TYPE={kind}' if kind else ''}:;;" + ";".join(_text(part) for part in parts)


def _folded(line: str) -> str:
    """At most 75 bytes a line, never cut inside a letter (RFC 6350, 3.2)."""
    parts, now, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 74:
            parts.append(now)
            now, size = "", 0
        now, size = now + letter, size + width
    return "\r\n ".join([*parts, now])


def taken_in(text: str) -> tuple[list[Contact], list[tuple[str, str]]]:
    """New contacts of the cards in a file, and (name, reason) of the refused ones. Raises RuleBroken for what is no
    vCard file. Flushes."""
    made: list[Contact] = []
    refused: list[tuple[str, str]] = []
    for data in read(text):
        try:
            with db.session.begin_nested():
                made.append(service.save(data))
        except RuleBroken as broken:
            refused.append((data.get("name") or f"{data.get('first_name')} {data.get('last_name')}", str(broken)))
    return made, refused


def read(text: str) -> list[dict[str, Any]]:
    """What `service.save` takes of each card. Raises RuleBroken."""
    try:
        cards = list(vobject.readComponents(text, ignoreUnreadable=True, allowQP=True))
    except Exception as error:  # the library lets whatever goes wrong inside it out
        raise RuleBroken({"file": _("This file can't be read as vCards.")}) from error
    cards = [card for card in cards if card.name == "VCARD"]
    if not cards:
        raise RuleBroken({"file": _("There is no vCard in this file.")})
    if len(cards) > MOST:
        raise RuleBroken({"file": _("At most %(limit)s.", limit=MOST)})
    return [_data(card) for card in cards]


def _data(card: Any) -> dict[str, Any]:
    firm = " ".join(_value(card, "org")) if isinstance(_raw(card, "org"), list) else str(_raw(card, "org") or "")
    name, shown = _raw(card, "n"), str(_raw(card, "fn") or "").strip()
    first, last = (str(getattr(name, part, "") or "").strip() for part in ("given", "family"))
    data: dict[str, Any] = {"kind": "person", "first_name": first, "last_name": last, "title": _raw(card, "title")}
    if str(_raw(card, "kind") or "").lower() == "org" or not (first or last or not firm):
        data = {"kind": "company", "name": firm or shown}
    elif not (first and last):
        given, _space, family = (shown or first or last).rpartition(" ")
        data |= {"first_name": given or family, "last_name": family}
    lists = {"emails": "email", "phones": "tel", "websites": "url"}
    data |= {key: [_entry(line, key) for line in card.contents.get(prop, [])] for key, prop in lists.items()}
    data["addresses"] = [_adr(line) for line in card.contents.get("adr", [])]
    return data | {"description": _raw(card, "note")}


def _raw(card: Any, name: str) -> Any:
    lines = card.contents.get(name)
    return lines[0].value if lines else None


def _value(card: Any, name: str) -> list[str]:
    return [str(part) for part in _raw(card, name) or [] if part]


def _types(line: Any) -> list[str]:
    given = [part for value in line.params.get("TYPE", []) for part in str(value).split(",")]
    return [part.upper() for part in given]


def _entry(line: Any, key: str) -> dict[str, Any]:
    types = _types(line)
    kind = next((KINDS_IN[t] for t in ("FAX", "CELL", "MOBILE", "WORK", "HOME") if t in types), None)
    kind = kind if kind in _known(key) else None
    value = str(line.value).removeprefix("mailto:").removeprefix("tel:")
    return {"value": value, "primary": "PREF" in types or "PREF" in line.params} | ({"kind": kind} if kind else {})


def _known(key: str) -> tuple[str, ...]:
    return {"emails": ("work", "home"), "phones": ("work", "home", "mobile", "fax")}.get(key, ())


def _adr(line: Any) -> dict[str, Any]:
    names = {"street": "street", "city": "city", "state": "region", "zip": "code", "country": "country"}
    found = {ours: _joined(getattr(line.value, theirs, "")) for ours, theirs in names.items()}
    return found | {"kind": "home" if "HOME" in _types(line) else "work"}


def _joined(part: Any) -> str:
    return " ".join(map(str, part)) if isinstance(part, list) else str(part or "")

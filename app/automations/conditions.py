"""The "if" of an automation: fields of the record, custom ones and tags among them, compared with what was typed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import force_locale, gettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import RuleBroken
from app.settings import custom
from app.settings.values import FieldKind

OPERATORS: dict[str, Any] = {
    "is": _l("is"),
    "not": _l("is not"),
    "has": _l("contains"),
    "more": _l("is at least"),
    "less": _l("is at most"),
    "empty": _l("is empty"),
    "filled": _l("is filled in"),
}
WITHOUT_VALUE = ("empty", "filled")
NUMERIC = ("more", "less")
MOST, LONGEST = 20, 200


@dataclass(frozen=True)
class Readable:
    """A field that can be asked for: what it is called, and the texts it has for a record (none where empty)."""

    label: Any
    read: Callable[[Any], Iterable[Any]]


def _plain(name: str) -> Callable[[Any], Iterable[Any]]:
    return lambda row: [getattr(row, name)]


def _word(name: str) -> Callable[[Any], Iterable[Any]]:
    """A word of a list: as it is stored and in each of our languages, so that the reader may write his own."""

    def read(row: Any) -> list[str]:
        value = getattr(row, name)
        return _in_all_languages(value.name) if value is not None else []

    return read


def _in_all_languages(word: str) -> list[str]:
    said = [word]
    for language in ("en", "it"):
        with force_locale(language):
            said.append(gettext(word))
    return said


def _tags(row: Any) -> list[str]:
    return [tag.name for tag in row.tags]


def _owner(row: Any) -> list[str]:
    return [row.owner.get_full_name(), row.owner.username] if row.owner else []


def _channels(name: str) -> Callable[[Any], Iterable[Any]]:
    return lambda row: [channel.value for channel in row.channels if channel.medium == name]


OWNER, TAGS = Readable(_l("Responsible person"), _owner), Readable(_l("Tags"), _tags)
TITLE = Readable(_l("Title"), _plain("title"))
FIELDS: dict[str, dict[str, Readable]] = {
    "contact": {
        "kind": Readable(_l("Person or company"), lambda row: _in_all_languages(row.kind.capitalize())),
        "name": Readable(_l("Name"), _plain("full_name")),
        "type": Readable(_l("Type"), _word("type")),
        "temperature": Readable(_l("Temperature"), _word("temperature")),
        "email": Readable(_l("Email"), _channels("email")),
        "phone": Readable(_l("Phone"), _channels("phone")),
        "city": Readable(_l("City"), lambda row: [address.city for address in row.addresses]),
        "country": Readable(_l("Country"), lambda row: [address.country for address in row.addresses]),
        "owner": OWNER,
        "tags": TAGS,
    },
    "opportunity": {
        "title": TITLE,
        "stage": Readable(_l("Stage"), _word("stage")),
        "total": Readable(_l("Amount"), _plain("total")),
        "currency": Readable(_l("Currency"), _plain("currency")),
        "probability": Readable(_l("Probability"), _plain("probability")),
        "owner": OWNER,
        "tags": TAGS,
    },
    "case": {"title": TITLE, "owner": OWNER, "tags": TAGS},
    "task": {"title": TITLE, "category": Readable(_l("Category"), _word("category")), "owner": OWNER},
    "invoice": {
        "number": Readable(_l("Number"), _plain("number")),
        "total": Readable(_l("Total"), _plain("total")),
        "currency": Readable(_l("Currency"), _plain("currency")),
        "client": Readable(_l("Client"), _plain("client_name")),
    },
}


def fields_of(entity: str) -> dict[str, Readable]:
    """All that can be asked of a record of this kind, custom fields last."""
    own = custom.fields_of(entity) if entity in custom.entities() else []
    return FIELDS[entity] | {f.name: Readable(f.label, _own(f.key, f.kind)) for f in own if f.holds}


def _own(key: str, kind: str) -> Callable[[Any], Iterable[Any]]:
    def read(row: Any) -> list[Any]:
        value = row.custom.get(key)
        if kind == FieldKind.CHECKBOX:
            return _in_all_languages("Yes" if value else "No")
        return [value["amount"] if isinstance(value, Mapping) else value]

    return read


def check(entity: str, wanted: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Conditions as they are stored: {"field", "op", "value"}. Raises RuleBroken."""
    fields, clean = fields_of(entity), []
    for one in wanted:
        field, op = str(one.get("field") or ""), str(one.get("op") or "is")
        value = " ".join(str(one.get("value") or "").split())
        if not field:
            continue
        if field not in fields or op not in OPERATORS:
            raise RuleBroken({"conditions": _("Choose from the list.")})
        if not value and op not in WITHOUT_VALUE:
            raise RuleBroken({"conditions": _("Write what “%(name)s” is compared with.", name=fields[field].label)})
        if op in NUMERIC and _number(value) is None:
            raise RuleBroken({"conditions": _("“%(text)s” is not a number.", text=value[:60])})
        if len(value) > LONGEST or not value.isprintable():
            raise RuleBroken({"conditions": _("At most %(limit)s characters.", limit=LONGEST)})
        clean.append({"field": field, "op": op, "value": "" if op in WITHOUT_VALUE else value})
    if len(clean) > MOST:
        raise RuleBroken({"conditions": _("At most %(limit)s.", limit=MOST)})
    return clean


def unmet(entity: str, row: Any, conditions: Iterable[Mapping[str, str]]) -> str | None:
    """The first condition that the record does not fit, in words; None when it fits all. A field that is there no more
    fits nothing."""
    fields = fields_of(entity)
    for one in conditions:
        field = fields.get(one["field"])
        if field is None or not _holds(field.read(row), one["op"], one["value"]):
            name = field.label if field else one["field"]
            return _("Does not fit: %(name)s %(op)s %(value)s", name=name, op=OPERATORS[one["op"]], value=one["value"])
    return None


def _holds(values: Iterable[Any], op: str, wanted: str) -> bool:
    texts = [str(value) for value in values if value not in (None, "")]
    low, asked = [text.casefold() for text in texts], wanted.casefold()
    numbers = [n for text in texts if (n := _number(text)) is not None]
    number = _number(wanted)
    same = asked in low or (number is not None and number in numbers)
    match op:
        case "is":
            return same
        case "not":
            return not same
        case "has":
            return any(asked in text for text in low)
        case "more":
            return any(n >= number for n in numbers if number is not None)
        case "less":
            return any(n <= number for n in numbers if number is not None)
        case "empty":
            return not texts
    return bool(texts)


def _number(text: str) -> Decimal | None:
    """A number with a dot or a comma."""
    try:
        number = Decimal(text.replace(",", ".")) if text.isascii() and len(text) < 30 else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None

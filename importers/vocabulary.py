"""What a heading means, by the kind of records that a file holds. Contacts have `headings`; the flat kinds, whose
files have one column a field, are known by heart alone."""

from collections.abc import Callable
from functools import cache, lru_cache, partial

from importers import fields, headings
from importers.headings import Meaning, normal
from importers.known import records

Knows = Callable[[str], bool]


def meaning_of(kind: str) -> Callable[[str], Meaning]:
    """What a heading alone says in files of a kind."""
    return headings.meaning if kind == "contacts" else partial(_flat, kind)


def knows(kind: str) -> Knows:
    """Whether a text is a heading that is known in files of a kind, be it one that is not imported."""
    meaning = meaning_of(kind)
    return lambda text: bool(meaning(text).field) or meaning(text).sure == "exact"


@cache
def _by_heart(kind: str) -> dict[str, str]:
    lines = (records.COMMON + records.KINDS[kind]).strip().splitlines()
    pairs = [line.split(":", 1) for line in lines if line.strip()]
    known = fields.names(kind)
    table = {normal(h): field.strip() for field, titles in pairs for h in titles.split(",")}
    return {heading: field for heading, field in table.items() if not field or field in known}


@lru_cache(maxsize=4096)
def _flat(kind: str, title: str) -> Meaning:
    if title.strip() in fields.names(kind):  # as our own export writes it
        return Meaning(title.strip(), "exact")
    table, text = _by_heart(kind), normal(title)
    short = next((text.removeprefix(p) for p in records.PREFIXES if text.startswith(p)), text)
    found = next((word for word in (text, short) if word in table), None)
    return Meaning(table[found], "exact" if found == text else "likely") if found is not None else Meaning()

"""What a heading means: by heart, or by its words ("Telefono ufficio 2" is a work phone). Pure text in, text out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from importers import fields
from importers.known import general

if TYPE_CHECKING:
    from importers.mapping import Column

LONGEST = 200
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
MARKS = re.compile(r"[^\w]+|_")
DIGITS = re.compile(r"(?<=[a-z])(?=\d)")
PHRASES = {re.compile(rf"\b{k}\b"): v for k, v in general.PHRASES.items()}
NUMBERED = re.compile(r"^(email|phone|website|address|indirizzo|telefono) (\d+) (\w.*)$")
OWN_NUMBER = re.compile(r"^(.+_.+)_(\d+)$")
# Our own export: `email_1` with `email_1_kind` beside it, `address_2_zip` with `address_2_kind`.
OWN_VALUE = re.compile(r"^((email|phone|website)_\d+)$")
OWN_PART = re.compile(r"^(address_(\d+))_(street|city|state|zip|country)$")
OWN_KIND = re.compile(r"^(?:email|phone|website|address)_\d+_kind$")


@dataclass(frozen=True)
class Meaning:
    """The field ("" is none), how sure (exact, likely, none), and the group of an address."""

    field: str = ""
    sure: str = "none"
    group: str = ""


@lru_cache(maxsize=4096)
def normal(title: str) -> str:
    """Lower case, without accents and marks, known phrases as one word: `E-Mail (uff.)` is `email uff`."""
    spaced = CAMEL.sub(" ", title[:LONGEST])
    plain = "".join(c for c in unicodedata.normalize("NFKD", spaced.casefold()) if not unicodedata.combining(c))
    text = DIGITS.sub(" ", " ".join(MARKS.sub(" ", plain).split()))
    for phrase, word in PHRASES.items():
        text = phrase.sub(word, text)
    return " ".join(text.split())


def _table() -> dict[str, str]:
    lines = general.TABLE.strip().splitlines()
    pairs = (line.split(":", 1) for line in lines)
    return {normal(h): field.strip() for field, titles in pairs for h in titles.split(",")}


BY_HEART = _table()


@lru_cache(maxsize=4096)
def meaning(title: str) -> Meaning:
    """What the heading alone says. Names such as `some_name` are settled by `guessing`, which sees all headings."""
    own = _own(title.strip())
    if own:
        return own
    text = normal(title)
    if text in BY_HEART:
        return Meaning(BY_HEART[text], "exact")
    numbered = NUMBERED.match(text)
    found = _by_words(numbered[1] + " " + numbered[3] if numbered else text)
    if found.field.startswith("address") and numbered:
        return replace(found, group=numbered[2])
    return found


def _own(title: str) -> Meaning | None:
    """Our own field names, as our export writes them: `address_work_zip`, `address_work_zip_2`."""
    names = fields.names()
    if value := OWN_VALUE.match(title):
        return Meaning(value[2], "exact")
    if part := OWN_PART.match(title):
        return Meaning(f"address_{part[3]}", "exact", part[2])
    if OWN_KIND.match(title):
        return Meaning()
    if title in names and title not in ("name", "address"):
        return Meaning(title, "exact")
    number = OWN_NUMBER.match(title)
    if number and number[1] in names:
        return Meaning(number[1], "exact", number[2] if title.startswith("address") else "")
    return None


def _by_words(text: str) -> Meaning:
    words = {w for w in text.split() if not w.isdecimal()}
    if words & general.EMAIL:
        return _reach("email", words - general.EMAIL, general.KINDS)
    if words & set(general.SOCIAL):
        return _social(words)
    if words & general.PHONE or _in(words, general.PHONE_KINDS):
        return _reach("phone", words - general.PHONE, general.PHONE_KINDS | general.KINDS)
    if words & general.WEB and not _in(words, general.PARTS):
        rest = words - general.WEB - general.NOISE
        return Meaning("website", "likely") if not rest - set().union(*general.KINDS.values()) else Meaning()
    return _postal(words)


def _reach(medium: str, words: set[str], kinds: dict[str, set[str]]) -> Meaning:
    words = words - general.NOISE
    kind = _in(words, kinds)
    if words - set().union(*kinds.values()):
        return Meaning()
    return Meaning(f"{medium}_{kind}" if kind else medium, "likely")


def _social(words: set[str]) -> Meaning:
    """`LinkedIn (work)`; a heading that speaks of more than the profile is not understood."""
    rest = words - set(general.SOCIAL) - general.WEB - general.NOISE - set().union(*general.KINDS.values())
    found = words & set(general.SOCIAL)
    return Meaning(f"website_{general.SOCIAL[min(found)]}", "likely") if not rest and len(found) == 1 else Meaning()


def _postal(words: set[str]) -> Meaning:
    """A part of an address, or the whole of it; every word must be understood."""
    kinds = general.ADDRESS_KINDS | general.KINDS
    part, kind = _in(words, general.PARTS), _in(words, kinds)
    rest = words - general.ADDRESS - general.NOISE - set().union(*kinds.values(), *general.PARTS.values())
    if rest or not (part or words & general.ADDRESS):
        return Meaning()
    name = "_".join(filter(None, ("address", kind, part)))
    return Meaning(name, "likely", "office" if "office" in words and "address" in words else "")


def _in(words: set[str], classes: dict[str, set[str]]) -> str:
    return next((name for name, members in classes.items() if words & members), "")


def paired(columns: "Sequence[Column]") -> "list[Column]":
    """With the label columns found: Google's `E-mail 1 - Label` (or `Type`) says the kind of `E-mail 1 - Value`."""
    by_title = {normal(c.heading): c.position for c in columns if not c.field}
    own_kinds = {c.heading.strip(): c.position for c in columns if OWN_KIND.match(c.heading.strip())}
    result = []
    for column in columns:
        if own := OWN_VALUE.match(column.heading.strip()) or OWN_PART.match(column.heading.strip()):
            known = column.kind_from is None and column.field.split("_")[0] in fields.KINDS
            column = replace(column, kind_from=own_kinds.get(f"{own[1]}_kind")) if known else column
            result.append(column)
            continue
        numbered = NUMBERED.match(normal(column.heading))
        if numbered and column.kind_from is None and _takes_label(column.field, numbered[3]):
            base = f"{numbered[1]} {numbered[2]} "
            found = next(
                (by_title[base + w] for w in ("label", "type", "etichetta", "tipo") if base + w in by_title), None
            )
            group = numbered[2] if column.field.startswith("address") else ""
            column = replace(column, kind_from=found, group=column.group or group)
        result.append(column)
    return result


def _takes_label(field: str, rest: str) -> bool:
    medium = field.split("_")[0]
    return medium in fields.KINDS and (rest == "value" or medium == "address")

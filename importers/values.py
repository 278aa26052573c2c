"""Cells into values: what a good text, email, phone, link, tag or yes/no is in a file (SPEC, Import policy 4-7).

The rules are those of every other door (`app.contacts.rules`); here they are only made fast for the shapes that nearly
all cells have, and several values in one cell are told apart. Each raises ValueError with a sentence.
"""

import re
import unicodedata
from functools import lru_cache

from flask_babel import lazy_gettext as _l

from app.contacts import rules
from app.core.tables import parted, unguarded
from importers.headings import normal
from importers.known.general import COMPANY_WORDS, PERSON_WORDS

__all__ = ["emails", "flag", "kind", "phones", "tags", "text", "unguarded", "websites"]

SPACES = "".join(chr(c) for c in range(0x3001) if chr(c).isspace())
ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
BLANKS = SPACES + ZERO_WIDTH
TRIPLE = " ::: "
SEPARATED = re.compile(r"[;,\r\n]| ::: ")
LINES = re.compile(r"[\r\n]+| ::: ")
LINKS = re.compile(r"[\r\n]+| ::: |[;,]\s+")
TAGGED = re.compile(r"[;,|\r\n]| ::: ")
# The shapes for which the libraries' answer is known beforehand (tests/importers/test_values.py proves them equal).
PLAIN_EMAIL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,24}")
LONG_LABEL = re.compile(r"[a-z0-9-]{64}[a-z0-9.-]*$")
SPECIAL = (".arpa", ".invalid", ".local", ".localhost", ".onion")
ITALIAN = re.compile(r"(\+39[ .-]?)?((?:3|0[ ./-]?[1-9])(?:[ ./-]?\d){7,8})", re.ASCII)
LONGEST = 8_000
LONGEST_TAG = 80
PEOPLE = re.compile(r"[;\r\n]")
NOT_DIGITS = re.compile(r"[^0-9]+")
PUNCTUATION = str.maketrans("", "", " ./-")
HOSTS = {
    "linkedin.com": "linkedin",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "twitter.com": "x",
    "x.com": "x",
    "instagram.com": "instagram",
    "github.com": "github",
}
YES = {"yes", "y", "true", "t", "1", "x", "si", "sì", "s", "vero", "v", "on", "✓", "✔"}
NO = {"no", "n", "false", "f", "0", "falso", "off", "-"}
GOOGLE_SYSTEM = {"mycontacts", "starred"}


def text(cell: str) -> str:
    """As typed, without blanks, no-break spaces and zero-width marks at both ends, in NFC."""
    stripped = cell.strip(BLANKS)
    return stripped if stripped.isascii() else unicodedata.normalize("NFC", stripped)


def emails(cell: str) -> list[str]:
    """Every address of the cell, lower case, each once. Raises ValueError when one is not valid."""
    return list(dict.fromkeys(_email(part) for part in parts(cell, SEPARATED)))


def plain_email(cell: str) -> tuple[str, str] | None:
    """Address and what it is compared by, where the cell is a single one of the common shape."""
    plain = cell.lower()
    return (plain, plain) if cell.isascii() and _is_plain_email(plain) else None


def italian_phone(cell: str) -> tuple[str, str] | None:
    """Number and what it is compared by, where the cell is a single Italian one of the common shape."""
    found = ITALIAN.fullmatch(cell) if len(cell) <= 30 else None
    return (cell, "+39" + found[2].translate(PUNCTUATION)) if found else None


def _is_plain_email(plain: str) -> bool:
    if len(plain) > 254 or plain.find("@") > 64 or not PLAIN_EMAIL.fullmatch(plain):
        return False
    return not plain.endswith(SPECIAL) and (len(plain) < 64 or not LONG_LABEL.search(plain))


def _email(part: str) -> str:
    quick = plain_email(part)
    return quick[0] if quick else rules.email(part)


def parts(cell: str, separator: re.Pattern[str]) -> list[str]:
    """The filled parts of a cell that holds several values."""
    if len(cell) > LONGEST:
        raise ValueError(_l("This cell is too long to hold a list"))
    found = (text(part) for part in separator.split(cell))
    return [part for part in found if part]


def phones(cell: str, region: str = rules.DEFAULT_REGION) -> list[tuple[str, str]]:
    """Pairs of the number as typed and what it is compared by (E.164 where possible). Raises ValueError."""
    return [(part, phone_normal(part, region)) for part in _numbers(cell)]


def _numbers(cell: str) -> list[str]:
    """Several numbers only where each part is one: `055/123456` and `055 123;ext=4` stay whole."""
    if len(cell) > LONGEST:
        raise ValueError(_l("This cell is too long to hold a list"))
    whole = LINES.split(cell) if "\n" in cell or "\r" in cell or TRIPLE in cell else [cell]
    result: list[str] = []
    for part in whole:
        for mark, digits in ((";", 5), (",", 6), (" / ", 6), ("|", 6)):
            pieces = part.split(mark) if mark in part else ()
            if pieces and all(len(NOT_DIGITS.sub("", p)) >= digits for p in pieces if p.strip(BLANKS)):
                result += pieces
                break
        else:
            result.append(part)
    return [t for t in map(text, result) if t]


def phone_normal(part: str, region: str) -> str:
    """What a number is compared by. Raises ValueError."""
    quick = italian_phone(part) if region == "IT" or part.startswith("+39") else None
    return quick[1] if quick else rules.phone_digits(part, region)


def websites(cell: str, site: str = "website") -> list[tuple[str, str, str]]:
    """Triples of kind, address as typed and what it is compared by; a known host tells the kind. Raises ValueError."""
    found = []
    for part in parts(cell, LINKS):
        normal = rules.web_address(part)
        host = normal.split("/", 1)[0]
        known = next((k for h, k in HOSTS.items() if host == h or host.endswith(f".{h}")), site)
        found.append((known if site == "website" else site, part, normal))
    return found


@lru_cache(maxsize=4096)
def tags(cell: str) -> tuple[str, ...]:
    """The tags of a cell, each once. Google's `* myContacts` marks nothing; `* Friends` is the tag Friends."""
    found: dict[str, str] = {}
    if (quoted := parted(cell)) is not None:
        return tuple(_tag_names({name.lower(): name for name in map(text, quoted) if name}))
    for part in parts(cell, TAGGED):
        name = text(part[2:]) if part.startswith("* ") else part
        if name.lower() not in GOOGLE_SYSTEM:
            found.setdefault(name.lower(), name)
    return tuple(_tag_names(found))


def _tag_names(found: dict[str, str]) -> list[str]:
    if any(len(name) > LONGEST_TAG for name in found.values()):
        raise ValueError(_l("A tag has at most 80 characters."))
    return list(found.values())


def principals(cell: str) -> list[str]:
    """The names of users and groups in a cell (`maria; group:vendite`), each once. Raises ValueError."""
    found = parted(cell)
    return list(dict.fromkeys(map(text, found) if found is not None else parts(cell, PEOPLE)))


def flag(cell: str) -> bool:
    """Yes or no, in English and Italian. Raises ValueError."""
    word = cell[:20].lower()
    if word in YES or word in NO:
        return word in YES
    raise ValueError(_l("“%(text)s” is neither yes nor no", text=cell[:60]))


def kind(cell: str) -> str:
    """`person` or `company`; a yes/no column says whether it is a company. Raises ValueError."""
    word = normal(cell[:40])
    if word in PERSON_WORDS or word in NO:
        return "person"
    if word in COMPANY_WORDS or word in YES:
        return "company"
    raise ValueError(_l("“%(text)s” is neither a person nor a company", text=cell[:60]))

"""What a cell beside a value says about its kind: Google's `* Work`, `Home Fax`, `Cellulare`."""

import re
from functools import lru_cache

from importers.fields import KINDS
from importers.headings import normal
from importers.known import general

WORDS = general.PHONE_KINDS | general.ADDRESS_KINDS | general.KINDS
SITES = {"profile": "website", "blog": "website", "homepage": "website", "website": "website"}
FIRST = re.compile(r" ::: ")


@lru_cache(maxsize=4096)
def kind_of(medium: str, label: str) -> tuple[str, bool]:
    """The kind of an email, phone, website or address, and whether the label marks it as the main one."""
    if label in KINDS[medium]:  # as our own export writes it
        return label, False
    main = label.startswith("*")
    text = normal(FIRST.split(label.lstrip("* "), 1)[0])
    if not text:
        return KINDS[medium][0], main
    if medium == "website":
        sites = [general.SOCIAL.get(w, w) for w in text.split()]
        return next((w for w in sites if w in KINDS["website"] and w != "other"), "website"), main
    words = set(text.split())
    found = next((k for k, members in WORDS.items() if words & members and k in KINDS[medium]), None)
    return found or (KINDS[medium][0] if words & {"main", "principale", "internet"} else "other"), main

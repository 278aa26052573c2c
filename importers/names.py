"""Who a row is: a person with first and last name, or a company (SPEC, Import policy 1)."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l

from importers import values

# What follows a comma after a whole name without being a first name.
SUFFIX = re.compile(r"(?:jr|sr|junior|senior|ii|iii|iv|phd|ph\.d|md|m\.d|mba|esq|cpa|dds|rn|pe)\.?", re.IGNORECASE)
# A whole name that ends so is a company's.
LEGAL_FORM = re.compile(
    r"(?:s\.? ?r\.? ?l\.?s?\.?|s\.? ?p\.? ?a\.?|s\.? ?n\.? ?c\.?|s\.? ?a\.? ?s\.?|s\.? ?s\.|società cooperativa"
    r"|soc\. coop\.|gmbh|ltd\.?|llc|inc\.?|plc|corp\.?|s\.?a\.?r\.?l\.?|b\.v\.|onlus|& c\.|co\. kg)",
    re.IGNORECASE,
)
NO_LAST = _l("the last name is missing")
NO_FIRST = _l("the first name is missing")
NO_NAME = _l("there is no name")


class NameRefused(ValueError):
    """Why a row has no usable name; `field` tells which column is to blame."""

    def __init__(self, field: str, reason: Any) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def who(
    kind: str, first: str, last: str, full: str, name: str, company: str, single: bool, reversed_: bool = False
) -> tuple[str, str, str, str, str]:
    """kind, first_name, last_name, name, company of a row. All texts trimmed, "" where there is none.

    `single`: a name alone is a last name. Raises NameRefused.
    """
    if kind == "company":
        return _company(name or company or full, {name, company, full}, first or last)
    if not kind and not (first or last):
        if full and (full.casefold() == (company or name).casefold() or _is_company(full)):
            return _company(full, {name, company, full})
        if not full and (name or company):
            return _company(name or company, {name, company})
    if not (first or last):
        first, last = split(full, single, reversed_)
    if not (first and last):
        first, last = _both(first, last, single)
    if name and company and name != company:
        raise NameRefused("company", _l("two different companies"))
    return "person", first, last, "", company or name


def _company(text: str, said: set[str], person: str = "") -> tuple[str, str, str, str, str]:
    if not text:
        raise NameRefused("name", NO_NAME)
    if person:
        raise NameRefused("last_name", _l("a company has no first and last name"))
    if len({name.casefold() for name in said if name}) > 1:
        raise NameRefused("company", _l("a company can't belong to another company"))
    return "company", "", "", text, ""


def _is_company(full: str) -> bool:
    """`Rossi S.r.l.`: the legal form stands at the end, after something."""
    head, _, tail = full[-300:].rpartition(" ")
    if head and LEGAL_FORM.fullmatch(tail):
        return True
    words = full[-60:].split()
    return any(len(words) > n and LEGAL_FORM.fullmatch(" ".join(words[-n:])) for n in (2, 3, 4))


def split(full: str, single: bool = False, reversed_: bool = False) -> tuple[str, str]:
    """A whole name: the last word is the last name, unless a comma or the heading says that it comes first."""
    if not full:
        raise NameRefused("full_name", NO_NAME)
    before, comma, after = full.partition(",")
    before, after = values.text(before), values.text(after)
    if comma and before and after and "," not in after and not SUFFIX.fullmatch(after):
        return after, before
    words = full.split()
    if len(words) == 1:
        if single:
            return "", full
        raise NameRefused(
            "full_name", _l("“%(text)s” is one name alone: first and last name are needed", text=full[:60])
        )
    if reversed_:
        if len(words) > 2:
            raise NameRefused("full_name", _l("it is not clear which is the last name of “%(text)s”", text=full[:60]))
        return words[1], words[0]
    head, last = full[: full.rindex(words[-1])], words[-1]
    return values.text(head), last


def _both(first: str, last: str, single: bool) -> tuple[str, str]:
    if single and (first or last):
        return "", last or first
    raise NameRefused("last_name" if first else "first_name", NO_LAST if first else NO_FIRST)

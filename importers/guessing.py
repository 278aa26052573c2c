"""A mapping proposed from headings and a few cells, so that the known exports need no click (SPEC IMP-02, IMP-06).

Only what is understood is mapped. A column that could be wrong is left to the person, who sees it unmapped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from importers import fields, headings, vocabulary
from importers.fields import CustomField
from importers.headings import Meaning, normal
from importers.known import general
from importers.known.programs import PROGRAMS, Program
from importers.mapping import Column, Mapping

# A row says one of these once; a second column for it would contradict the first.
SINGLE = {"first_name", "last_name", "full_name", "company", "name", "title", "type", "temperature", "kind", "private",
          "owner", "co_owners", "shared_with"}  # fmt: skip
OWN_ONLY = {"owner", "private", "co_owners", "shared_with"}
ADDRESS_AT_START = re.compile(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")
PHONE_LIKE = re.compile(r"^\+?[\d\s()./-]{6,25}$")
URL_LIKE = re.compile(r"^(https?://|www\.)\S+$", re.IGNORECASE)
PREFIXES = ("person ", "organization ")


def program_of(titles: Sequence[str]) -> Program | None:
    """The program whose export this is, if its headings tell."""
    present = {normal(t) for t in titles}
    scored = [(len(present & p.marks), p) for p in PROGRAMS]
    best = max((s for s in scored if s[0] >= s[1].enough), key=lambda s: s[0] / s[1].enough, default=None)
    return best[1] if best else None


def guess(
    titles: Sequence[str],
    samples: Sequence[Sequence[str]] = (),
    custom: Iterable[CustomField] = (),
    has_headings: bool = True,
    kind: str = "contacts",
) -> Mapping:
    """A mapping for columns with these headings. `samples`: some cells of each column, in the columns' order."""
    custom = tuple(custom)
    if kind != "contacts":
        return _flat(titles, kind, custom)
    cells = [samples[i] if i < len(samples) else () for i in range(len(titles))]
    if not has_headings:
        return Mapping(tuple(_by_cells(i, t, c) for i, (t, c) in enumerate(zip(titles, cells, strict=True))), custom)
    program = program_of(titles)
    found = [_meaning(t, program, titles, custom) for t in titles]
    settled = _settled(found, titles, cells)
    columns = [
        Column(i, t, m.field, m.sure, group=m.group) for i, (t, m) in enumerate(zip(titles, settled, strict=True))
    ]
    return Mapping(tuple(headings.paired(_apart(_once(columns)))), custom)


def _flat(titles: Sequence[str], kind: str, custom: tuple[CustomField, ...]) -> Mapping:
    """A mapping for a file of a flat kind. Of several columns for a field of which a row says one thing, the one that
    is called as our own export calls it stays, else the first."""
    taken = dict[str, int]()
    own = {f.name: f.name for f in custom} | {normal(f.label): f.name for f in custom}
    found = [own.get(t.strip()) or own.get(normal(t)) or vocabulary.meaning_of(kind)(t) for t in titles]
    columns = [
        Column(i, t, m, "exact") if isinstance(m, str) else Column(i, t, m.field, m.sure)
        for i, (t, m) in enumerate(zip(titles, found, strict=True))
    ]
    for column in sorted(columns, key=lambda c: c.heading.strip() != c.field):
        taken.setdefault(column.field, column.position)
    kept = (c if c.field in fields.ADDING or taken[c.field] == c.position else Column(c.position, c.heading)
            for c in columns)  # fmt: skip
    return Mapping(tuple(kept), custom)


def _meaning(title: str, program: Program | None, titles: Sequence[str], custom: tuple[CustomField, ...]) -> Meaning:
    text = normal(title)
    for field in custom:
        if title.strip() == field.name or text == normal(field.label):
            return Meaning(field.name, "exact")
    if program and text in program.table:
        return Meaning(program.table[text].strip("-"), "exact")
    if program and program.name == "Pipedrive" and text.startswith(PREFIXES):
        return _pipedrive(title, titles)
    return headings.meaning(title)


def _pipedrive(title: str, titles: Sequence[str]) -> Meaning:
    """`Person - Email - Work`; of `Organization - …` only the name where persons are listed too."""
    owner, _, rest = normal(title).partition(" ")
    persons = any(normal(t) in ("person name", "person first name", "person last name") for t in titles)
    if owner == "organization":
        if persons and rest != "name":
            return Meaning()
        return Meaning("company", "exact") if rest == "name" else _organization(rest)
    if rest == "organization":
        return Meaning("company_spare", "exact")
    return headings.meaning(rest)


def _organization(rest: str) -> Meaning:
    """`Street/road name of Address`; what is not an address (deals, people, next activity) is left out."""
    found = headings.meaning(rest)
    return found if found.field.startswith(("address", "website", "email", "phone", "tags", "notes")) else Meaning()


def is_own(titles: Sequence[str]) -> bool:
    """Whether this is our own export, or a file that uses its names."""
    stripped = {title.strip() for title in titles}
    return "kind" in stripped and bool(stripped & {"first_name", "full_name", "name"})


def _settled(found: list[Meaning], titles: Sequence[str], cells: Sequence[Sequence[str]]) -> list[Meaning]:
    """With the words that depend on their neighbours decided: `Nome` beside `Cognome` is a first name."""
    fields = {m.field for m in found}
    own = is_own(titles)
    result = []
    for meaning, title, column in zip(found, titles, cells, strict=True):
        field = meaning.field
        if field == "some_name":
            field = _some_name(title, fields, own)
        elif field == "some_type":
            field = "kind" if _are_kinds(column) else "type"
        elif field in OWN_ONLY and not own:
            field = ""
        elif field == "reversed_name":
            meaning, field = replace(meaning, group="reversed"), "full_name"
        field = {"middle_name": "first_name", "display_name": "full_name", "company_spare": "company"}.get(field, field)
        result.append(replace(meaning, field=field, sure=meaning.sure if field else "none"))
    return result


def _some_name(title: str, fields: set[str], own: bool) -> str:
    if own and title.strip() == "name":
        return "name"
    if "last_name" in fields and "first_name" not in fields:
        return "first_name"
    return "full_name"


def _are_kinds(column: Sequence[str]) -> bool:
    words = {normal(c) for c in column if c.strip()}
    return bool(words) and words <= general.PERSON_WORDS | general.COMPANY_WORDS


def _once(columns: list[Column]) -> list[Column]:
    """Of several columns for a single-valued field the best known stays; middle names stay beside first names."""
    result, taken = list(columns), dict[str, int]()
    for rank in (_is_main, lambda c: not _is_main(c)):
        for i, column in enumerate(columns):
            if column.field not in SINGLE or not rank(column) or _is_middle(column):
                continue
            if column.field in taken:
                result[i] = replace(column, field="", sure="none", group="")
            taken.setdefault(column.field, i)
    return result


def _apart(columns: list[Column]) -> list[Column]:
    """`City` a second time is the city of a second address; `Street 2` is the second line of one."""
    result, seen = list(columns), Counter[tuple[str, str]]()
    repeated = {c.field.rpartition("_")[0] for c in columns if c.field.endswith(("_city", "_zip"))
                and sum(o.field == c.field and o.group == c.group for o in columns) > 1}  # fmt: skip
    for i, column in enumerate(columns):
        kind = column.field if column.field in repeated else column.field.rpartition("_")[0]
        if column.field.startswith("address") and kind in repeated and not column.group:
            seen[column.field, ""] += 1
            number = seen[column.field, ""]
            result[i] = replace(column, group=str(number) if number > 1 else "")
    return result


def _is_main(column: Column) -> bool:
    return headings.meaning(column.heading).field not in ("display_name", "company_spare")


def _is_middle(column: Column) -> bool:
    return headings.meaning(column.heading).field == "middle_name"


def _by_cells(position: int, title: str, cells: Sequence[str]) -> Column:
    """A column without heading: emails, phones and addresses of sites are told by their look, names are not."""
    filled = [c.strip() for c in cells if c.strip()]
    looks = {"email": ADDRESS_AT_START, "website": URL_LIKE, "phone": PHONE_LIKE}
    for field, look in looks.items():
        if filled and all(len(c) < 300 and look.match(c) for c in filled):
            if field == "phone" and not _phones(filled):
                continue
            return Column(position, title, field, "content")
    return Column(position, title)


def _phones(cells: list[str]) -> bool:
    """Postal codes, years and amounts are digits too: a phone has eight, or a plus."""
    return all(c.startswith("+") or sum(d.isdecimal() for d in c) >= 8 for c in cells)

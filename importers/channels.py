"""Emails, phones, links and postal addresses of each row, from any number of columns."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

from flask_babel import lazy_gettext as _l

from app.contacts import rules
from importers import labels, values
from importers.fields import KINDS, PARTS
from importers.headings import OWN_VALUE
from importers.mapping import Column, Mapping
from importers.options import Options
from importers.values import TRIPLE

MOST = 50
PART_LIMITS = {"street": 1000, "city": 255, "state": 255, "zip": 40, "country": 255}
MEDIA = {"email": "email", "phone": "phone", "website": "web"}
Cells = Callable[[int], list[str]]
Quick = Callable[[str], tuple[str, str] | None]
Read = Callable[[str], list[tuple[str, str, str]]]
Refuse = Callable[[int, str, Any], None]


def channels(rows: int, mapping: Mapping, cells: Cells, options: Options, refuse: Refuse) -> list[list[dict[str, Any]]]:
    """For each row its channels, emails first, each value once, the first of each medium primary (or the marked one).

    `cells(position)` gives a column's trimmed cells; `refuse(row, heading, reason)` is called for bad values.
    """
    result: list[list[dict[str, Any]]] = [[] for _ in range(rows)]
    for medium, stored in MEDIA.items():
        columns = [c for c in mapping.columns if c.field.split("_")[0] == medium]
        alone = len(columns) == 1
        unlike = [_add(result, stored, c, alone, cells, *_readers(medium, c, options), refuse) for c in columns]
        if columns and (not alone or any(unlike)):
            _finish(result, stored, refuse, columns[0].heading)
    return result


def _readers(medium: str, column: Column, options: Options) -> tuple[Quick | None, Read]:
    """How a cell is read: by the shape that nearly all have (value and what it is compared by, or None), and in full:
    triples of kind ("" for the column's), value and what it is compared by."""
    own, region = column.field.partition("_")[2], options.default_region
    if OWN_VALUE.match(column.heading) and medium != "email":  # our own export: one value a cell, its kind beside it
        normal = partial(values.phone_normal, region=region) if medium == "phone" else rules.web_address
        return None, lambda cell: [("", cell, normal(cell))]
    if medium == "email":
        return values.plain_email, lambda cell: [("", e, e) for e in values.emails(cell)]
    if medium == "phone":
        quick = values.italian_phone if region == "IT" else None
        return quick, lambda cell: [("", value, normal) for value, normal in values.phones(cell, region)]
    return None, lambda cell: values.websites(cell, own or "website")


def _add(
    result: list[list[dict[str, Any]]],
    stored: str,
    column: Column,
    alone: bool,
    cells: Cells,
    quick: Quick | None,
    read: Read,
    refuse: Refuse,
) -> bool:
    """Append a column's channels, primary where it is `alone`; tells whether a cell was not of the quick shape."""
    medium, _, own = column.field.partition("_")
    kind, unlike = own or KINDS[medium][0], False
    label = cells(column.kind_from) if column.kind_from is not None and not own else None
    for i, cell in enumerate(cells(column.position)):
        if not cell:
            continue
        if quick and not label and (found := quick(cell)):
            value, normal = found
            result[i].append({"medium": stored, "kind": kind, "value": value, "normal": normal, "primary": alone})
            continue
        unlike = True
        try:
            several = read(cell)
        except ValueError as error:
            refuse(i, column.heading, error.args[0])
            continue
        said, main = labels.kind_of(medium, label[i]) if label else (kind, False)
        for told, value, normal in several:
            result[i].append({"medium": stored, "kind": _kind(said, told, medium), "value": value, "normal": normal,
                              "primary": main})  # fmt: skip
    return unlike


def _kind(kind: str, told: str, medium: str) -> str:
    return told if medium == "website" and kind == "website" and told else kind


def _finish(rows: list[list[dict[str, Any]]], stored: str, refuse: Refuse, heading: str) -> None:
    """Each value once, exactly one of the medium primary: the one that its label marks, else the first."""
    for i, found in enumerate(rows):
        if not found or found[-1]["medium"] != stored:
            continue
        if len(found) == 1 or found[-2]["medium"] != stored:
            found[-1]["primary"] = True
            continue
        before = [c for c in found if c["medium"] != stored]
        kept = list({c["normal"]: c for c in reversed(found) if c["medium"] == stored}.values())[::-1]
        chosen = next((c for c in kept if c["primary"]), kept[0])
        for channel in kept:
            channel["primary"] = channel is chosen
        rows[i] = before + kept
        if len(kept) > MOST:
            refuse(i, heading, _l("more than %(limit)s in one contact", limit=MOST))


def addresses(rows: int, mapping: Mapping, cells: Cells, refuse: Refuse) -> list[list[dict[str, Any]]]:
    """For each row its postal addresses, the first primary. Columns of one kind and group are parts of one address."""
    result: list[list[dict[str, Any]]] = [[] for _ in range(rows)]
    groups: dict[tuple[str, str], list[Column]] = {}
    for column in mapping.columns:
        if column.field.split("_")[0] == "address":
            groups.setdefault((_postal_kind(column.field), column.group), []).append(column)
    for (kind, _), columns in groups.items():
        label = next((cells(c.kind_from) for c in columns if c.kind_from is not None), None) if not kind else None
        by_part = _parts(rows, columns, cells, refuse)
        several = any(TRIPLE in "".join(part) for part in by_part)
        for i, parts in enumerate(zip(*by_part, strict=True)):
            if any(parts):
                told, main = labels.kind_of("address", label[i]) if label else (kind or "work", len(groups) == 1)
                result[i] += _several(parts, told, main) if several else [_one(parts, told, main)]
    for found in result:
        if len(found) > 1 or (found and not found[0]["primary"]):
            chosen = next((a for a in found if a["primary"]), found[0])
            for address in found:
                address["primary"] = address is chosen
    return result


def _postal_kind(field: str) -> str:
    return next((k for k in KINDS["address"] if field.startswith(f"address_{k}")), "")


def _part(field: str) -> str:
    last = field.rsplit("_", 1)[-1]
    return last if last in PARTS else "whole"


def _parts(rows: int, columns: Sequence[Column], cells: Cells, refuse: Refuse) -> list[list[str]]:
    """The cells of each part, in the order of PARTS. A whole address is the street where the file has no column for
    it, or where no other part is filled (Google writes both)."""
    found = {p: [cells(c.position) for c in columns if _part(c.field) == p] for p in (*PARTS, "whole")}
    joined = {p: _joined(rows, several) for p, several in found.items()}
    for part in PARTS:
        if len(found[part]) > 1 and part != "street":
            heading = next(c.heading for c in columns if _part(c.field) == part)
            for i, row in enumerate(zip(*found[part], strict=True)):
                joined[part][i] = next(filter(None, row), "")
                if len({c for c in row if c}) > 1:
                    refuse(i, heading, _l("two columns say different things"))
    if found["whole"]:
        others = zip(*(joined[p] for p in PARTS), strict=True)
        alone = not found["street"]
        joined["street"] = [
            whole if whole and (alone or not any(parts)) else parts[0]
            for whole, parts in zip(joined["whole"], others, strict=True)
        ]
    for part, limit in PART_LIMITS.items():
        if max(map(len, joined[part]), default=0) > limit:
            heading = next((c.heading for c in columns if _part(c.field) in (part, "whole")), "")
            for i, text in enumerate(joined[part]):
                if len(text) > limit:
                    refuse(i, heading, _l("longer than %(limit)s characters", limit=limit))
    return [joined[part] for part in PARTS]


def _joined(rows: int, columns: Sequence[list[str]]) -> list[str]:
    """`Street 2` goes after `Street`."""
    if len(columns) < 2:
        return columns[0] if columns else [""] * rows
    return [", ".join(filter(None, row)) for row in zip(*columns, strict=True)]


def _several(parts: tuple[str, ...], kind: str, main: bool) -> list[dict[str, Any]]:
    """One address; more where Google put several into one cell of each part, with ` ::: ` between."""
    if not any(TRIPLE in p for p in parts):
        return [_one(parts, kind, main)]
    split = [[values.text(v) for v in p.split(TRIPLE)] for p in parts]
    return [_one(found, kind, main) for found in zip_longest(*split, fillvalue="") if any(found)]


def _one(parts: Sequence[str], kind: str, main: bool) -> dict[str, Any]:
    street, city, state, zip_, country = parts
    return {"kind": kind, "street": street or None, "city": city or None, "state": state or None, "zip": zip_ or None,
            "country": country or None, "primary": main}  # fmt: skip

"""Emails, phones, links and postal addresses of each row, from any number of columns."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from flask_babel import lazy_gettext as _l

from importers import labels, values
from importers.fields import KINDS, PARTS
from importers.mapping import Column, Mapping
from importers.options import Options
from importers.values import TRIPLE

MOST = 50
PART_LIMITS = {"street": 1000, "city": 255, "state": 255, "zip": 40, "country": 255}
MEDIA = {"email": "email", "phone": "phone", "website": "web"}
Cells = Callable[[int], list[str]]
Refuse = Callable[[int, str, Any], None]


def channels(rows: int, mapping: Mapping, cells: Cells, options: Options, refuse: Refuse) -> list[list[dict[str, Any]]]:
    """For each row its channels, emails first, each value once, the first of each medium primary (or the marked one).

    `cells(position)` gives a column's trimmed cells; `refuse(row, heading, reason)` is called for bad values.
    """
    result: list[list[dict[str, Any]]] = [[] for _ in range(rows)]
    for medium, stored in MEDIA.items():
        columns = [c for c in mapping.columns if c.field.split("_")[0] == medium]
        for column in columns:
            _add(result, stored, column, cells, _reader(medium, column, options), refuse)
        if columns:
            _finish(result, stored, len(columns) > 1, refuse, columns[0].heading)
    return result


def _reader(medium: str, column: Column, options: Options) -> Callable[[str], list[tuple[str, str, str]]]:
    """Cell to triples of kind ("" for the column's), value and what it is compared by."""
    own = column.field.partition("_")[2]
    if medium == "email":
        return lambda cell: [("", e, e) for e in values.emails(cell)]
    if medium == "phone":
        return lambda cell: [("", value, normal) for value, normal in values.phones(cell, options.default_region)]
    return lambda cell: values.websites(cell, own or "website")


def _add(
    result: list[list[dict[str, Any]]],
    stored: str,
    column: Column,
    cells: Cells,
    read: Callable[[str], list[tuple[str, str, str]]],
    refuse: Refuse,
) -> None:
    medium, _, own = column.field.partition("_")
    own = own or KINDS[medium][0]
    label = cells(column.kind_from) if column.kind_from is not None else None
    for i, cell in enumerate(cells(column.position)):
        if not cell:
            continue
        kind, main = labels.kind_of(medium, label[i]) if label and "_" not in column.field else (own, False)
        try:
            found = read(cell)
        except ValueError as error:
            refuse(i, column.heading, error.args[0])
            continue
        for told, value, normal in found:
            result[i].append({"medium": stored, "kind": _kind(kind, told, medium), "value": value, "normal": normal,
                              "primary": main})  # fmt: skip


def _kind(kind: str, told: str, medium: str) -> str:
    return told if medium == "website" and kind == "website" and told else kind


def _finish(rows: list[list[dict[str, Any]]], stored: str, several: bool, refuse: Refuse, heading: str) -> None:
    """Each value once, exactly one of the medium primary."""
    for i, found in enumerate(rows):
        if not found or found[-1]["medium"] != stored:
            continue
        if len(found) == 1 or found[-2]["medium"] != stored:
            found[-1]["primary"] = True
            continue
        before = [c for c in found if c["medium"] != stored]
        mine = {c["normal"]: c for c in reversed(found) if c["medium"] == stored}
        kept = list(reversed(mine.values()))
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
        for i, label, parts in _filled(rows, columns, cells):
            told, main = labels.kind_of("address", label) if label and kind == "" else (kind or "work", False)
            for one in _several(parts):
                _check(one, i, columns, refuse)
                result[i].append({"kind": told, **one, "primary": main})
    for found in result:
        if found:
            chosen = next((a for a in found if a["primary"]), found[0])
            for address in found:
                address["primary"] = address is chosen
    return result


def _postal_kind(field: str) -> str:
    return next((k for k in KINDS["address"] if field.startswith(f"address_{k}")), "")


def _part(field: str) -> str:
    last = field.rsplit("_", 1)[-1]
    return last if last in PARTS else "whole"


def _filled(rows: int, columns: Sequence[Column], cells: Cells) -> Any:
    """Rows that have something in these columns: row, label, texts by part. A whole address is the street, where the
    file has no column for it or no other part is filled (Google writes both)."""
    by_part: dict[str, list[list[str]]] = {}
    for column in columns:
        by_part.setdefault(_part(column.field), []).append(cells(column.position))
    label = next((cells(c.kind_from) for c in columns if c.kind_from is not None), None)
    for i in range(rows):
        parts = {p: ", ".join(c[i] for c in found if c[i]) for p, found in by_part.items()}
        if not any(parts.values()):
            continue
        whole = parts.pop("whole", "")
        if whole and ("street" not in by_part or not any(parts.values())):
            parts["street"] = whole
        yield i, label[i] if label else "", parts


def _several(parts: dict[str, str]) -> list[dict[str, str | None]]:
    """Google puts several addresses into one cell of each part, with ` ::: ` between."""
    split = {p: parts.get(p, "").split(TRIPLE) for p in PARTS}
    return [{p: values.text(v) or None for p, v in zip(PARTS, found, strict=True)}
            for found in zip_longest(*split.values(), fillvalue="")]  # fmt: skip


def _check(one: dict[str, str | None], row: int, columns: Sequence[Column], refuse: Refuse) -> None:
    for part, limit in PART_LIMITS.items():
        if len(one[part] or "") > limit:
            heading = next((c.heading for c in columns if _part(c.field) in (part, "whole")), "")
            refuse(row, heading, _l("longer than %(limit)s characters", limit=limit))

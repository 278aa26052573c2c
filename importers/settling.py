"""What whole columns decide before any row is read: the order of day and month, the decimal mark (policy 6)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from importers import amounts, dates, reading, values
from importers.dialect import Dialect
from importers.errors import AmbiguousAmounts, AmbiguousDates
from importers.mapping import Column, Mapping
from importers.options import Options


def settle(path: Path | str, dialect: Dialect, mapping: Mapping, options: Options) -> Options:
    """The options with the order of each date column and the decimal mark of each amount column decided by the cells.

    Reads the file only when such columns are mapped. Raises Refused (no column for a name), AmbiguousDates,
    AmbiguousAmounts: then the person must choose `day_first` or `decimal`.
    """
    mapping.require_name()
    return settled(path, dialect, mapping, options, {})


def settled(path: Path | str, dialect: Dialect, mapping: Mapping, options: Options, own: dict[str, str]) -> Options:
    """As `settle`, where these fields of the kind are days or amounts too (name to "date" or "money")."""
    kinds = {c.name: c.kind for c in mapping.custom} | own
    evidence: dict[int, tuple[Column, Any]] = {}
    for column in mapping.columns:
        if column.heading.strip() == column.field and column.field not in own:
            continue  # our own export: ISO days and a decimal dot
        if kinds.get(column.field) == "date":
            evidence[column.position] = column, dates.Evidence()
        elif kinds.get(column.field) in ("number", "money"):
            evidence[column.position] = column, amounts.Evidence()
    for frame in reading.frames(path, dialect) if evidence else ():
        for position, (_, found) in evidence.items():
            found.add([values.text(c) for c in frame[position].tolist()])
    return replace(options, settled={str(p): _decided(column, found, options)
                                     for p, (column, found) in evidence.items()})  # fmt: skip


def _decided(column: Column, evidence: Any, options: Options) -> Any:
    is_date = isinstance(evidence, dates.Evidence)
    chosen = options.day_first if is_date else options.decimal
    verdict = evidence.verdict() if chosen is None else chosen
    if verdict is not None:
        return verdict
    if is_date:
        text = _l(
            "The dates of “%(name)s” can be read in two ways: is the day or the month first?", name=column.heading
        )
        raise AmbiguousDates(text, [column.heading])
    text = _l("The amounts of “%(name)s” can be read in two ways: is the decimal mark a comma or a dot?",
              name=column.heading)  # fmt: skip
    raise AmbiguousAmounts(text, [column.heading])

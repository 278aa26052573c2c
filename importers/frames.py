"""A frame of text on its way to clean rows: what the kinds of record have in common (SPEC, Import policy 1-7). Pure.

Works column by column on plain lists: a cell is looked at once, and only by the rule of its field.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from flask_babel import lazy_gettext as _l

from app.settings.models import BOTH
from app.settings.values import FieldKind
from app.settings.values import clean as clean_custom
from importers import amounts, dates, reading, values
from importers.fields import CustomField
from importers.mapping import Column, Mapping
from importers.options import Options

TEXTS = (FieldKind.TEXT, FieldKind.LONG_TEXT)


@dataclass(frozen=True)
class Cleaned:
    """What became of one frame; every row of it is in exactly one of the two.

    `good`, one row a record, in the file's order: line int; raw list[str] (the cells as they were read), and what its
    kind says.
    `problems`, one row a refused row: line int; column str (heading of the first bad cell, or ""); reason (str() it in
      the person's language); raw list[str].
    """

    good: pd.DataFrame
    problems: pd.DataFrame


class Reasons(list[tuple[str, Any]]):
    """Why a row is refused: pairs of heading and reason, all of them in its text."""

    def __str__(self) -> str:
        said = [f"{heading}: {reason}" if heading and len(self) > 1 else f"{reason}" for heading, reason in self]
        return "; ".join(dict.fromkeys(said))


class Frame:
    """One frame on its way. `reasons` by row; `_cells` keeps each trimmed column."""

    def __init__(self, frame: pd.DataFrame, mapping: Mapping, options: Options) -> None:
        self.frame, self.mapping, self.options, self.rows = frame, mapping, options, len(frame)
        self.reasons: dict[int, Reasons] = {}
        self._cells: dict[int, list[str]] = {}
        for i, problem in enumerate(frame[reading.PROBLEM].tolist()):
            if problem:
                self.refuse(i, "", problem)
        self._refuse_repeated_headings()

    def refuse(self, row: int, heading: str, reason: Any) -> None:
        """One more reason against a row."""
        self.reasons.setdefault(row, Reasons()).append((heading, reason))

    def cells(self, position: int) -> list[str]:
        """A column's cells, trimmed."""
        if position not in self._cells:
            raw = self.frame[position].tolist()
            plain = "".join(raw).isascii()
            self._cells[position] = [c.strip() for c in raw] if plain else [values.text(c) for c in raw]
        return self._cells[position]

    def _refuse_repeated_headings(self) -> None:
        """Files glued together have their headings again in the middle."""
        headings = [c.heading for c in self.mapping.columns]
        if not headings or not headings[0]:
            return
        for i, cell in enumerate(self.cells(0)):
            if cell == headings[0] and [values.text(c) for c in self.frame.iloc[i, : len(headings)]] == headings:
                self.refuse(i, "", _l("it repeats the headings"))

    def apart(self, columns: dict[str, list[Any]]) -> Cleaned:
        """The end of the way: good rows, with their line and cells, apart from refused ones."""
        columns = {"line": self.frame[reading.LINE].tolist(), **columns, "raw": self._raw()}
        bad = sorted(self.reasons)
        if bad:
            refused = {
                "line": [columns["line"][i] for i in bad],
                "column": [self.reasons[i][0][0] for i in bad],
                "reason": [self.reasons[i] for i in bad],
                "raw": [columns["raw"][i] for i in bad],
            }
            kept = [i for i in range(self.rows) if i not in self.reasons]
            columns = {name: [found[i] for i in kept] for name, found in columns.items()}
        else:
            refused = {"line": [], "column": [], "reason": [], "raw": []}
        return Cleaned(_frame(columns), _frame(refused))

    def _raw(self) -> list[list[str]]:
        """The cells as read, those beyond the headings too."""
        width = len(self.frame.columns) - 3
        rows = self.frame.iloc[:, :width].to_numpy(dtype=object).tolist()
        for i, extra in enumerate(self.frame[reading.EXTRA].tolist()):
            if extra:
                rows[i] = rows[i] + list(extra)
        return rows

    def joined(self, field: str, mark: str) -> list[str]:
        """The filled cells of all columns of a field, joined."""
        columns = [self.cells(c.position) for c in self.mapping.of(field)]
        if len(columns) < 2:
            return columns[0] if columns else [""] * self.rows
        return [mark.join(filter(None, row)) for row in zip(*columns, strict=True)]

    def first_filled(self, field: str) -> list[str]:
        """The first filled cell of all columns of a field."""
        columns = [self.cells(c.position) for c in self.mapping.of(field)]
        return [next(filter(None, row), "") for row in zip(*columns, strict=True)] if columns else [""] * self.rows

    def single(self, field: str) -> list[str]:
        """A field of which a row says one thing: two columns that differ refuse it."""
        columns = self.mapping.of(field)
        if len(columns) < 2:
            return self.joined(field, "")
        result = self.first_filled(field)
        for column in columns:
            for i, cell in enumerate(self.cells(column.position)):
                if cell and cell != result[i]:
                    self.refuse(i, column.heading, _l("two columns say different things"))
        return result

    def read(self, field: str, rule: Callable[[str], Any]) -> list[Any]:
        """A single-valued field by its rule, None where the cell is empty."""
        result: list[Any] = []
        heading = next((c.heading for c in self.mapping.of(field)), "")
        for i, cell in enumerate(self.single(field)):
            try:
                result.append(rule(cell) if cell else None)
            except ValueError as error:
                self.refuse(i, heading, error.args[0])
                result.append(None)
        return result

    def flags(self, field: str) -> list[bool | None]:
        """Yes or no, None where the cell is empty."""
        return self.read(field, values.flag) if self.mapping.of(field) else [None] * self.rows

    def people(self) -> list[dict[str, list[str]] | None]:
        """Further responsible persons and those it is shared with, by name; None where the row names nobody."""
        result: list[dict[str, list[str]] | None] = [None] * self.rows
        for field in ("co_owners", "shared_with"):
            named = self.read(field, values.principals) if self.mapping.of(field) else []
            for i, names_ in enumerate(named):
                if names_:
                    result[i] = {**(result[i] or {}), field: names_}
        return result

    def tags(self) -> list[list[str]]:
        """The tags of the row and those for all rows, each once."""
        columns = self.mapping.of("tags")
        result = [list[str]() for _ in range(self.rows)]
        for column in columns:
            for i, cell in enumerate(self.cells(column.position)):
                try:
                    result[i] += values.tags(cell) if cell else ()
                except ValueError as error:
                    self.refuse(i, column.heading, error.args[0])
        return [_once([*own, *self.options.tags]) for own in result]

    def notes(self) -> list[list[str]]:
        """The notes of the row."""
        columns = [self.cells(c.position) for c in self.mapping.of("notes")]
        if not columns:
            return [[] for _ in range(self.rows)]
        return [[c for c in row if c] for row in zip(*columns, strict=True)]

    def custom(self, kinds: list[str]) -> list[dict[str, Any]]:
        """Values in the normal form that the check of every other door gives them (SET-08)."""
        result: list[dict[str, Any]] = [{} for _ in range(self.rows)]
        for field in self.mapping.custom:
            for column in self.mapping.of(field.name):
                read = self._custom_reader(field, column)
                for i, cell in enumerate(self.cells(column.position)):
                    try:
                        value = read(cell, kinds[i], result[i].get(field.key)) if cell else None
                    except ValueError as error:
                        self.refuse(i, column.heading, error.args[0])
                        continue
                    if value is not None:
                        result[i][field.key] = value
        return result

    def _custom_reader(self, field: CustomField, column: Column) -> Callable[[str, str, Any], Any]:
        """From a cell, the kind of its contact ("" of other records) and what another column said, to plain JSON.
        Raises ValueError."""
        understand = self._custom_rule(field.kind, column)

        def read(cell: str, kind: str, before: Any) -> Any:
            if kind and field.applies_to not in (BOTH, kind):
                raise ValueError(_l("“%(name)s” is not a field of this kind of contact.", name=field.label))
            value = clean_custom(field.kind, understand(cell), field.options)
            if before in (None, value):
                return value
            if field.kind not in TEXTS:
                raise ValueError(_l("two columns say different things"))
            return clean_custom(FieldKind.LONG_TEXT, f"{before}\n{value}")

        return read

    def _custom_rule(self, kind: str, column: Column) -> Callable[[str], Any]:
        """What a cell says: a day, an exact number, yes or no; texts and choices as they stand."""
        if kind == FieldKind.DATE:
            return self.days(column)
        if kind in (FieldKind.NUMBER, FieldKind.MONEY):
            return partial(amounts.parse if kind == FieldKind.NUMBER else _money, decimal=self.decimal(column))
        return values.flag if kind == FieldKind.CHECKBOX else str

    def days(self, column: Column) -> Callable[[str], Any]:
        """Reads the days of a column in the order that it settled. What it gives raises ValueError."""
        settled = self.options.settled.get(str(column.position))
        first = settled if settled is not None else self.options.day_first
        return partial(dates.parse, day_first=first is not False)

    def decimal(self, column: Column) -> str:
        """The decimal mark that the column settled."""
        return self.options.settled.get(str(column.position)) or self.options.decimal or "."

    def limit(self, name: str, found: Iterable[str], limit: int) -> None:
        """Refuse rows whose text is longer than `limit`; nothing is cut to fit."""
        heading = next((c.heading for c in self.mapping.of(name)), "")
        if max(map(len, found), default=0) > limit:
            for i, text in enumerate(found):
                if len(text) > limit:
                    self.refuse(i, heading, _l("longer than %(limit)s characters", limit=limit))


def _once(tags: list[str]) -> list[str]:
    return tags if len(tags) < 2 else list({t.lower(): t for t in reversed(tags)}.values())[::-1]


def _money(cell: str, decimal: str) -> dict[str, Any]:
    amount, currency = amounts.money(cell, decimal)
    return {"amount": amount, "currency": currency}


def _frame(columns: dict[str, list[Any]]) -> pd.DataFrame:
    found = {name: pd.Series(values_, dtype="int64" if name == "line" else object) for name, values_ in columns.items()}
    return pd.DataFrame(found)

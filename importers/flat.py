"""Rows of text become opportunities, tasks or cases ready to be merged, or refused rows with a reason. Pure.

These kinds have one column a field, so one table says for all of them how a field's cells are read. What a cell names
(a contact, a stage, a user) is looked up by the merge, and judged by the check of the record's room.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from flask_babel import lazy_gettext as _l

from importers import amounts, fields, settling, values, words
from importers.dialect import Dialect
from importers.frames import Cleaned, Frame
from importers.mapping import Mapping
from importers.memory import without_collector
from importers.options import Options

TITLE = 255  # characters
LONGEST = 600  # characters of what is looked up
DAYS = ("expected_close", "closed_on", "close_date", "due_on")
SETTLED = dict.fromkeys(DAYS, "date") | {"amount": "money"}
NAMED = ("participants", "co_owners", "shared_with")
READERS: dict[str, Callable[[str], Any]] = {
    "budget_type": words.budget,
    "closed": words.done,
    "due_time": words.time,
    "periods": words.whole,
    "private": values.flag,
    "probability": words.whole,
    "reminder": words.reminder,
}
APART = ("description", "notes", "tags", "amount", "currency", "due_time")


class Flat:
    """The importer of one flat kind of record, in the shape of the module of contacts."""

    def __init__(self, kind: str) -> None:
        self.kind, self.fields = kind, [field.name for field in fields.FIELDS[kind]]

    def clean(self, frame: pd.DataFrame, mapping: Mapping, options: Options) -> Cleaned:
        """Records out of one frame of `reading.frames`; `options` as `settle` returned them.

        `good` has a column for each field of the kind, with None for an empty cell: texts as they stand, days and times
        of day, `amount` Decimal, `currency` code, `reminder` minutes (`words.NEVER`), flags bool, lists of names, notes
        and tags; and `custom`, a dict of plain JSON values.
        """
        with without_collector():
            return _Frame(frame, mapping, options).cleaned(self.fields)

    def settle(self, path: Path | str, dialect: Dialect, mapping: Mapping, options: Options) -> Options:
        """As `settling.settle`, for the days and amounts of this kind."""
        mapping.require_name(self.kind)
        return settling.settled(path, dialect, mapping, options, SETTLED)


class _Frame(Frame):
    """One frame of a flat kind on its way."""

    def cleaned(self, names: list[str]) -> Cleaned:
        """The end of the way."""
        columns = {name: self._column(name) for name in names if name not in APART}
        columns |= {"description": [text or None for text in self.joined("description", "\n")]}
        columns |= {"notes": self.notes(), "tags": self.tags(), "custom": self.custom([""] * self.rows)}
        if "amount" in names:
            columns |= self._money()
        if "due_time" in names:
            columns["due_time"] = self._times()
        heading = next((c.heading for c in self.mapping.of("title")), "")
        for i, title in enumerate(columns["title"]):
            if not title:
                self.refuse(i, heading, _l("This field is required."))
        self.limit("title", [text or "" for text in columns["title"]], TITLE)
        return self.apart(columns)

    def _column(self, name: str) -> list[Any]:
        column = next(iter(self.mapping.of(name)), None)
        if column is None:
            return [None] * self.rows
        if name == "participants":
            return self._several(name)
        if name in DAYS:
            return self.read(name, self.days(column))
        if name in NAMED:
            return self.read(name, values.principals)
        if name in READERS:
            return self.read(name, READERS[name])
        found = self.single(name)
        self.limit(name, found, LONGEST)
        return [text or None for text in found]

    def _several(self, name: str) -> list[list[str] | None]:
        """Names of all columns of a field."""
        result: list[list[str] | None] = [None] * self.rows
        for column in self.mapping.of(name):
            for i, cell in enumerate(self.cells(column.position)):
                if cell:
                    result[i] = [*(result[i] or []), *values.principals(cell)]
        return result

    def _times(self) -> list[Any]:
        """From their own column, else from behind the day."""
        found = self._column_of_times()
        for column in self.mapping.of("due_on")[:1]:
            for i, cell in enumerate(self.cells(column.position)):
                try:
                    found[i] = found[i] or (words.time_beside(cell) if cell else None)
                except ValueError as error:
                    self.refuse(i, column.heading, error.args[0])
        return found

    def _column_of_times(self) -> list[Any]:
        return self.read("due_time", words.time) if self.mapping.of("due_time") else [None] * self.rows

    def _money(self) -> dict[str, list[Any]]:
        """Amounts, with the currency of their own cell or of its column."""
        amounts_: list[Any] = [None] * self.rows
        codes: list[Any] = [_code(cell) for cell in self.single("currency")]
        for column in self.mapping.of("amount")[:1]:
            decimal = self.decimal(column)
            for i, cell in enumerate(self.single("amount")):
                try:
                    amounts_[i], code = amounts.money(cell, decimal)
                except ValueError as error:
                    self.refuse(i, column.heading, error.args[0])
                    continue
                if code and codes[i] and code != codes[i]:
                    self.refuse(i, column.heading, _l("two columns say different things"))
                codes[i] = codes[i] or code or None
        return {"amount": amounts_, "currency": codes}


def _code(cell: str) -> str | None:
    """`EUR`, `€`, `Euro`."""
    word = cell.upper()
    return {**amounts.SYMBOLS, "EURO": "EUR"}.get(word, word) or None

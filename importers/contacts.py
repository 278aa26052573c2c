"""Rows of text become contacts ready to be merged, or refused rows with a reason (SPEC, Import policy 1-7). Pure."""

from functools import partial
from typing import Any

import pandas as pd

from app.contacts import rules
from app.contacts.models import FISCAL
from importers import channels, names, values
from importers.frames import Cleaned, Frame
from importers.mapping import Mapping
from importers.memory import without_collector
from importers.options import Options
from importers.settling import settle

__all__ = ["clean", "settle"]

LIMITS = {"first_name": 255, "last_name": 255, "name": 255, "company": 255, "title": 255, "type": 255,
          "temperature": 255, "owner": 255, "description": 100_000}  # fmt: skip


def clean(frame: pd.DataFrame, mapping: Mapping, options: Options) -> Cleaned:
    """Contacts out of one frame of `reading.frames`. `options` as `settle` returned them.

    `good`, one row a contact:
      line int; kind 'person'|'company'; first_name, last_name, name, title, company, type, temperature, description,
      vat_number, tax_code, recipient_code, pec: str or None (`company` is the name of a person's company, `name` that
      of a company); tags list[str];
      channels list of {"medium": 'email'|'phone'|'web', "kind", "value", "normal", "primary"};
      addresses list of {"kind", "street", "city", "state", "zip", "country", "primary"} (str or None);
      notes list[str]; private bool or None; owner str or None; custom dict of plain JSON values;
      people dict of lists of names (`co_owners`, `shared_with`) or None; raw list[str].
    """
    with without_collector():
        return _Frame(frame, mapping, options).cleaned()


class _Frame(Frame):
    """One frame of contacts on its way."""

    def cleaned(self) -> Cleaned:
        """The end of the way."""
        owned = self._names()
        texts = {n: self.single(n) for n in ("title", "type", "temperature", "owner")}
        fiscal = {key: self._fiscal(key) for key in FISCAL}
        columns: dict[str, list[Any]] = {
            **owned,
            **texts,
            **fiscal,
            "description": self.joined("description", "\n"),
            "tags": self.tags(),
            "channels": channels.channels(self.rows, self.mapping, self.cells, self.options, self.refuse),
            "addresses": channels.addresses(self.rows, self.mapping, self.cells, self.refuse),
            "notes": self.notes(),
            "private": self.flags("private"),
            "people": self.people(),
            "custom": self.custom(owned["kind"]),
        }
        for name, limit in LIMITS.items():
            self.limit(name, columns[name], limit)
            columns[name] = [text or None for text in columns[name]]
        return self.apart(columns)

    def _fiscal(self, key: str) -> list[str | None]:
        return self.read(key, partial(rules.fiscal, key)) if self.mapping.of(key) else [None] * self.rows

    def _names(self) -> dict[str, list[str]]:
        kinds = self.read("kind", values.kind)
        first, last = self.joined("first_name", " "), self.joined("last_name", " ")
        full, name, company = self.first_filled("full_name"), self.single("name"), self.single("company")
        reversed_ = any(c.group == "reversed" for c in self.mapping.of("full_name"))
        found: list[tuple[str, str, str, str, str]] = []
        single = self.options.single_name_as_last
        for i, (kind, one, two, whole, own, firm) in enumerate(
            zip(kinds, first, last, full, name, company, strict=True)
        ):
            if one and two and not (kind or own):
                found.append(("person", one, two, "", firm))
                continue
            try:
                found.append(names.who(kind or "", one, two, whole, own, firm, single, reversed_))
            except names.NameRefused as refused:
                self.refuse(i, self._blamed(refused.field), refused.reason)
                found.append(("person", "", "", "", ""))
        titles = ("kind", "first_name", "last_name", "name", "company")
        return {t: [row[n] for row in found] for n, t in enumerate(titles)}

    def _blamed(self, field: str) -> str:
        """The heading of the column that should have had the name."""
        columns = self.mapping.of(field) or self.mapping.of("last_name", "full_name", "name", "company", "first_name")
        return columns[0].heading if columns else ""

"""Which column becomes which field: the value itself, how it is stored, and how a posted one is understood.

Guessing lives in `guessing`, what a heading means in `headings`.
"""

import difflib
import hashlib
import json
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import astuple, dataclass, replace
from typing import Any

from flask_babel import lazy_gettext as _l

from importers import fields, headings, vocabulary
from importers.errors import MappingError, Refused
from importers.fields import CustomField

SKIPPED = {"", "-", "skip", "none", "null", "ignore", "no"}
NAMES = {"first_name", "last_name", "full_name", "name", "company"}
# What a heading may mean before all headings are seen, as the field that a person means by that word.
PUBLIC = {
    "some_name": "first_name",
    "middle_name": "first_name",
    "reversed_name": "full_name",
    "display_name": "full_name",
    "some_type": "type",
    "company_spare": "company",
}
WRAPPERS = {"columns", "mapping", "options", "signature", "custom"}
# Fields whose columns add up, where equal headings are named once for all; of the others the first is meant.
SEVERAL = {"", "email", "phone", "website", "tags", "notes", "description", "participants"}
PLURALS = {"emails": "email", "phones": "phone", "websites": "website", "addresses": "address", "tag": "tags"}


@dataclass(frozen=True)
class Column:
    """One column of the file.

    `field` is a name of `fields.names()` or "" (not imported). `sure`: exact (a heading we know), likely (understood
    by its words), content (only by its cells), chosen (by a person), none. `kind_from` is the position of a column
    whose cell says the kind (Google's labels). Columns of one address share a `group`.
    """

    position: int
    heading: str = ""
    field: str = ""
    sure: str = "none"
    kind_from: int | None = None
    group: str = ""


@dataclass(frozen=True)
class Mapping:
    """All columns of a file, in the file's order, and the custom fields that it may use."""

    columns: tuple[Column, ...]
    custom: tuple[CustomField, ...] = ()

    def of(self, *names: str) -> list[Column]:
        """The columns that give one of these fields, in the file's order."""
        return [c for c in self.columns if c.field in names]

    def require_name(self, kind: str = "contacts") -> "Mapping":
        """Itself. Raises Refused when no column can give a record its name (SPEC, Bad input: no mappable name)."""
        if kind != "contacts" and not self.of("title"):
            raise Refused(_l("No column holds a title: choose the one that does."))
        if kind == "contacts" and not self.of(*NAMES):
            raise Refused(_l("No column holds a name: choose one for the last name, the whole name or the company."))
        return self

    def to_json(self) -> dict[str, Any]:
        """`{"columns": [{"column", "heading", "field", "sure", "kind_from", "group"}], "custom": [...]}`."""
        columns = [
            {
                "column": c.position,
                "heading": c.heading,
                "field": c.field,
                "sure": c.sure,
                "kind_from": c.kind_from,
                "group": c.group,
            }
            for c in self.columns
        ]
        return {"columns": columns, "custom": [list(astuple(c)) for c in self.custom]}

    @classmethod
    def from_json(cls, stored: Dict[str, Any]) -> "Mapping":
        """The inverse of `to_json`, for a run's row (what strangers post goes through `parse`)."""
        columns = tuple(Column(**{("position" if k == "column" else k): v for k, v in c.items()})
                        for c in stored["columns"])  # fmt: skip
        custom = [CustomField(*c[:3], *map(tuple, c[3:4]), *c[4:]) for c in stored.get("custom", ())]
        return cls(columns, tuple(custom))


def signature(titles: Sequence[str]) -> str:
    """What a mapping is remembered by: the same headings in the same order, whatever their case and blanks."""
    return hashlib.sha256("\x1f".join(headings.normal(t) for t in titles).encode()).hexdigest()[:40]


def parse(
    posted: Any, titles: Sequence[str], custom: Iterable[CustomField] = (), kind: str = "contacts"
) -> tuple[Mapping, dict[str, Any]]:
    """A mapping as a person or program posts it, and the options that came with it.

    Understood: `{"Heading": "field"}`, `{"0": "field"}`, `{"field": "Heading"}`, `["field", null, …]`,
    `[{"column": 0 | "Heading", "field": "email"}]`, each also inside `{"columns": …, "options": {…}}`.
    Columns that it does not name are not imported. Raises MappingError naming what is unknown and the nearest.
    """
    options: dict[str, Any] = {}
    posted = _decoded(posted)
    while isinstance(posted, dict) and posted and not set(posted) - WRAPPERS:
        options |= posted["options"] if isinstance(posted.get("options"), dict) else {}
        posted = _decoded(posted.get("columns") or posted.get("mapping") or {})
    if not posted:
        raise MappingError(_l("The mapping names no column."))
    known = _Known(titles, tuple(custom), kind)
    columns = [Column(i, t) for i, t in enumerate(titles)]
    for where, what, extra in _pairs(posted, known):
        field = known.field(what)
        several = field.split("_")[0] in SEVERAL
        for position in known.positions(where)[: None if several else 1]:
            columns[position] = replace(columns[position], field=field, sure="chosen", **extra)
    return Mapping(tuple(headings.paired(columns)), known.custom), options


def _decoded(posted: Any) -> Any:
    if isinstance(posted, (str, bytes)):
        try:
            posted = json.loads(posted or "{}")
        except ValueError:
            raise MappingError(_l("The mapping is not valid JSON.")) from None
    if not isinstance(posted, (dict, list)):
        raise MappingError(_l("The mapping must be an object or a list."))
    return posted


def _pairs(posted: Any, known: "_Known") -> Iterable[tuple[Any, Any, dict[str, Any]]]:
    """Triples of column (position or heading), field, and the details that our own form keeps."""
    if isinstance(posted, dict):
        if known.inverted(posted):
            posted = {c: f for f, cs in posted.items() for c in (cs if isinstance(cs, list) else [cs])}
        for where, what in posted.items():
            yield where, what.get("field") if isinstance(what, dict) else what, {}
        return
    for position, entry in enumerate(posted):
        if not isinstance(entry, dict):
            yield position, entry, {}
            continue
        where = next((entry[k] for k in ("column", "position", "index", "heading", "header") if k in entry), position)
        extra: dict[str, Any] = {"group": str(entry["group"])} if entry.get("group") else {}
        if isinstance(entry.get("kind_from"), int):
            extra["kind_from"] = known.positions(entry["kind_from"])[0]
        yield where, next((entry[k] for k in ("field", "target", "to") if k in entry), None), extra


class _Known:
    """The headings and field names that a posted mapping may use."""

    def __init__(self, titles: Sequence[str], custom: tuple[CustomField, ...], kind: str) -> None:
        self.titles, self.custom, self.meaning = list(titles), custom, vocabulary.meaning_of(kind)
        self.names = fields.names(kind, custom)
        self.by_label = {headings.normal(str(f.label)): name for name, f in self.names.items()}
        self.by_label |= {headings.normal(name): name for name in self.names}

    def inverted(self, posted: Dict[str, Any]) -> bool:
        """`{"first_name": "Nome"}`: the keys are fields and the values headings, not the other way round."""
        if all(self._position(k) for k in posted) or not all(self._name(k) for k in posted):
            return False
        values = [v for vs in posted.values() for v in (vs if isinstance(vs, list) else [vs])]
        return all(isinstance(v, (str, int)) and self._position(v) for v in values)

    def positions(self, where: Any) -> list[int]:
        """Where a column stands: by heading, else by number."""
        found = self._position(where)
        if not found:
            near = _nearest(str(where), self.titles)
            raise MappingError(_l("The file has no column “%(name)s”.%(near)s", name=str(where)[:60], near=near))
        return found

    def _position(self, where: Any) -> list[int]:
        if isinstance(where, str):
            exact = [i for i, t in enumerate(self.titles) if t.strip() == where.strip()]
            alike = [i for i, t in enumerate(self.titles) if headings.normal(t) == headings.normal(where)]
            if exact or (alike and where.strip()):
                return exact or alike
        if isinstance(where, bool) or not str(where).strip().isdecimal():
            return []
        return [int(where)] if int(where) < len(self.titles) else []

    def field(self, what: Any) -> str:
        """The field's name; "" for a column that is not to be imported."""
        if what is None or what is False or (isinstance(what, str) and what.strip().lower() in SKIPPED):
            return ""
        name = self._name(what)
        if not name:
            near = _nearest(str(what), self.names)
            raise MappingError(_l("There is no field “%(name)s”.%(near)s", name=str(what)[:60], near=near))
        return name

    def _name(self, what: Any) -> str:
        if not isinstance(what, str):
            return ""
        text = what.strip()
        text = PLURALS.get(text.lower(), text)
        if text in self.names:
            return text
        if text.lower().startswith(("custom.", "custom_")) and f"custom:{text[7:]}" in self.names:
            return f"custom:{text[7:]}"
        found = self.by_label.get(headings.normal(text)) or self.meaning(text).field
        return PUBLIC.get(found, found)


def _nearest(text: str, names: Iterable[str]) -> Any:
    by_lower = {n.lower(): n for n in names if n.strip()}
    near = difflib.get_close_matches(text.lower()[:100], list(by_lower), 1, 0.5)
    return _l(" The nearest is “%(name)s”.", name=by_lower[near[0]][:60]) if near else ""

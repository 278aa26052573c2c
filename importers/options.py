"""What the person chose for a run, as plain values (SPEC IMP-02)."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from flask_babel import lazy_gettext as _l

from importers.errors import Refused

DUPLICATES = {
    "skip": _l("Leave the existing contact as it is"),
    "fill": _l("Fill in its empty fields"),
    "update": _l("Overwrite it; empty cells erase nothing"),
    "create": _l("Create it anyway"),
}
MATCHES = {"email": _l("same email"), "name_company": _l("same name and company")}


@dataclass(frozen=True)
class Options:
    """`day_first` and `decimal` are None until `contacts.settle` or the person decides them.

    `private` is for rows whose own column says nothing; `tags` are added to every row. `settled` holds what the
    columns themselves decided, by position: `{"4": True}` (day first) or `{"5": ","}` (decimal mark).
    """

    duplicates: str = "skip"
    match: str = "email"
    private: bool = True
    owner: str | None = None
    tags: tuple[str, ...] = field(default=())
    single_name_as_last: bool = False
    day_first: bool | None = None
    decimal: str | None = None
    default_region: str = "IT"
    settled: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values, for the run's row."""
        return {**asdict(self), "tags": list(self.tags)}

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Options":
        """From a stored or posted dict. Raises Refused naming what is unknown or impossible."""
        unknown = set(given) - {f.name for f in fields(cls)}
        if unknown:
            raise Refused(_l("The option “%(name)s” is not known.", name=str(min(unknown, key=str))[:40]))
        options = cls(**{**given, "tags": _names(given.get("tags"))})
        allowed = {
            "duplicates": DUPLICATES,
            "match": MATCHES,
            "day_first": (None, True, False),
            "decimal": (None, ",", "."),
            "private": (True, False),
            "single_name_as_last": (True, False),
        }
        for name, values in allowed.items():
            chosen = getattr(options, name)
            if not isinstance(chosen, (str, bool, type(None))) or chosen not in values:
                raise Refused(_l("“%(value)s” is not possible for “%(name)s”.", value=str(chosen)[:40], name=name))
        return options


def _names(tags: Any) -> tuple[str, ...]:
    names = tags.split(",") if isinstance(tags, str) else tags or ()
    return tuple(dict.fromkeys(str(n).strip() for n in names if str(n).strip()))

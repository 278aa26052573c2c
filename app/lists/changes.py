"""What can be changed where it stands, in lists and on record pages: one value of one record (GEN-09)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import access
from app.core.people import crm_users

Choice = tuple[Any, Any]  # value, label
NOTHING = ("", "—")


@dataclass(frozen=True)
class Beside:
    """A second value that is asked for where one of `of` is chosen: its key, label and choices."""

    key: str
    label: Any
    choices: Callable[[], Sequence[Choice]]
    of: Callable[[], Sequence[Any]]


@dataclass(frozen=True)
class Change:
    """One value. `key` is what the room's `save` calls it; `choices` what it may become for a row, the present one
    among them; `allowed` whether the actor may change it in a row that he may edit. Ids are sent as numbers."""

    key: str
    label: Any
    present: Callable[[Any], Any]
    choices: Callable[[Any], Sequence[Choice]]
    allowed: Callable[[Any], bool] = field(default=lambda _row: True)
    beside: Beside | None = None

    def data(self, row: Any, form: Mapping[str, str]) -> dict[str, Any]:
        """What `save` takes, from a form; the version that the reader saw is always named."""
        version = form.get("version", "")
        data = {self.key: value_of(form.get("value", "")), "version": int(version) if version.isdecimal() else 0}
        if self.beside and form.get("value") in {str(value) for value in self.beside.of()}:
            data[self.beside.key] = value_of(form.get(self.beside.key, ""))
        return data


def value_of(text: str) -> Any:
    """An id, a word, or nothing."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else text or None


def owner_change() -> Change:
    """The responsible person of a record with privacy of its own."""
    return Change("owner", _l("Responsible person"), lambda row: row.owner_id, people, access.may_manage)


def people(row: Any) -> list[Choice]:
    """Who may look after a row: those who may sign in, and who does it now."""
    found = [(user.id, user.get_full_name().strip()) for user in crm_users()]
    present = (row.owner_id, row.owner.get_full_name().strip())
    return found if present[0] in {key for key, _name in found} else [present, *found]

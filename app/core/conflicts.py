"""What the second of two editors is shown: what stands now beside what was typed (GEN-08)."""

from typing import Any, NamedTuple

from flask_babel import gettext as _

HIDDEN = {"HiddenField", "CSRFTokenField", "FileField"}
LONGEST = 300  # characters shown of a value


class Difference(NamedTuple):
    """One field that was typed otherwise than it stands now, in words."""

    id: str
    label: Any
    now: str
    typed: str


def differences(typed: Any, present: Any) -> list[Difference]:
    """The fields of two forms of one class that say different things."""
    found = []
    for field in typed:
        if field.type in HIDDEN or field.name not in present:
            continue
        now, mine = words(present[field.name]), words(field)
        if now != mine:
            found.append(Difference(field.id, field.label.text, now, mine))
    return found


def words(field: Any) -> str:
    """The value of a form's field as a person reads it."""
    if field.type == "BooleanField":
        return _("Yes") if field.data else _("No")
    if hasattr(field, "entries"):
        return ", ".join(filter(None, (_row(entry) for entry in field.entries)))
    if hasattr(field, "iter_choices"):
        chosen = [str(choice[1]) for choice in field.iter_choices() if choice[2]]
        return ", ".join(name for name in chosen if name != "—")
    text = "" if field.data is None else str(field.data).replace("\r\n", "\n").strip()
    return f"{text[:LONGEST]}…" if len(text) > LONGEST else text


def _row(entry: Any) -> str:
    """A repeating row: its texts, without its kind."""
    parts = entry.data if isinstance(entry.data, dict) else {"value": entry.data}
    return " ".join(str(value) for key, value in parts.items() if value and key not in ("kind", "csrf_token"))

"""Choices of the administrators that are one number or one tick; each room declares its own beside its rules."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core.db import db
from app.core.errors import RuleBroken
from app.settings.models import Preference


@dataclass(frozen=True)
class Choice:
    """One of them, as its page calls it. A number lies in `bounds`; without bounds it is a tick."""

    key: str
    label: Any
    help: Any
    default: Any
    bounds: range | None = None


KNOWN: dict[str, Choice] = {}


def declare(choice: Choice) -> Choice:
    """Let administrators make a choice."""
    KNOWN[choice.key] = choice
    return choice


def chosen(choice: Choice) -> Any:
    """What they chose, or the default."""
    row = db.session.get(Preference, choice.key)
    return row.value if row is not None else choice.default


def save(typed: dict[str, Any]) -> None:
    """Write down choices as a form sends them: texts of numbers, any value for a set tick. A number that is not sent
    stays as it is. Raises RuleBroken."""
    errors, values = {}, {}
    for key, choice in KNOWN.items():
        if choice.bounds is not None and key not in typed:
            continue
        values[key] = (
            bool(typed.get(key)) if choice.bounds is None else _number(str(typed.get(key) or ""), choice.bounds)
        )
        if values[key] is None and choice.bounds is not None:
            bounds = {"first": choice.bounds[0], "last": choice.bounds[-1]}
            errors[key] = _("A whole number from %(first)s to %(last)s.", **bounds)
    if errors:
        raise RuleBroken(errors)
    for key, value in values.items():
        put(key, value)
    db.session.flush()


def _number(text: str, bounds: range) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in bounds else None


def put(key: str, value: Any) -> None:
    """Write down one choice."""
    row = db.session.get(Preference, key)
    if row is None:
        db.session.add(Preference(key=key, value=value))
    else:
        row.value = value

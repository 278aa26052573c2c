"""What an operation asks for, checked alike for the page and for REST."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.db import db
from app.core.errors import RuleBroken
from app.core.operations import Ask, Operation
from app.core.people import Group, User, insider

LONGEST = {"text": 255, "long": 20_000}
MOST = 50  # tags, or people


def check(operation: Operation, given: dict[str, Any]) -> dict[str, Any]:
    """Clean values by the keys of the operation's `asks`, fit for JSON. Raises RuleBroken with the reasons by key."""
    clean: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for ask in operation.asks:
        try:
            clean[ask.key] = CHECKS[ask.what](ask, given.get(ask.key))
            if ask.required and clean[ask.key] in (None, "", []):
                raise ValueError(_("This field is required."))
        except ValueError as error:
            errors[ask.key] = [str(error)]
    if unknown := set(given) - {ask.key for ask in operation.asks}:
        errors[min(unknown)] = [_("This field is not known.")]
    if errors:
        raise RuleBroken(errors)
    return clean


def _text(ask: Ask, given: Any) -> str:
    text = str(given or "").strip()
    if len(text) > LONGEST[ask.what]:
        raise ValueError(_("At most %(limit)s characters.", limit=LONGEST[ask.what]))
    if "\0" in text:
        raise ValueError(_("This text holds characters that can't be stored."))
    return text


def _listed(given: Any) -> list[Any]:
    found = given if isinstance(given, list) else [given] if given not in (None, "") else []
    if len(found) > MOST:
        raise ValueError(_("At most %(limit)s.", limit=MOST))
    return found


def _tags(_ask: Ask, given: Any) -> list[str]:
    tags = [str(tag).strip() for tag in _listed(given)]
    if any(len(tag) > 80 or "\0" in tag for tag in tags):
        raise ValueError(_("A tag has at most 80 characters."))
    return [tag for tag in tags if tag]


def _number(given: Any) -> int:
    text = str(given).removeprefix("-")
    if isinstance(given, bool) or not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(_("There is no such user."))
    return int(given)


def _user(_ask: Ask, given: Any) -> int | None:
    if given in (None, "", 0, "0"):
        return None
    wanted = _number(given)
    if db.session.scalar(select(User.id).where(User.id == wanted, insider())) is None:
        raise ValueError(_("There is no such user."))
    return wanted


def _principals(_ask: Ask, given: Any) -> list[int]:
    ids = sorted({_number(one) for one in _listed(given)})
    users = set(db.session.scalars(select(User.id).where(User.id.in_([i for i in ids if i > 0]), insider())))
    groups = set(db.session.scalars(select(Group.id).where(Group.id.in_([-i for i in ids if i < 0]))))
    if set(ids) - users - {-g for g in groups}:
        raise ValueError(_("One of these users or groups does not exist."))
    return ids


def _choice(ask: Ask, given: Any) -> Any:
    """The value itself, of the type that the choices have; an empty one where nothing was chosen."""
    found = next((value for value, _label in ask.choices() if str(value) == str(given)), None)
    if found is None and given not in (None, ""):
        raise ValueError(_("“%(name)s” is not in the list.", name=str(given)[:60]))
    return found


def _day(_ask: Ask, given: Any) -> str | None:
    if given in (None, ""):
        return None
    try:
        return dt.date.fromisoformat(str(given)).isoformat()
    except ValueError:
        raise ValueError(_("“%(text)s” is not a date.", text=str(given)[:60])) from None


CHECKS: dict[str, Callable[[Ask, Any], Any]] = {
    "text": _text,
    "long": _text,
    "tags": _tags,
    "user": _user,
    "principals": _principals,
    "choice": _choice,
    "day": _day,
}

"""What comes from outside, made clean key by key; the refusals are gathered and told all at once, each on its field."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import Group, User, insider, user_named
from app.core.text import fold

YEARS = range(1970, 2200)
EMPTY = (None, "", 0)
MOST_LINKS = 500


class Cleaning:
    """One look at `data`, for a new row or for the given one. Each method reads one key, if it is there, and puts what
    the model's column takes into `clean` or a sentence into `errors`."""

    def __init__(self, data: dict[str, Any], row: Any = None) -> None:
        self.data, self.row = data, row
        self.clean: dict[str, Any] = {}
        self.errors: dict[str, list[str]] = {}

    def given(self, key: str) -> bool:
        """Whether the key was given."""
        return key in self.data

    def refuse(self, key: str, why: str) -> None:
        """Put a sentence on a field."""
        self.errors.setdefault(key, []).append(why)

    def done(self) -> dict[str, Any]:
        """What is clean. Raises RuleBroken with all that was refused."""
        if self.errors:
            raise RuleBroken(self.errors)
        return self.clean

    def text(self, key: str, limit: int, required: bool = False, exact: bool = False) -> None:
        """Words; on one line where something is required. Asked for when the row is new and it is required. Line ends
        become those of Unix, unless `exact`: imports keep a contact's texts to the letter (import policy 4)."""
        if not self.given(key) and not (required and self.row is None):
            return
        text = str(self.data.get(key) or "").strip()
        text = text if exact else text.replace("\r\n", "\n")
        text = " ".join(text.split()) if required else text
        if required and not text:
            self.refuse(key, _("This field is required."))
        elif len(text) > limit:
            self.refuse(key, _("At most %(limit)s characters.", limit=limit))
        elif "\0" in text:
            self.refuse(key, _("This text holds characters that can't be stored."))
        self.clean[key] = text or None

    def day(self, key: str) -> None:
        """A day, as a date or as `2026-11-24`."""
        if not self.given(key):
            return
        value = self.data[key]
        try:
            day = dt.date.fromisoformat(value) if isinstance(value, str) and value else value or None
        except ValueError:
            day = value
        if day is not None and (type(day) is not dt.date or day.year not in YEARS):
            self.refuse(key, _("“%(text)s” is not a date.", text=str(value)[:60]))
        self.clean[key] = day

    def whole(self, key: str, bounds: range) -> None:
        """A whole number within bounds."""
        if not self.given(key):
            return
        value = self.data[key]
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        if number not in bounds:
            self.refuse(key, _("A whole number from %(first)s to %(last)s.", first=bounds[0], last=bounds[-1]))
        self.clean[key] = number

    def choice(self, key: str, options: Iterable[str]) -> None:
        """One of a few words of ours; an empty one is passed over."""
        if not self.data.get(key):
            return
        if (value := self.data[key]) not in list(options):
            self.refuse(key, _("“%(name)s” is not one of the choices.", name=str(value)[:60]))
        self.clean[key] = value

    def word(self, key: str, names: dict[str, int]) -> None:
        """A word of a list by id or by name, into `<key>_id`."""
        if not self.given(key):
            return
        wanted = id_of(self.data[key])
        found = wanted if is_id(wanted) else names.get(str(wanted).strip().lower())
        if wanted in EMPTY:
            found = None
        elif found not in names.values():
            self.refuse(key, _("“%(name)s” is not in the list.", name=str(wanted)[:60]))
        self.clean[f"{key}_id"] = found

    def tags(self) -> None:
        """Names of tags."""
        if not self.given("tags"):
            return
        names = [" ".join(str(name).split()) for name in self.data["tags"] or []]
        if any(len(name) > 80 or "\0" in name for name in names):
            self.refuse("tags", _("A tag has at most 80 characters."))
        self.clean["tags"] = [name for name in names if name]

    def link(self, key: str, model: type[Any], missing: str) -> None:
        """A record that the actor sees, by id or by name, into `<key>_id`; a hidden one is answered like a missing one
        (ACC-06). A link that the actor does not see stays, so that who saves the rest of a form doesn't cut it."""
        if not self.given(key):
            return
        wanted, present = id_of(self.data[key]), getattr(self.row, f"{key}_id", None)
        found: int | None = None
        if wanted in EMPTY:
            found = present if present is not None and getattr(self.row, key) is None else None
        elif wanted == present:
            found = present
        elif (row := seen(model, wanted)) is not None:
            found = row.id
        else:
            self.refuse(key, missing)
        self.clean[f"{key}_id"] = found

    def links(self, key: str, model: type[Any], missing: str) -> None:
        """Several records that the actor sees, by id; rows into `<key>`. Those linked but hidden are for `kept`."""
        if not self.given(key):
            return
        ids = [id_of(one) for one in self.data[key] or []]
        good = {i for i in ids if is_id(i)}
        rows = db.session.scalars(select(model).where(model.id.in_(good)).options(lazyload("*"))).all() if good else []
        if len(ids) > MOST_LINKS:
            self.refuse(key, _("At most %(limit)s.", limit=MOST_LINKS))
        elif len(rows) < len(good) or not all(is_id(i) for i in ids):
            self.refuse(key, missing)
        self.clean[key] = list(rows)

    def audience(self) -> None:
        """Who looks after the row and who sees it: owner, co_owners, private, shared_with (users n, groups -n)."""
        if self.data.get("owner"):
            self.clean["owner_id"] = self._owner(id_of(self.data["owner"]))
        elif self.row is None:
            self.clean["owner_id"] = access.current().user_id
        if self.given("private"):
            self.clean["private"] = bool(self.data["private"])
        for key in ("co_owners", "shared_with"):
            if self.given(key):
                self.clean[key] = self._principals(key)

    def _owner(self, wanted: Any) -> int | None:
        """An active user by id, user name, email or full name; who has the row already may keep it."""
        if self.row is not None and wanted == self.row.owner_id:
            return int(wanted)
        if is_id(wanted) and wanted < 2**31:
            found = db.session.scalar(select(User.id).where(User.id == wanted, insider()))
        else:
            found = getattr(user_named(str(wanted)), "id", None)
        if found is None:
            self.refuse("owner", _("There is no such user."))
        return found

    def _principals(self, key: str) -> list[int]:
        """Who is named already may stay, though the account was closed meanwhile."""
        given = {id_of(one) for one in self.data[key] or []}
        ids = sorted(i for i in given if is_id(i) or is_id(-i if isinstance(i, int) else 0))
        users = set(db.session.scalars(select(User.id).where(User.id.in_([i for i in ids if i > 0]), insider())))
        groups = set(db.session.scalars(select(Group.id).where(Group.id.in_([-i for i in ids if i < 0]))))
        known = users | {-g for g in groups} | set(getattr(self.row, key, None) or [])
        if len(ids) < len(given) or set(ids) - known:
            self.refuse(key, _("One of these users or groups does not exist."))
        return ids


def id_of(value: Any) -> Any:
    """An id or a name, of an object with `id` too."""
    return value.get("id") if isinstance(value, dict) else value


def is_id(value: Any) -> bool:
    """A number that a key can be; JSON's true is one for Python, and none for us."""
    return type(value) is int and 0 < value < 2**31


def seen(model: type[Any], wanted: Any) -> Any | None:
    """The one record with this id, or called so, that the actor sees; without what hangs on it."""
    where = model.id == wanted if is_id(wanted) else model.sort_name == fold(str(wanted))
    found = db.session.scalars(select(model).where(where).options(lazyload("*")).limit(2)).all()
    return found[0] if len(found) == 1 else None

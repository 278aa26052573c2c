"""Merges clean rows of a flat kind into the CRM, one call of the room's service a row (SPEC, Import policy 8).

What the service refuses is a refused row, with the sentence that its form would show. A dry run asks the same check and
writes nothing: what its earlier rows would have made or changed is kept beside it as shadows.
"""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import lazyload

from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.mixins import brought_in_by
from app.core.text import fold
from app.history import service as history
from app.history.models import HistoryEvent
from importers.frames import Reasons
from importers.merging import former
from importers.merging.contacts import Outcome, Problem, Settings
from importers.merging.givens import principals_by_name, users_by_name
from importers.merging.kinds import KINDS, Data, Key
from importers.merging.links import Links, Unlinked
from importers.merging.rows import rows_of

FIELDS = {"due": "due_on", "time": "due_time"}  # of the service, as a file's columns are called
PEOPLE = ("co_owners", "shared_with")
LONGEST_KEY = 2_600  # bytes that PostgreSQL's indexes take


class Shadow:
    """A record as a dry run would have left it: the columns that checks look at."""

    private = False
    co_owners: tuple[int, ...] = ()
    shared_with: tuple[int, ...] = ()

    def __init__(self, row: Any, clean: Data) -> None:
        if isinstance(row, Shadow):
            self.__dict__.update(vars(row))
        elif row is not None:
            plain = (column.key for column in inspect(type(row)).column_attrs if not column.deferred)
            self.__dict__.update((key, getattr(row, key)) for key in plain)
        self.__dict__.update((key, value) for key, value in clean.items() if key not in ("tags", "participants"))


class FlatMerge:
    """Called with one chunk after the other, each within the session's transaction, which the caller ends.

    Acts, and asks for the language, as the context does. Raises LookupError for a responsible person who is nobody.
    """

    def __init__(self, kind: str, settings: Settings) -> None:
        self.kind, self.settings, self.options = KINDS[kind], settings, settings.options
        self.users = users_by_name()
        self.principals = principals_by_name(self.users)
        if self.options.owner and self.options.owner.strip().lower() not in self.users:
            raise LookupError(_("There is no user “%(name)s”.", name=self.options.owner))
        self.shadows: dict[Key, Any] = {}

    def of(self, good: Any) -> list[Any]:
        """A chunk of a frame of clean rows; needs no database and may be called ahead."""
        return rows_of(good)

    def __call__(self, rows: list[Any]) -> Outcome:
        """Merge a chunk."""
        with brought_in_by(self.settings.run_id):
            return _Chunk(self, rows).merge()


class _Chunk:
    """One chunk: looked up, decided, written."""

    def __init__(self, run: FlatMerge, rows: list[Any]) -> None:
        self.run, self.rows, self.options, self.dry = run, rows, run.options, run.settings.dry
        self.kind, self.links, self.outcome = run.kind(), Links(rows), Outcome()
        self.found: dict[Key, Any] = {}

    def merge(self) -> Outcome:
        """Do all of it."""
        self._look_up()
        for row in self.rows:
            try:
                self._take(row)
            except Unlinked as unlinked:
                self._refuse(row, {unlinked.field: [unlinked.reason]})
            except RuleBroken as broken:
                self._refuse(row, broken.errors)
            except NotAllowed:
                self._refuse(row, {"": [_("You may see this, but not change it so.")]})
        return self.outcome

    def _refuse(self, row: Any, errors: dict[str, list[str]]) -> None:
        headings = self.run.settings.headings
        names = {key: f"custom:{key[7:]}" if key.startswith("custom.") else FIELDS.get(key, key) for key in errors}
        reasons = Reasons((headings.get(names[key], ""), text) for key, texts in errors.items() for text in texts)
        self.outcome.problems.append(Problem(row.line, reasons[0][0], str(reasons), list(row.raw)))

    # ------------------------------------------------------------ what is there

    def _look_up(self) -> None:
        if self.options.duplicates == "create":
            return
        present = self.kind.present(self.rows)
        wanted = {key for row in self.rows if (key := self._key(row)) is not None}
        ids = {key: present[key] for key in wanted if key in present}
        rows = self._loaded(list(ids.values()))
        self.found = {key: rows[pk] for key, pk in ids.items() if pk in rows}
        if self.dry:
            self.found |= {key: self.run.shadows[key] for key in wanted if key in self.run.shadows}

    def _key(self, row: Any) -> Key | None:
        """None where the row names a contact that can't be found: it will be refused."""
        try:
            return self.kind.key(row, self.links.contact(row))  # type: ignore[no-any-return]
        except Unlinked:
            return None

    def _loaded(self, ids: list[int]) -> dict[int, Any]:
        """The records by id, locked until the chunk ends, their former state laid aside; those to skip are let be."""
        model = self.kind.model
        mine = select(model).where(model.id.in_(ids)).options(lazyload("*"), *self.kind.loads).order_by(model.id)
        if not ids:
            return {}
        if self.dry or self.options.duplicates == "skip":
            return {row.id: row for row in db.session.scalars(mine)}
        locked = {row.id: row for row in db.session.scalars(mine.with_for_update(key_share=True, of=model))}
        former.keep(self.kind.name, self.run.settings.run_id, list(locked))
        return locked

    # ------------------------------------------------------------ what becomes of a row

    def _take(self, row: Any) -> None:
        contact = self.links.contact(row)
        key = self.kind.key(row, contact)
        target = self.found.get(key)
        data = self._data(row, contact, target)
        if target is not None and self.options.duplicates == "skip":
            self.outcome.skipped += 1
            return
        if len(fold(row.title).encode()) > LONGEST_KEY:
            raise RuleBroken({"title": _("This value can't be stored.")})
        made = self._shadowed(data, target) if self.dry else self._saved(data, row, target)
        if self.options.duplicates != "create":
            self.found[key] = made
            if self.dry:
                self.run.shadows[key] = made
        self.outcome.created += target is None
        self.outcome.updated += target is not None

    def _shadowed(self, data: Data, target: Any) -> Shadow:
        clean = self.kind.service.cleaned(data, target)
        stage = clean.pop("stage", None)
        return Shadow(target, clean | ({"stage_id": stage.id} if stage is not None else {}))

    def _saved(self, data: Data, row: Any, target: Any) -> Any:
        """By the room's service, in a savepoint. Raises RuleBroken for what no column holds."""
        try:
            with db.session.begin_nested():
                saved = self.kind.service.save(data, target)
                self.kind.settle(saved, row)
                for text in getattr(row, "notes", ()):
                    self._note(saved, text)
                db.session.flush()
        except DBAPIError as error:
            if isinstance(error, OperationalError):  # the database is away, or the run's own lock is
                raise
            raise RuleBroken({"": _("This value can't be stored.")}) from error
        return saved

    def _note(self, saved: Any, text: str) -> None:
        """Into the history, once, however often its file is imported."""
        mine = getattr(HistoryEvent, f"{self.kind.name}_id") == saved.id
        if not db.session.scalar(select(HistoryEvent.id).where(mine, HistoryEvent.text == text).limit(1)):
            history.save({self.kind.name: saved.id, "text": text})

    # ------------------------------------------------------------ a row in the words of the service

    def _data(self, row: Any, contact: int | None, target: Any) -> Data:
        """What the row says to a new record or to the one that is there. Raises Unlinked."""
        data = {"title": row.title, **self.kind.data(row, self.links, target)}
        given = {"contact": contact, "description": row.description, "custom": row.custom, "owner": self._owner(row)}
        given |= {key: self._people(row, key) for key in PEOPLE} | {"private": getattr(row, "private", None)}
        data |= {key: value for key, value in given.items() if value not in (None, {})}
        adding = {"tags": [*row.tags]} if hasattr(row, "tags") else {}
        adding |= {"participants": self.links.participants(row)} if hasattr(row, "participants") else {}
        if target is None:
            return {**self._of_the_run(row), **data, **adding}
        if self.options.duplicates == "fill":
            data = self._filling(data, target)
        return data | self._added(adding, target)

    def _of_the_run(self, row: Any) -> Data:
        """What the run says of all that is new."""
        chosen: Data = {"owner": self.run.users.get((self.options.owner or "").strip().lower())}
        chosen |= {"private": self.options.private} if hasattr(row, "private") else {}
        return {key: value for key, value in chosen.items() if value is not None}

    def _filling(self, data: Data, target: Any) -> Data:
        """Of a row's values those that the record has none of."""
        empty = {
            key: data[key]
            for key, column in self.kind.fillable.items()
            if key in data and not getattr(target, column, None)
        }
        if "amount" in empty and "currency" in data:
            empty["currency"] = data["currency"]
        custom = {key: value for key, value in data.get("custom", {}).items() if key not in (target.custom or {})}
        return empty | ({"custom": custom} if custom else {})

    def _added(self, adding: Data, target: Any) -> Data:
        """Tags and participants add up."""
        had = {"tags": lambda: [tag.name for tag in getattr(target, "tags", ())],
               "participants": lambda: [contact.id for contact in getattr(target, "participants", ())]}  # fmt: skip
        return {key: [*had[key](), *new] for key, new in adding.items() if new}

    def _owner(self, row: Any) -> int | None:
        if not row.owner:
            return None
        if (found := self.run.users.get(row.owner.strip().lower())) is None:
            raise Unlinked("owner", _("There is no such user."))
        return found

    def _people(self, row: Any, key: str) -> list[int] | None:
        """Users (n) and groups (-n) by name. Raises Unlinked."""
        if not (names := getattr(row, key, None)):
            return None
        found = [self.run.principals.get(name.lower(), 0) for name in names]
        if not all(pk > 0 or (pk and key == "shared_with") for pk in found):
            raise Unlinked(key, _("One of these users or groups does not exist."))
        return sorted(set(found))

"""What happened with one record, newest first, page by page: each page costs the same, however long the history is."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, select, tuple_
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.core import access, clock
from app.core.db import db
from app.core.people import User
from app.history.models import HistoryEvent, Verb
from app.history.parents import key_to

PAGE = 30
BY_ITSELF = "auto"  # in place of a category: what the product recorded
EPOCH = dt.datetime(1, 1, 1, tzinfo=dt.UTC)  # what happened before 1970 has its place too
MICROSECOND = dt.timedelta(microseconds=1)
WRITTEN = re.compile(r"([0-2]?[0-9]{1,17})-([0-9]{1,18})")  # a cursor: microseconds since EPOCH, id


@dataclass(frozen=True)
class Wanted:
    """What to show: of a category (an id, or BY_ITSELF), by a person (user id), between two days of the reader's."""

    category: str = ""
    person: int | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def since(self) -> dt.datetime | None:
        """The instant at which the first day begins."""
        return midnight(self.first) if self.first else None

    @property
    def until(self) -> dt.datetime | None:
        """The instant at which the day after the last begins."""
        return midnight(self.last + dt.timedelta(days=1)) if self.last else None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        found = []
        if self.category:
            automatic = HistoryEvent.category_id.is_(None)
            found.append(automatic if self.category == BY_ITSELF else HistoryEvent.category_id == int(self.category))
        if self.person:
            found.append(HistoryEvent.created_by == self.person)
        if self.since:
            found.append(HistoryEvent.happened_at >= self.since)
        if self.until:
            found.append(HistoryEvent.happened_at < self.until)
        return found

    def holds(self, event: HistoryEvent) -> bool:
        """The same for an event that is in no table."""
        return (
            self.category in ("", BY_ITSELF)
            and self.person in (None, event.created_by)
            and (self.since is None or event.happened_at >= self.since)
            and (self.until is None or event.happened_at < self.until)
        )


@dataclass(frozen=True)
class Cursor:
    """After which event a page begins."""

    happened_at: dt.datetime
    id: int

    @classmethod
    def after(cls, event: HistoryEvent) -> "Cursor":
        """The one that follows an event."""
        return cls(event.happened_at, event.id)

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """The inverse of `str`. Raises ValueError."""
        found = WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(text)
        return cls(EPOCH + int(found[1]) * MICROSECOND, int(found[2]))

    def __str__(self) -> str:
        return f"{(self.happened_at - EPOCH) // MICROSECOND}-{self.id}"


@dataclass(frozen=True)
class Page:
    """Events, and where older ones begin (None at the end)."""

    events: list[HistoryEvent]
    older: Cursor | None


def midnight(day: dt.date) -> dt.datetime:
    """The instant at which a day begins where the reader is."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(access.current().timezone))


def timeline(row: Any, wanted: Wanted | None = None, before: Cursor | None = None) -> Page:
    """A page of at most PAGE events of a record, newest first (HIS-01, HIS-02)."""
    wanted = wanted or Wanted()
    found = list(db.session.scalars(_select(row, wanted, before)))
    events, more = found[:PAGE], len(found) > PAGE
    birth = _birth(row)
    if birth is not None and wanted.holds(birth) and _belongs(birth, events, more, before):
        events = sorted([*events, birth], key=lambda e: e.happened_at, reverse=True)
    return Page(events, Cursor.after(found[PAGE - 1]) if more else None)


def _select(row: Any, wanted: Wanted, before: Cursor | None) -> Select[HistoryEvent]:
    place = tuple_(HistoryEvent.happened_at, HistoryEvent.id)
    statement = (
        select(HistoryEvent)
        .where(key_to(row) == row.id, *wanted.conditions())
        .options(joinedload(HistoryEvent.category), author())
        .order_by(HistoryEvent.happened_at.desc(), HistoryEvent.id.desc())
        .limit(PAGE + 1)
    )
    return statement.where(place < (before.happened_at, before.id)) if before else statement


def author() -> Any:
    """Loads the names of those who wrote, with the events."""
    return joinedload(HistoryEvent.author).load_only(User.first_name, User.last_name)


def _birth(row: Any) -> HistoryEvent | None:
    """How a record came that has no event for it: its import tells, and the record says when and whose."""
    told = exists().where(key_to(row) == row.id, HistoryEvent.verb == Verb.CREATED)
    if db.session.scalar(select(told)):
        return None
    verb = Verb.IMPORTED if getattr(row, "import_run_id", None) else Verb.CREATED
    birth = HistoryEvent(verb=verb, happened_at=row.created_at, created_by=row.created_by, changes=[])
    set_committed_value(birth, "author", db.session.get(User, row.created_by) if row.created_by else None)
    return birth


def _belongs(birth: HistoryEvent, events: list[HistoryEvent], more: bool, before: Cursor | None) -> bool:
    below = before is None or birth.happened_at < before.happened_at
    return below and (not more or birth.happened_at >= events[-1].happened_at)


def authors(row: Any) -> list[User]:
    """Those who have written or done something with the record, by name."""
    ids = select(HistoryEvent.created_by).where(key_to(row) == row.id)
    return list(db.session.scalars(select(User).where(User.id.in_(ids)).order_by(User.first_name, User.last_name)))


def ago(instant: dt.datetime) -> dt.timedelta:
    """How far an instant is away: negative for what is past."""
    return instant - clock.now()

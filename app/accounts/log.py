"""Reading the log: filtered, a page at a time or all of it for a file."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from app.core import access, audit
from app.core.audit import AuditEntry
from app.core.db import db

PAGE = 100
MOST_LINES = 200_000  # of a file


@dataclass(frozen=True)
class Wanted:
    """What is asked for; empty values ask nothing. Days are the reader's."""

    act: str = ""
    who: str = ""
    what: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    before: int | None = None

    def statement(self) -> Select[tuple[AuditEntry]]:
        """The lines, the newest first."""
        found = select(AuditEntry).order_by(AuditEntry.id.desc())
        if self.act:
            found = found.where(AuditEntry.act == self.act)
        for typed, column in ((self.who, AuditEntry.who), (self.what, AuditEntry.what)):
            if typed:
                found = found.where(func.lower(column).contains(typed.lower(), autoescape=True))
        if self.since:
            found = found.where(AuditEntry.at >= _midnight(self.since))
        if self.until:
            found = found.where(AuditEntry.at < _midnight(self.until + dt.timedelta(days=1)))
        return found.where(AuditEntry.id < self.before) if self.before else found


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(access.current().timezone))


def page(wanted: Wanted) -> tuple[list[AuditEntry], int | None]:
    """A page of lines, and the id to go on before; None at the end."""
    found = list(db.session.scalars(wanted.statement().limit(PAGE + 1)))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def rows(wanted: Wanted) -> Iterator[list[str]]:
    """All lines as cells of a file, read in portions."""
    lines = wanted.statement().limit(MOST_LINES).execution_options(yield_per=500)
    for line in db.session.scalars(lines):
        told = (json.dumps(v, ensure_ascii=False) if v is not None else "" for v in (line.before, line.after))
        yield [line.at.isoformat(timespec="seconds"), line.who, line.act, line.what, *told, line.address]


def acts() -> list[tuple[str, Any]]:
    """(key, words) of each kind of act, by its words."""
    return sorted(audit.ACTS.items(), key=lambda act: str(act[1]))

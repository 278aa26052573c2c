"""Tells colleagues of a record that became theirs to look after or to see (CON-06, CON-07, OPP-05), whatever door."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.core import access
from app.core.db import db
from app.notices import service as notices
from app.notices.models import Kind


@contextmanager
def told(row: Any, pages: str) -> Iterator[None]:
    """Tell those whom the block makes responsible, and those whom it lets see a private record. Flushes.

    `pages` is the path under which the records of that kind have their pages: "/contacts/show".
    """
    responsible, shared = (_responsible(row), _shared(row)) if row.id is not None else (set(), set())
    yield
    db.session.flush()
    new = _responsible(row) - responsible
    _tell(row, pages, new, Kind.RESPONSIBLE)
    if (with_whom := _shared(row)) - shared:
        seeing = notices.people_of(shared) | _responsible(row) | responsible
        _tell(row, pages, notices.people_of(with_whom) - seeing, Kind.SHARED)


def _responsible(row: Any) -> set[int]:
    return {row.owner_id, *row.co_owners}


def _shared(row: Any) -> set[int]:
    """The principals (users n, groups -n) who see it because they were named; one open to all is shared with none."""
    return set(row.shared_with) if row.private else set()


def _tell(row: Any, pages: str, people: set[int], kind: Kind) -> None:
    if people:
        by = access.current().name or "Clientela"
        notices.tell(people, kind, f"{pages}/{row.id}", name=str(row), by=by)

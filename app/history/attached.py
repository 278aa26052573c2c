"""What else belongs to an event (HIS-01): its files, which a room to the right keeps, and the colleagues to be told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import User, insider, load_actor, names_of_principals
from app.history import parents
from app.history.models import HistoryEvent
from app.notices import service as notices
from app.notices.models import Kind

MOST_TOLD = 20
PAGES = {"contact": "contacts", "opportunity": "opportunities", "case": "cases", "project": "projects"}


class File(NamedTuple):
    """A file of an event, as a page shows it."""

    name: str
    href: str


@dataclass(frozen=True)
class Keeper:
    """How files are kept with an event, and found for several events: {event id: files}."""

    keep: Callable[[HistoryEvent, list[Any]], None]
    of: Callable[[list[HistoryEvent]], dict[int, list[File]]]


_keepers: dict[str, Keeper] = {}


def hang(keeper: Keeper) -> None:
    """Let a room keep the files of events; a second time replaces the first."""
    _keepers["files"] = keeper


def keep(event: HistoryEvent, uploads: Iterable[Any]) -> None:
    """Keep uploaded files with an event. Raises RuleBroken on "file"."""
    for keeper in _keepers.values():
        keeper.keep(event, [upload for upload in uploads if upload and upload.filename])


def files_of(events: list[HistoryEvent]) -> dict[int, list[File]]:
    """The files of several events, in as many statements as of one."""
    return next((keeper.of(events) for keeper in _keepers.values()), {})


def names_told(events: list[HistoryEvent]) -> dict[int, str]:
    """Names of those who were told of one of the events, by user id."""
    ids = sorted({user for event in events for user in event.told or ()})
    return {user: name.strip() for user, name in names_of_principals(ids).items()} if ids else {}


def checked(wanted: Any) -> list[int]:
    """Ids of active users. Raises RuleBroken on "told"."""
    given = {one.get("id") if isinstance(one, dict) else one for one in wanted or []}
    ids = sorted(i for i in given if type(i) is int and 0 < i < 2**31)
    known = set(db.session.scalars(select(User.id).where(User.id.in_(ids), insider()))) if ids else set()
    if len(known) < len(given) or len(known) > MOST_TOLD:
        raise RuleBroken({"told": _("Choose at most %(limit)s users who are there.", limit=MOST_TOLD)})
    return sorted(known)


def tell(event: HistoryEvent, ids: Iterable[int]) -> None:
    """Tell users of an event. Raises RuleBroken where one of them may not see the record (ACC-06). Flushes."""
    name, key = parents.parent_of(event)
    row, blind = parents.seen(name, key), [user for user in ids if not _sees(user, name, key)]
    if blind:
        names = ", ".join(found.strip() for found in names_of_principals(blind).values())
        raise RuleBroken({"told": _("%(names)s may not see this record.", names=names)})
    by = access.current().name or "Clientela"
    notices.tell(ids, Kind.EVENT, f"/{PAGES[name]}/show/{key}#tab-history", name=str(row), by=by)


def _sees(user_id: int, name: str, key: int) -> bool:
    found = load_actor(user_id)
    if found is None:
        return False
    with access.acting_as(found):
        return parents.seen(name, key) is not None

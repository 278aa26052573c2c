"""What lies in the bin, found over all tables that have one, so that no room can forget its own (GEN-07).

Deleted rows are hidden from everyone by the access hook. Here alone somebody looks behind it: each at what he put there
himself, administrators at all of it. After 30 days a row is out of reach, and the clock takes it away for good.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_appbuilder import Model
from flask_babel import gettext as _
from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import lazyload

from app.core import access, audit, clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.mixins import Binned

log = logging.getLogger(__name__)
KEPT = dt.timedelta(days=30)
BATCH = 500  # rows
QUIET = {"synchronize_session": False}


def tables() -> dict[str, type[Any]]:
    """Every table with a bin, by its name."""
    found = (mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, Binned))
    return {model.__tablename__: model for model in sorted(found, key=lambda m: m.__tablename__)}


@contextmanager
def _behind() -> Iterator[access.Actor]:
    """Look where the access hook hides; gives the actor whose rights count."""
    actor = access.current()
    with access.acting_as(access.SYSTEM):
        yield actor


def _mine(model: type[Any], actor: access.Actor) -> Select[Any]:
    """The rows that the actor may take out."""
    rows = select(model).where(model.deleted_at > clock.now() - KEPT)
    return rows if actor.is_admin else rows.where(model.deleted_by == actor.user_id)


def lying(limit: int, before: dt.datetime | None = None) -> list[Any]:
    """What the actor may take out, of all tables, the latest first; one statement a table."""
    with _behind() as actor:
        found: list[Any] = []
        for model in tables().values():
            rows = _mine(model, actor).options(lazyload("*"))
            rows = rows.where(model.deleted_at < before) if before else rows
            found += db.session.scalars(rows.order_by(model.deleted_at.desc()).limit(limit))
    return sorted(found, key=lambda row: row.deleted_at, reverse=True)[:limit]


def found(model: type[Any], key: int) -> Any:
    """One row of the actor's bin. Raises RuleBroken, in the same words for what isn't there and what isn't his."""
    with _behind() as actor:
        row = db.session.scalar(_mine(model, actor).where(model.id == key)) if 0 < key < 2**63 else None
    if row is None:
        raise RuleBroken({"": _("It is not in your bin.")})
    return row


def take_out(model: type[Any], key: int) -> Any:
    """Give a row back to those who see it. Raises RuleBroken; flushes."""
    row = found(model, key)
    row.deleted_at = row.deleted_by = None
    db.session.flush()
    return row


def empty(model: type[Any], key: int | None = None) -> int:
    """Put out of reach for good what an administrator sees in a table's bin, all of it or one row; how many.

    The clock takes the rows away soon after, so that emptying takes no time however full it was.
    """
    with _behind():
        old = update(model).where(model.deleted_at > clock.now() - KEPT).values(deleted_at=clock.now() - KEPT)
        done = db.session.execute(old.where(model.id == key) if key else old, execution_options=QUIET)
    count = int(done.rowcount)  # type: ignore[attr-defined]
    if count:
        audit.note("record.deleted", f"{model.__tablename__} {key}" if key else model.__tablename__, count)
    return count


def purge() -> Iterator[int]:
    """Delete for good what is out of reach, in batches, of which each is to be committed; gives how many each had.

    What others must keep (the client of an invoice) stays where it is: hidden, and tried again the next time.
    """
    for model in tables().values():
        last = 0
        while ids := _overdue(model, last):
            yield sum(_gone(model, key) for key in ids)
            last = ids[-1]


def _overdue(model: type[Any], after: int) -> list[int]:
    with _behind():
        rows = select(model.id).where(model.deleted_at <= clock.now() - KEPT, model.id > after)
        return list(db.session.scalars(rows.order_by(model.id).limit(BATCH)))


def _gone(model: type[Any], key: int) -> bool:
    try:
        with _behind(), db.session.begin_nested():
            db.session.execute(delete(model).where(model.id == key), execution_options=QUIET)
    except IntegrityError:
        log.info("%s %s is still needed by others", model.__tablename__, key)
        return False
    return True

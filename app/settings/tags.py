"""Verbs of the tags (TAG-01): administrators rename, merge and delete them; anybody makes one by using it."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy import delete as delete_from

from app.core.db import Model, db
from app.core.errors import RuleBroken
from app.core.text import like_fragment
from app.settings import uses
from app.settings.models import Tag

LONGEST = 80


def save(data: dict[str, Any], tag: Tag | None = None) -> Tag:
    """Make a tag, or rename the given one. Raises RuleBroken for a name that is empty, too long or another's."""
    name = clean(str(data.get("name") or ""))
    twin = db.session.scalar(select(Tag).where(func.lower(Tag.name) == name.lower()))
    if twin is not None and twin is not tag:
        raise RuleBroken({"name": _("There is a tag “%(name)s” already: merge the two.", name=twin.name)})
    if tag is None:
        tag = Tag()
        db.session.add(tag)
    tag.name = name
    db.session.flush()
    return tag


def clean(name: str) -> str:
    """The name as it is stored. Raises RuleBroken."""
    name = " ".join(name.split())
    if not name:
        raise RuleBroken({"name": _("This field is required.")})
    if len(name) > LONGEST or "\0" in name:
        raise RuleBroken({"name": _("A tag has at most 80 characters.")})
    return name


def named(name: str) -> Tag | None:
    """The tag of this name, in any case."""
    wanted = " ".join(name.replace("\0", " ").split()).lower()
    return db.session.scalar(select(Tag).where(func.lower(Tag.name) == wanted))


def merge(tag: Tag, into: Tag | None) -> int:
    """Let everything that has `tag` have `into`, once, and delete `tag`. Returns how many rows were moved.

    Raises RuleBroken when there is no other tag to merge into.
    """
    if into is None or tag is into:
        raise RuleBroken({"into": _("Choose another tag.")})
    moved = uses.move(Tag, tag.id, into.id)
    db.session.delete(tag)
    db.session.flush()
    return moved


def delete(tag: Tag) -> None:
    """Delete a tag that nothing has. Raises RuleBroken for one in use."""
    if uses.counts(Tag, [tag.id])[tag.id]:
        raise RuleBroken({"": _("“%(name)s” is in use: merge it into another.", name=tag.name)})
    db.session.delete(tag)
    db.session.flush()


def delete_unused() -> int:
    """Delete all tags that nothing has; returns how many."""
    gone = delete_from(Tag).where(*_nobody_has_it()).execution_options(synchronize_session=False)
    return int(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]


def count_unused() -> int:
    """How many tags nothing has."""
    return db.session.scalar(select(func.count()).select_from(Tag).where(*_nobody_has_it())) or 0


def _nobody_has_it() -> list[ColumnElement[bool]]:
    return [~exists().where(column == Tag.id) for _table, column in uses.references(Tag)]


def page_of(typed: str, page: int, size: int) -> tuple[list[Tag], int]:
    """One page of the tags with `typed` in their name, and how many there are."""
    named = func.lower(Tag.name).like(like_fragment(typed.strip().lower()))
    total = db.session.scalar(select(func.count()).select_from(Tag).where(named)) or 0
    rows = select(Tag).where(named).order_by(func.lower(Tag.name)).limit(size).offset(page * size)
    return list(db.session.scalars(rows)), total


def choices(typed: str = "", limit: int = 300) -> list[Tag]:
    """Tags by name, with `typed` in it; those that hang on nothing but what the actor may not see are left out."""
    hung, seen = [], []
    for table, mine, key, model in _links():
        hung.append(exists().where(mine == Tag.id))
        # OFFSET 0: one look at each tagged record until the first that is seen, never a scan of all tagged ones.
        one = select(model.id).where(model.id == key).offset(0).lateral()
        seen.append(select(one.c.id).select_from(table).join(one, true()).where(mine == Tag.id).exists())
    named = func.lower(Tag.name).like(like_fragment(typed.strip().lower()))
    rows = select(Tag).where(named, or_(*seen, ~or_(*hung))).order_by(Tag.name).limit(limit)
    return list(db.session.scalars(rows))


def _links() -> Iterator[tuple[Any, Any, Any, type[Any]]]:
    """(table, column of the tag, column of the record, its class) for each table that hangs tags on records."""
    classes = {mapper.local_table.name: mapper.class_ for mapper in Model.registry.mappers}
    for table, mine in uses.references(Tag):
        other = next(key for key in table.foreign_keys if key.parent is not mine)
        yield table, mine, other.parent, classes[other.column.table.name]


def found(pk: Any) -> Tag | None:
    """A tag by its id as it came from outside."""
    return db.session.get(Tag, int(pk)) if str(pk).isdecimal() and len(str(pk)) < 10 else None

"""The board: opportunities by stage, latest arrivals first, a few cards of each column at a time (OPP-04).

Of what is won or lost, the board holds the last month. Nothing here grows with what is closed, nor a page with what is
open: columns go on by key, and all totals are one statement.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, and_, cast, func, or_, select, tuple_, union_all
from sqlalchemy.orm import joinedload

from app.core import access, clock
from app.core.db import db
from app.core.finding import matching
from app.core.interface import COUNT_CAP
from app.history.timeline import Cursor
from app.opportunities import stages
from app.opportunities.models import Opportunity, Stage, opportunity_tag
from app.opportunities.totals import Sum, summed
from app.settings import currencies

PAGE = 20
RECENT = dt.timedelta(days=30)


@dataclass(frozen=True)
class Wanted:
    """What to show: of a responsible person (user id), with a tag (id), with words in the title."""

    owner: int | None = None
    tag: int | None = None
    typed: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        found: list[ColumnElement[bool]] = []
        if self.owner:
            found.append(
                or_(
                    Opportunity.owner_id == self.owner,
                    Opportunity.co_owners.op("&&")(cast([self.owner], ARRAY(Integer))),
                )
            )
        if self.tag:
            tagged = select(opportunity_tag.c.opportunity_id).where(opportunity_tag.c.tag_id == self.tag)
            found.append(Opportunity.id.in_(tagged))
        if self.typed:
            found.append(matching(Opportunity, self.typed))
        return found


@dataclass
class Column:
    """A stage with what stands in it: how many, worth how much, and weighted by probability; some cards, and where
    older ones begin (None at the end)."""

    stage: Stage
    count: int = 0
    sum: Sum | None = None
    weighted: Sum | None = None
    cards: list[Opportunity] = field(default_factory=list)
    older: Cursor | None = None


def _since() -> dt.date:
    return clock.today(access.current().timezone) - RECENT


def heads(wanted: Wanted) -> list[Column]:
    """The columns with their numbers and no cards: one statement besides those for stages and rates."""
    known = stages.all_stages()
    open_ids = [stage.id for stage in known if stage.is_open]
    shut_ids = [stage.id for stage in known if not stage.is_open]
    shut = and_(Opportunity.stage_id.in_(shut_ids), Opportunity.closed_on >= _since())
    worth = Opportunity.total
    sums = (func.count(), func.sum(worth), func.sum(worth * Opportunity.probability / 100))
    rows = select(Opportunity.stage_id, Opportunity.currency, *sums).where(*wanted.conditions())
    rows = rows.where(or_(Opportunity.stage_id.in_(open_ids), shut))
    found = db.session.execute(rows.group_by(Opportunity.stage_id, Opportunity.currency)).all()
    rates = currencies.rates_of()
    return [_head(stage, [row for row in found if row[0] == stage.id], rates) for stage in known]


def _head(stage: Stage, rows: list[Any], rates: currencies.Rates) -> Column:
    sums: list[tuple[str, Decimal | None]] = [(code, worth) for _, code, _, worth, _ in rows]
    weighted: list[tuple[str, Decimal | None]] = [(code, part) for *_, code, _, _, part in rows]
    return Column(stage, sum(row[2] for row in rows), summed(sums, rates), summed(weighted, rates))


def columns(wanted: Wanted) -> list[Column]:
    """The whole board with the first cards of each column."""
    board = heads(wanted)
    firsts = [_ids(column.stage, wanted, None).subquery() for column in board if column.count]
    ids = list(db.session.scalars(union_all(*(select(first.c.id) for first in firsts)))) if firsts else []
    cards = _cards(ids)
    for column in board:
        _fill(column, [card for card in cards if card.stage_id == column.stage.id])
    return board


def column(stage: Stage, wanted: Wanted, before: Cursor) -> Column:
    """A column's next cards, without its numbers."""
    found = Column(stage)
    _fill(found, _cards(list(db.session.scalars(_ids(stage, wanted, before)))))
    return found


def _ids(stage: Stage, wanted: Wanted, before: Cursor | None) -> Select[int]:
    rows = select(Opportunity.id).where(Opportunity.stage_id == stage.id, *wanted.conditions())
    if not stage.is_open:
        rows = rows.where(Opportunity.closed_on >= _since())
    if before is not None:
        place = tuple_(Opportunity.stage_changed_at, Opportunity.id)
        rows = rows.where(place < (before.happened_at, before.id))
    return rows.order_by(Opportunity.stage_changed_at.desc(), Opportunity.id.desc()).limit(PAGE + 1)


def _cards(ids: list[int]) -> list[Opportunity]:
    rows = select(Opportunity).where(Opportunity.id.in_(ids)).options(joinedload(Opportunity.contact).lazyload("*"))
    newest = rows.order_by(Opportunity.stage_changed_at.desc(), Opportunity.id.desc())
    return list(db.session.scalars(newest)) if ids else []


def _fill(column: Column, cards: list[Opportunity]) -> None:
    column.cards = cards[:PAGE]
    if len(cards) > PAGE:
        last = cards[PAGE - 1]
        column.older = Cursor(last.stage_changed_at, last.id)


def mark() -> str:
    """Changes when something on somebody's board may have changed: asked every few seconds, so it must be cheap."""
    latest = db.session.scalar(select(Opportunity.changed_at).order_by(Opportunity.changed_at.desc()).limit(1))
    open_ids = [stage.id for stage in stages.all_stages() if stage.is_open]
    some = select(Opportunity.id).where(Opportunity.stage_id.in_(open_ids)).limit(COUNT_CAP + 1).subquery()
    count = db.session.scalar(select(func.count()).select_from(some))
    return f"{latest.timestamp() if latest else 0:.6f}-{count}"

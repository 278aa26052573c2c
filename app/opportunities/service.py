"""The verbs of opportunities. Every door (page, board, REST, import) comes through `save`, and so `check`."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from app.contacts.service import tags_named
from app.core import access, clock
from app.core.db import db
from app.core.errors import Conflict
from app.history import recording
from app.notices import telling
from app.opportunities import changes, checks
from app.opportunities.models import Opportunity, Stage, StageChange, StageKind

PAGES = "/opportunities/show"
STALE = dt.timedelta(days=30)  # without any change


def save(data: dict[str, Any], opportunity: Opportunity | None = None) -> Opportunity:
    """Create an opportunity, or change the given one by the keys present in `data` (OPP-01…05).

    Keys: title, description, contact and participants (ids), stage (id or name), probability, currency, amount,
    budget_type, periods, expected_close, closed_on (days), lost_reason (id or name), tags, private, shared_with, owner,
    co_owners, custom, version. Raises RuleBroken with the reasons by field, Conflict when `version` is not the present
    one, NotAllowed when someone who does not look after it changes who has access. Flushes, does not commit.
    """
    if opportunity is not None and data.get("version") is not None:
        _same_version(opportunity, data["version"])
    clean = cleaned(data, opportunity)
    if opportunity is None:
        opportunity = Opportunity()
        db.session.add(opportunity)
    stage = clean.pop("stage", None)
    moved = stage is not None and stage.id != opportunity.stage_id
    before = opportunity.stage_id
    with telling.told(opportunity, PAGES), changes.recorded(opportunity), db.session.no_autoflush:
        _apply(opportunity, clean, stage or opportunity.stage, moved)
    db.session.flush()
    if moved:
        _note(opportunity, before)
    return opportunity


def cleaned(data: dict[str, Any], opportunity: Opportunity | None = None) -> dict[str, Any]:
    """What `save` would write, in clean values. Raises RuleBroken and NotAllowed as it does."""
    clean = checks.check(data, opportunity)
    access.refuse_strangers(opportunity, clean)
    return clean


def _same_version(opportunity: Opportunity, version: int) -> None:
    """Two who move one card at once: the second waits here, and is told. Raises Conflict."""
    db.session.refresh(opportunity, ["version"], with_for_update=True)
    if opportunity.version != version:
        raise Conflict


def _apply(opportunity: Opportunity, clean: dict[str, Any], stage: Stage, moved: bool) -> None:
    by_hand = clean.get("probability") not in (None, opportunity.probability)
    for key in clean.keys() - {"tags"}:
        setattr(opportunity, key, clean[key])
    if "tags" in clean:
        opportunity.tags = tags_named(clean["tags"])
    if moved:
        opportunity.stage_id, opportunity.stage, opportunity.stage_changed_at = stage.id, stage, clock.now()
        opportunity.probability = clean["probability"] if by_hand else stage.probability
    _settle(opportunity, stage)
    opportunity.index_words()


def _settle(opportunity: Opportunity, stage: Stage) -> None:
    """What is won or lost has the day when it became so (OPP-04); what is open has none. Only a loss has a reason."""
    today = clock.today(access.current().timezone)
    opportunity.closed_on = None if stage.is_open else opportunity.closed_on or today
    if stage.kind != StageKind.LOST:
        opportunity.lost_reason_id = None


def _note(opportunity: Opportunity, before: int | None) -> None:
    change = StageChange(
        opportunity_id=opportunity.id,
        before_id=before,
        stage_id=opportunity.stage_id,
        at=opportunity.stage_changed_at,
        by_id=access.current().user_id,
        probability=opportunity.probability,
        currency=opportunity.currency,
        total=opportunity.total,
    )
    db.session.add(change)
    db.session.flush()


def delete(opportunity: Opportunity) -> None:
    """Move to the bin. Raises NotAllowed for those who do not look after it."""
    recording.to_bin(opportunity)


def restore(pk: int) -> Opportunity:
    """Take out of the bin what the actor, or anyone for an administrator, has put there. Raises RuleBroken."""
    return recording.from_bin(Opportunity, pk)  # type: ignore[no-any-return]


def of_contact(contact_id: int, limit: int = 50) -> list[Opportunity]:
    """The opportunities of a contact that the actor sees, latest first (OPP-06)."""
    mine = select(Opportunity).where(Opportunity.contact_id == contact_id)
    return list(db.session.scalars(mine.order_by(Opportunity.changed_at.desc(), Opportunity.id.desc()).limit(limit)))


def times(opportunity: Opportunity) -> list[tuple[Stage, dt.timedelta]]:
    """How long the opportunity has stood in each stage it came into, in the order of coming, the last until now. One
    that came with an import has stood where it is since then."""
    mine = select(StageChange).where(StageChange.opportunity_id == opportunity.id).order_by(StageChange.at)
    changes_ = list(db.session.scalars(mine.limit(200)))
    if not changes_:
        return [(opportunity.stage, clock.now() - opportunity.stage_changed_at)]
    ends = [change.at for change in changes_[1:]] + [clock.now()]
    spent: dict[Stage, dt.timedelta] = {}
    for change, end in zip(changes_, ends, strict=True):
        spent[change.stage] = spent.get(change.stage, dt.timedelta()) + (end - change.at)
    return list(spent.items())


def stale(open_ones: list[int]) -> ColumnElement[bool]:
    """The same as `is_stale`, for the database; `open_ones` are the ids of the open stages."""
    late = Opportunity.expected_close < clock.today(access.current().timezone)
    left = Opportunity.changed_at < clock.now() - STALE
    return and_(Opportunity.stage_id.in_(open_ones), or_(late, left))


def is_stale(opportunity: Opportunity) -> bool:
    """Whether an open opportunity has been left alone: nothing changed in it for STALE days, or its expected close is
    past (OPP-08)."""
    today = clock.today(access.current().timezone)
    late = opportunity.expected_close is not None and opportunity.expected_close < today
    return opportunity.stage.is_open and (late or clock.now() - opportunity.changed_at > STALE)

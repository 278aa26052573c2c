"""Closed opportunities: won and lost over time with reasons, sales by person, and the way from stage to stage."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, case, extract, func, select

from app.core.db import db
from app.opportunities import stages
from app.opportunities.models import Opportunity, Stage, StageChange, StageKind
from app.settings.models import PickList
from reports.asking import Asked
from reports.grouping import folded, in_order, month_of, people, words
from reports.pipeline import of
from reports.tables import Chart, Kind, Link, Table, headed, in_days, percent, within

KEYS: dict[str, Any] = {
    "month": month_of(Opportunity.closed_on),
    "owner": Opportunity.owner_id,
    "reason": Opportunity.lost_reason_id,
}
KINDS = ((1, StageKind.WON.value), (3, StageKind.LOST.value))  # by the place of their column


def _stages(kind: StageKind) -> list[int]:
    return [stage.id for stage in stages.all_stages() if stage.kind == kind]


def _closed(asked: Asked, *keys: Any) -> Select[Any]:
    """(keys, currency, won, amount won, lost, amount lost) of what was closed within the period."""
    won, lost = (Opportunity.stage_id.in_(_stages(kind)) for kind in (StageKind.WON, StageKind.LOST))
    numbers = [number.filter(which) for which in (won, lost) for number in (func.count(), func.sum(Opportunity.total))]
    where = [won | lost, Opportunity.closed_on.is_not(None), *asked.days(Opportunity.closed_on), *of(asked)]
    return select(*keys, Opportunity.currency, *numbers).where(*where).group_by(*keys, Opportunity.currency)


def won_lost(asked: Asked) -> Table:
    """What was won and lost, by month, person, or (the lost ones) reason (REP-01)."""
    found = _closed(asked, KEYS[asked.by])
    if asked.by == "reason":
        found = found.where(Opportunity.stage_id.in_(_stages(StageKind.LOST)))
    groups, missing = _in_order(*folded(db.session.execute(found), asked, 1, range(1, 4, 2)))
    names = _names(asked.by, groups)
    heading = {"month": _("Month"), "owner": _("Responsible"), "reason": _("Lost for")}[asked.by]
    columns = headed(
        (asked.by, heading, Kind.MONTH if asked.by == "month" else Kind.TEXT),
        ("won", _("Won"), Kind.COUNT),
        ("won_total", _("Won, total"), Kind.MONEY),
        ("lost", _("Lost"), Kind.COUNT),
        ("lost_total", _("Lost, total"), Kind.MONEY),
        ("rate", _("Won of closed"), Kind.PERCENT),
    )
    rows = [[names(k), *numbers, percent(numbers[0], numbers[0] + numbers[2])] for k, numbers in groups.items()]
    links = [_links(asked, key) for key in groups]
    return Table(columns, rows, Chart(0, 4 if asked.by == "reason" else 2), asked.shown_currency, missing, links)


def _links(asked: Asked, key: Any) -> dict[int, Link]:
    """The lists of what was won and what was lost; lists know nothing of reasons."""
    if asked.by == "reason" or key is None:
        return {}
    span = asked.of_month(key) if asked.by == "month" else (asked.since, asked.until)
    chosen = asked.chosen | ({"owner": key} if asked.by == "owner" else {})
    found = {place: Link("opportunity", chosen | {"stage": kind} | within("closed_on", *span)) for place, kind in KINDS}
    return found if span[0] else {}


def _in_order(groups: Any, missing: list[str]) -> tuple[dict[Any, Any], list[str]]:
    keys = in_order([key for (key,) in groups], lambda key: key)
    return {key: groups[key,] for key in keys}, missing


def _names(by: str, keys: Any) -> Any:
    if by == "month":
        return lambda key: key
    return (people(keys) if by == "owner" else words(PickList.LOST_REASON)).get


def sales(asked: Asked) -> Table:
    """What each person won in each month (REP-02)."""
    found = _closed(asked, KEYS["month"], KEYS["owner"]).where(Opportunity.stage_id.in_(_stages(StageKind.WON)))
    groups, missing = folded(db.session.execute(found), asked, 2, range(1, 4, 2))
    names = people({owner for _month, owner in groups})
    columns = headed(
        ("month", _("Month"), Kind.MONTH),
        ("owner", _("Responsible")),
        ("count", _("Won"), Kind.COUNT),
        ("total", _("Total"), Kind.MONEY),
    )
    rows = [[month, names.get(owner), *numbers[:2]] for (month, owner), numbers in groups.items()]
    rows.sort(key=lambda row: (row[0], row[1] or ""))
    ids = {name: owner for owner, name in names.items()}
    links = [_sold(asked, month, ids.get(name)) for month, name, *_numbers in rows]
    return Table(columns, rows, Chart(0, 3, 1), asked.shown_currency, missing, links)


def _sold(asked: Asked, month: Any, owner: int | None) -> dict[int, Link]:
    chosen = asked.chosen | {"owner": owner, "stage": StageKind.WON.value} | within("closed_on", *asked.of_month(month))
    return {2: Link("opportunity", chosen)} if owner else {}


def _stays(asked: Asked) -> Any:
    """Each stay in a stage that began within the period: when it began, when the next one did, and where that was."""
    order: Any = {"partition_by": StageChange.opportunity_id, "order_by": (StageChange.at, StageChange.id)}
    return (
        select(
            StageChange.opportunity_id,
            StageChange.stage_id,
            StageChange.at,
            func.lead(StageChange.at).over(**order).label("until"),
            func.lead(StageChange.stage_id).over(**order).label("next_id"),
        )
        .join(Opportunity, Opportunity.id == StageChange.opportunity_id)
        .where(*of(asked))
        .subquery()
    )


def conversion(asked: Asked) -> Table:
    """Of each stage: how many came in within the period, how many went on (further, or won), were lost, went back or
    are still there, and how many days those stayed who have left (REP-01)."""
    known = stages.all_stages()
    stays = _stays(asked)
    place = case({s.id: n for n, s in enumerate(known)}, value=stays.c.stage_id)
    next_place = case({s.id: n for n, s in enumerate(known)}, value=stays.c.next_id)
    lost = stays.c.next_id.in_(_stages(StageKind.LOST))
    on = ~lost & (next_place > place)
    found = (
        select(
            stays.c.stage_id,
            func.count(),
            func.count().filter(on),
            func.count().filter(lost),
            func.count().filter(~lost & (next_place <= place)),
            func.count().filter(stays.c.next_id.is_(None)),
            func.avg(extract("epoch", stays.c.until - stays.c.at)),
        )
        .where(*asked.instants(stays.c.at))
        .group_by(stays.c.stage_id)
    )
    groups = {row[0]: row[1:] for row in db.session.execute(found)}
    columns = headed(
        ("stage", _("Stage")),
        ("entered", _("Came in"), Kind.COUNT, False),
        ("on", _("Went on"), Kind.COUNT, False),
        ("lost", _("Lost"), Kind.COUNT, False),
        ("back", _("Went back"), Kind.COUNT, False),
        ("there", _("Still there"), Kind.COUNT, False),
        ("conversion", _("Conversion"), Kind.PERCENT),
        ("days", _("Average days"), Kind.DAYS),
    )
    return Table(columns, [_row(s, groups[s.id]) for s in known if s.is_open and s.id in groups], Chart(0, 1))


def _row(stage: Stage, numbers: Any) -> list[Any]:
    entered, on, *rest, seconds = numbers
    return [stage.label, entered, on, *rest, percent(on, entered), in_days(seconds)]

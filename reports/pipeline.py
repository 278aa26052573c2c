"""Open opportunities: what is on the way, by stage, person, month and currency, and what to expect of it (REP-01)."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, case, func, select

from app.core.db import db
from app.opportunities import stages
from app.opportunities.models import Opportunity, StageKind
from reports.asking import Asked
from reports.grouping import folded, in_order, month_of, people
from reports.tables import Chart, Kind, Link, Table, headed, within

KEYS: dict[str, Any] = {
    "stage": Opportunity.stage_id,
    "owner": Opportunity.owner_id,
    "month": month_of(Opportunity.expected_close),
    "currency": Opportunity.currency,
}


def statement(asked: Asked) -> Select[Any]:
    """(group, currency, count, sum, sum × percent) of the open opportunities that the actor sees."""
    open_ones = [stage.id for stage in stages.all_stages() if stage.is_open]
    worth, weighted = func.sum(Opportunity.total), func.sum(Opportunity.total * Opportunity.probability)
    found = select(KEYS[asked.by], Opportunity.currency, func.count(), worth, weighted)
    found = found.where(Opportunity.stage_id.in_(open_ones), *asked.days(Opportunity.expected_close), *of(asked))
    return found.group_by(KEYS[asked.by], Opportunity.currency)


def of(asked: Asked) -> list[Any]:
    """The person's, in the currency."""
    person = [Opportunity.owner_id == asked.owner] if asked.owner else []
    return [*person, Opportunity.currency == asked.currency] if asked.currency else person


def pipeline(asked: Asked) -> Table:
    """Count, sum and weighted sum by stage, person, month of the expected close, or currency."""
    groups, missing = folded(db.session.execute(statement(asked)), asked, 1, range(1, 3))
    names, order = _names(asked.by, [key for (key,) in groups])
    keys = in_order([key for (key,) in groups], order)
    label = {"stage": _("Stage"), "owner": _("Responsible"), "month": _("Expected close"), "currency": _("Currency")}
    by_month = asked.by == "month"
    columns = headed(
        (asked.by, label[asked.by], Kind.MONTH if by_month else Kind.TEXT),
        ("count", _("Opportunities"), Kind.COUNT),
        ("total", _("Total"), Kind.MONEY),
        ("weighted", _("Weighted"), Kind.MONEY),
    )
    rows = [[names(k), groups[k,][0], groups[k,][1], groups[k,][2] / 100] for k in keys]
    links = [_links(asked, key) for key in keys]
    return Table(columns, rows, Chart(0, 2), asked.shown_currency, missing, links)


def _names(by: str, keys: list[Any]) -> tuple[Any, Any]:
    """What the keys are called, and what they are sorted by."""
    if by == "stage":
        known = stages.all_stages()
        return {s.id: s.label for s in known}.get, {s.id: n for n, s in enumerate(known)}.get
    if by == "owner":
        return (names := people(keys)).get, names.get
    return (lambda key: key), (lambda key: key)


def _links(asked: Asked, key: Any) -> dict[int, Link]:
    """The list that a row counts. There is none for what has no day, as no list can be asked for that."""
    chosen = asked.chosen | ({"stage": "open"} if asked.by != "stage" else {})
    since, until = asked.since, asked.until
    if asked.by == "month":
        if key is None:
            return {}
        since, until = asked.of_month(key)
    else:
        chosen[asked.by] = key
    link = Link("opportunity", chosen | within("expected_close", since, until))
    return {0: link, 1: link}


def forecast(asked: Asked) -> Table:
    """By month: what was won in it, what is open and expected in it, and both together with the open ones weighted."""
    kinds = {stage.id: stage.kind for stage in stages.all_stages()}
    won = [key for key, kind in kinds.items() if kind == StageKind.WON]
    on_the_way = [key for key, kind in kinds.items() if kind == StageKind.OPEN]
    is_won = Opportunity.stage_id.in_(won)
    day = case((is_won, Opportunity.closed_on), else_=Opportunity.expected_close)
    month, total, weighted = month_of(day), Opportunity.total, Opportunity.total * Opportunity.probability
    found = select(
        month,
        Opportunity.currency,
        func.count().filter(~is_won),
        func.sum(total).filter(is_won),
        func.sum(total).filter(~is_won),
        func.sum(weighted).filter(~is_won),
    ).where(Opportunity.stage_id.in_([*won, *on_the_way]), day.is_not(None), *asked.days(day), *of(asked))
    statement = found.group_by(month, Opportunity.currency)
    groups, missing = folded(db.session.execute(statement), asked, 1, range(1, 4))
    columns = headed(
        ("month", _("Month"), Kind.MONTH),
        ("count", _("Open"), Kind.COUNT),
        ("won", _("Won"), Kind.MONEY),
        ("total", _("Open, total"), Kind.MONEY),
        ("weighted", _("Open, weighted"), Kind.MONEY),
        ("forecast", _("Forecast"), Kind.MONEY),
    )
    rows = [[key, n, won, total, w / 100, won + w / 100] for (key,), (n, won, total, w) in sorted(groups.items())]
    links = [
        {1: Link("opportunity", asked.chosen | {"stage": "open"} | within("expected_close", *asked.of_month(key)))}
        for (key,) in sorted(groups)
    ]
    return Table(columns, rows, Chart(0, 5), asked.shown_currency, missing, links)

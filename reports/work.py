"""Tasks by person and category, and how much work lies before each person (REP-02)."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from app.cases.models import Case
from app.core import clock
from app.core.db import db
from app.core.people import User
from app.opportunities import stages
from app.opportunities.models import Opportunity
from app.settings.models import PickList
from app.tasks.lists import Group
from app.tasks.models import Task
from reports.asking import Asked
from reports.grouping import in_order, people, words
from reports.tables import Chart, Kind, Link, Table, headed


def tasks(asked: Asked) -> Table:
    """Tasks that are open, that are overdue, and that were closed within the period, by person or category."""
    key: Any = {"owner": Task.owner_id, "category": Task.category_id}[asked.by]
    is_open, closed = Task.closed_at.is_(None), Task.closed_at.is_not(None)
    overdue = is_open & (Task.due_at < clock.now())
    numbers = [func.count().filter(which) for which in (is_open, overdue, closed)]
    within = or_(is_open, closed & _all_of(asked.instants(Task.closed_at)))
    found = select(key, *numbers).where(within, *([Task.owner_id == asked.owner] if asked.owner else []))
    groups = {row[0]: list(row[1:]) for row in db.session.execute(found.group_by(key))}
    names = people(groups) if asked.by == "owner" else words(PickList.TASK_CATEGORY)
    columns = headed(
        (asked.by, _("Responsible") if asked.by == "owner" else _("Category")),
        ("open", _("Open"), Kind.COUNT),
        ("overdue", _("Overdue"), Kind.COUNT),
        ("closed", _("Closed in the period"), Kind.COUNT),
    )
    keys = in_order(groups, lambda one: names.get(one, ""))
    links = [_links(asked, one) for one in keys]
    return Table(columns, [[names.get(one), *groups[one]] for one in keys], Chart(0, 1), links=links)


def _links(asked: Asked, key: Any) -> dict[int, Link]:
    """The list of all tasks of a person or category, and that of the overdue ones among them."""
    if key is None:
        return {}
    chosen = {"who": key} if asked.by == "owner" else {"category": key, "who": asked.owner or "everyone"}
    return {0: Link("task", chosen), 2: Link("task", chosen | {"group": Group.OVERDUE.value})}


def _all_of(conditions: list[Any]) -> Any:
    found = Task.closed_at.is_not(None)
    for condition in conditions:
        found &= condition
    return found


def workload(asked: Asked) -> Table:
    """What each person has before him now: open opportunities, open cases, open tasks, late ones, those of 7 days."""
    open_stages = [stage.id for stage in stages.all_stages() if stage.is_open]
    now, is_open = clock.now(), Task.closed_at.is_(None)
    deals = _counted(Opportunity, [func.count()], Opportunity.stage_id.in_(open_stages))
    cases = _counted(Case, [func.count()], Case.closed_at.is_(None))
    late, soon = Task.due_at < now, (Task.due_at >= now) & (Task.due_at < now + dt.timedelta(7))
    todo = _counted(Task, [func.count(), func.count().filter(late), func.count().filter(soon)], is_open)
    parts = [deals.c.n0, cases.c.n0, todo.c.n0, todo.c.n1, todo.c.n2]
    found = select(User.id, *(func.coalesce(part, 0) for part in parts))
    for part in (deals, cases, todo):
        found = found.outerjoin(part, part.c.owner_id == User.id)
    found = found.where(or_(*(part.is_not(None) for part in parts[:3])))
    groups = {
        row[0]: list(row[1:])
        for row in db.session.execute(found.where(User.id == asked.owner) if asked.owner else found)
    }
    names = people(groups)
    columns = headed(
        ("owner", _("Responsible")),
        ("opportunities", _("Open opportunities"), Kind.COUNT),
        ("cases", _("Open cases"), Kind.COUNT),
        ("tasks", _("Open tasks"), Kind.COUNT),
        ("overdue", _("Overdue"), Kind.COUNT),
        ("soon", _("Due in 7 days"), Kind.COUNT),
    )
    keys = in_order(groups, lambda one: names.get(one, ""))
    links = [_of_person(one) for one in keys]
    return Table(columns, [[names.get(one), *groups[one]] for one in keys], Chart(0, 3), links=links)


def _of_person(key: int) -> dict[int, Link]:
    """The lists of a person's open opportunities and overdue tasks."""
    overdue = Link("task", {"who": key, "group": Group.OVERDUE.value})
    return {1: Link("opportunity", {"stage": "open", "owner": key}), 4: overdue}


def _counted(model: Any, numbers: list[Any], where: Any) -> Any:
    named = [number.label(f"n{i}") for i, number in enumerate(numbers)]
    return select(model.owner_id, *named).where(where).group_by(model.owner_id).subquery()

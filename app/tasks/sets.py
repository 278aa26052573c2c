"""Templates of tasks: sets with offsets in days, applied to a record (TSK-07)."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import access, clock
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.tasks import checks, service
from app.tasks.models import Task, TaskTemplate, TaskTemplateStep

MOST_STEPS, FURTHEST = 50, 3650  # steps of a set, days of a step


def templates() -> list[TaskTemplate]:
    """All sets, by name."""
    return list(db.session.scalars(select(TaskTemplate).order_by(func.lower(TaskTemplate.name)).limit(500)))


def save(data: dict[str, Any], template: TaskTemplate | None = None) -> TaskTemplate:
    """Make a set, or change the given one. Keys: name, steps (each with title, category, days, time, reminder as a task
    has them), version. Raises RuleBroken with the reasons by field, Conflict. Flushes, does not commit."""
    if template is not None and data.get("version") not in (None, template.version):
        raise Conflict
    name, steps = _checked(data, template)
    template = template or TaskTemplate()
    template.name = name
    template.steps = [TaskTemplateStep(position=place, **step) for place, step in enumerate(steps)]
    db.session.add(template)
    db.session.flush()
    return template


def _checked(data: dict[str, Any], template: TaskTemplate | None) -> tuple[str, list[dict[str, Any]]]:
    errors: dict[str, list[str]] = {}
    name = " ".join(str(data.get("name") or "").split())
    if not name:
        errors["name"] = [_("This field is required.")]
    elif len(name) > 80 or "\0" in name:
        errors["name"] = [_("At most %(limit)s characters.", limit=80)]
    elif _taken(name, template):
        errors["name"] = [_("“%(name)s” is in the list already.", name=name)]
    steps = [_step(step, number, errors) for number, step in enumerate(data.get("steps") or [], 1)]
    if not steps:
        errors.setdefault("steps", [_("A template has at least one task.")])
    elif len(steps) > MOST_STEPS:
        errors["steps"] = [_("At most %(limit)s.", limit=MOST_STEPS)]
    if errors:
        raise RuleBroken(errors)
    return name, steps


def _taken(name: str, template: TaskTemplate | None) -> bool:
    found = db.session.scalar(select(TaskTemplate.id).where(func.lower(TaskTemplate.name) == name.lower()))
    return found is not None and found != getattr(template, "id", None)


def _step(step: dict[str, Any], number: int, errors: dict[str, list[str]]) -> dict[str, Any]:
    """A step by the rules of tasks: as if it were due today."""
    days = step.get("days") or 0
    try:
        clean = checks.check({**step, "due": clock.today(access.current().timezone)})
    except RuleBroken as broken:
        told = [_("Task %(number)s: %(words)s", number=number, words=str(broken))]
        errors.setdefault("steps", []).extend(told)
        return {}
    if type(days) is not int or not 0 <= days <= FURTHEST:
        errors.setdefault("steps", []).append(_("Task %(number)s: the days are a number from 0 on.", number=number))
    return {key: clean.get(key) for key in ("title", "category_id", "due_time", "reminder")} | {"days": days}


def delete(template: TaskTemplate) -> None:
    """For good; the tasks that were made by it stay."""
    db.session.delete(template)
    db.session.flush()


def apply(template: TaskTemplate, links: dict[str, int], start: dt.date) -> list[Task]:
    """The tasks of the set about the records in `links`, counted from `start`, all of them the actor's. Flushes."""
    return [
        service.save(
            {
                **links,
                "title": step.title,
                "category": step.category_id,
                "due": start + dt.timedelta(days=step.days),
                "time": step.due_time,
                "reminder": step.reminder,
            }
        )
        for step in template.steps
    ]

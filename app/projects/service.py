"""The verbs of projects. Every door comes through `save`, and so `check`."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from app.contacts.models import Contact
from app.core import access
from app.core.db import db
from app.core.errors import Conflict
from app.history import recording
from app.notices import telling
from app.opportunities.models import Opportunity
from app.projects import changes, checks
from app.projects.models import Project, Status

PAGES = "/projects/show"


def save(data: dict[str, Any], project: Project | None = None) -> Project:
    """Create a project, or change the given one by the keys present in `data` (OPP-07).

    Keys: title, description, opportunity and contact (ids), status, start_on, end_on (days), owner, co_owners (the
    team), private, shared_with, version. A new one takes over who sees what it is made from, unless `private` says it.
    Raises RuleBroken with the reasons by field, Conflict when `version` is not the present one, NotAllowed when someone
    who does not look after it changes who has access. Flushes, does not commit.
    """
    if project is not None and data.get("version") not in (None, project.version):
        raise Conflict
    clean = checks.check(data, project)
    access.refuse_strangers(project, clean)
    if project is None:
        clean = _audience_of_parents(clean) | clean
        project = Project(status=Status.OPEN)
        db.session.add(project)
    with telling.told(project, PAGES), changes.recorded(project), db.session.no_autoflush:
        for key, value in clean.items():
            setattr(project, key, value)
        project.index_words()
    db.session.flush()
    return project


def _audience_of_parents(clean: dict[str, Any]) -> dict[str, Any]:
    """A project outlives what it was made from: then its own privacy is all it has (ACC-06)."""
    pairs: tuple[tuple[type[Any], str], ...] = ((Opportunity, "opportunity_id"), (Contact, "contact_id"))
    rows = [db.session.get(model, clean[key]) for model, key in pairs if clean.get(key)]
    limited = [row for row in rows if row is not None and row.private]
    shared = set.intersection(*(set(row.shared_with) for row in limited)) if limited else set()
    return {"private": bool(limited), "shared_with": sorted(shared)}


def delete(project: Project) -> None:
    """Move to the bin. Raises NotAllowed for those who do not look after it."""
    recording.to_bin(project)


def restore(pk: int) -> Project:
    """Take out of the bin what the actor, or anyone for an administrator, has put there. Raises RuleBroken."""
    return recording.from_bin(Project, pk)  # type: ignore[no-any-return]


def of(parent: ColumnElement[bool], limit: int = 50) -> list[Project]:
    """Projects that the actor sees under a condition on their links, latest first."""
    mine = select(Project).where(parent).options(joinedload(Project.opportunity).lazyload("*"))
    return list(db.session.scalars(mine.order_by(Project.changed_at.desc(), Project.id.desc()).limit(limit)))

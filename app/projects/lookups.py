"""Projects chosen by typing."""

from sqlalchemy import select

from app.core.db import db
from app.core.finding import matching
from app.core.lookup import LIMIT, Choice, lookup
from app.projects.models import Project


@lookup("project")
def projects(typed: str) -> list[Choice]:
    """Projects that the actor may see."""
    found = select(Project).order_by(Project.sort_name, Project.id).limit(LIMIT)
    if typed.strip():
        found = found.where(matching(Project, typed))
    return [{"value": row.id, "text": row.title, "sub": ""} for row in db.session.scalars(found)]

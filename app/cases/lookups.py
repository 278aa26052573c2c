"""Cases chosen by typing."""

from sqlalchemy import select

from app.cases.models import Case
from app.core.db import db
from app.core.finding import matching
from app.core.lookup import LIMIT, Choice, lookup


@lookup("case")
def cases(typed: str) -> list[Choice]:
    """Cases that the actor may see, open ones first."""
    found = select(Case).order_by(Case.closed, Case.sort_name, Case.id).limit(LIMIT)
    if typed.strip():
        found = found.where(matching(Case, typed))
    return [{"value": row.id, "text": row.title, "sub": ""} for row in db.session.scalars(found)]

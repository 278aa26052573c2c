"""Opportunities chosen by typing."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.core.finding import matching
from app.core.lookup import LIMIT, Choice, lookup
from app.opportunities.models import Opportunity


@lookup("opportunity")
def opportunities(typed: str) -> list[Choice]:
    """Opportunities that the actor may see, with their contact where that is seen too."""
    found = select(Opportunity).options(joinedload(Opportunity.contact).lazyload("*"))
    found = found.order_by(Opportunity.sort_name, Opportunity.id).limit(LIMIT)
    if typed.strip():
        found = found.where(matching(Opportunity, typed))
    return [{"value": o.id, "text": o.title, "sub": str(o.contact or "")} for o in db.session.scalars(found)]

"""The rules of a project: what comes from outside, made clean or refused with a sentence on its field."""

from typing import Any

from flask_babel import gettext as _

from app.contacts.models import Contact
from app.core.cleaning import Cleaning
from app.opportunities.models import Opportunity
from app.projects.models import Project, Status


def check(data: dict[str, Any], project: Project | None = None) -> dict[str, Any]:
    """Clean values for the keys in `data` alone (all of them when new). Raises RuleBroken with every reason at once."""
    cleaning = Cleaning(data, project)
    cleaning.text("title", 255, required=True)
    cleaning.text("description", 100_000)
    cleaning.link("opportunity", Opportunity, _("There is no such opportunity."))
    cleaning.link("contact", Contact, _("There is no such contact."))
    cleaning.choice("status", Status)
    cleaning.day("start_on")
    cleaning.day("end_on")
    cleaning.audience()
    clean = cleaning.done()
    start, end = (clean.get(key, getattr(project, key, None)) for key in ("start_on", "end_on"))
    if start and end and end < start:
        cleaning.refuse("end_on", _("It ends before it starts."))
    return cleaning.done()

"""The rules of a case: what comes from outside, made clean or refused with a sentence on its field."""

from typing import Any

from flask_babel import gettext as _

from app.cases.models import Case
from app.contacts.models import Contact
from app.core import clock
from app.core.cleaning import Cleaning
from app.settings import custom


def check(data: dict[str, Any], case: Case | None = None) -> dict[str, Any]:
    """Clean values for the keys in `data` alone (all of them when new). Raises RuleBroken with every reason at once."""
    cleaning = Cleaning(data, case)
    cleaning.text("title", 255, required=True)
    cleaning.text("description", 100_000)
    cleaning.links("participants", Contact, _("There is no such contact."))
    cleaning.tags()
    cleaning.audience()
    if cleaning.given("closed"):
        kept = case.closed_at if case is not None else None
        cleaning.clean["closed_at"] = (kept or clock.now()) if data["closed"] else None
    custom.clean(cleaning, "case")
    return cleaning.done()

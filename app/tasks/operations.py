"""What this room hangs on the lists of others: a task for each of the chosen contacts (CON-09, TSK-05)."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.contacts.models import Contact
from app.core import operations
from app.core.operations import Ask, Operation
from app.settings.models import PickList
from app.settings.service import pick_values
from app.tasks import service


def register() -> None:
    """Hang it."""
    asks = (
        Ask("title", _l("Title")),
        Ask("category", _l("Category"), "choice", _categories, required=False),
        Ask("due", _l("Due"), "day", required=False),
        Ask("owner", _l("Responsible person"), "user", required=False, help=_l("You, when nobody is chosen.")),
        Ask("description", _l("Description"), "long", required=False),
    )
    about = _l("Each of them gets a task of its own.")
    task = Operation("task", _l("Create task…"), "checkbox", _create, asks=asks, help=about, place=20)
    operations.add("contact", task)


def _categories() -> list[tuple[Any, Any]]:
    return [(value.id, value.label) for value in pick_values(PickList.TASK_CATEGORY)]


def _create(contact: Contact, values: dict[str, Any]) -> None:
    given = {key: value for key, value in values.items() if value}
    service.save({**given, "contact": contact.id})

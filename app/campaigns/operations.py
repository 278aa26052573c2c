"""Mass mail from the list of contacts: to the chosen ones, or to all that match (MAIL-02)."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.campaigns import service
from app.core import operations
from app.core.operations import Operation


def register() -> None:
    """Hang the operation on contacts."""
    operation = Operation(
        "mail", _l("Send email"), "mail", hand_over=_draft, level="admin", permission="read", place=20
    )
    operations.add("contact", operation)


def _draft(ids: list[int], _values: dict[str, Any]) -> str:
    """A draft to these; it goes on where its text is written."""
    return f"/campaigns/{service.draft({'ids': ids}).id}/edit"

"""What a case's history tells of a change: its fields before and after, in words that each reader may read."""

from contextlib import AbstractContextManager
from typing import Any

from flask_babel import lazy_gettext as _l

from app.cases.models import Case
from app.history import recording, words

STATES = {False: _l("Open"), True: _l("Closed")}
words.FIELDS["case"] = {
    **recording.LABELS,
    "participants": _l("Participants"),
    "closed": _l("Status"),
    "invitation": _l("Invitation"),
}


def recorded(case: Case) -> AbstractContextManager[None]:
    """Put into the history what the block does to a case, new or not (HIS-02). Flushes."""
    return recording.recorded(case, snapshot, kept, moves="closed")


def snapshot(row: Case) -> dict[str, Any]:
    """What can be compared of a case."""
    return {**recording.usual(row), "closed": row.closed}


def kept(field: str, value: Any) -> Any:
    """As `history.words` keeps it."""
    if field == "closed":
        return {"word": "Closed" if value else "Open"}
    return recording.kept(field, value)

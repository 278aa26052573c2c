"""What a project's history tells of a change: its fields before and after, in words that each reader may read."""

from contextlib import AbstractContextManager
from typing import Any

from flask_babel import lazy_gettext as _l

from app.history import recording, words
from app.projects.models import Project

STATUS_LABELS = {"open": _l("Open"), "paused": _l("Paused"), "closed": _l("Closed")}
words.FIELDS["project"] = {
    **recording.LABELS,
    "co_owners": _l("Team"),
    "opportunity": _l("Opportunity"),
    "contact": _l("Contact"),
    "status": _l("Status"),
    "start_on": _l("Start"),
    "end_on": _l("End"),
}


def recorded(project: Project) -> AbstractContextManager[None]:
    """Put into the history what the block does to a project, new or not (HIS-02). Flushes."""
    return recording.recorded(project, snapshot, kept)


def snapshot(row: Project) -> dict[str, Any]:
    """What can be compared of a project."""
    days = {name: day.isoformat() if (day := getattr(row, name)) else None for name in ("start_on", "end_on")}
    links = {"opportunity": row.opportunity_id, "contact": row.contact_id}
    return {**recording.usual(row), **days, **links, "status": str(row.status)}


def kept(field: str, value: Any) -> Any:
    """As `history.words` keeps it."""
    match field:
        case "opportunity" | "contact":
            return {field: value} if value else None
        case "start_on" | "end_on":
            return {"custom": value, "kind": "date"} if value else None
        case "status":
            return {"word": value.capitalize()}
    return recording.kept(field, value)

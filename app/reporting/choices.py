"""Which reports the actor may read, and the lists that their rows lead to."""

from typing import Any

from flask import abort, current_app, url_for

from reports.asking import Report
from reports.catalogue import REPORTS
from reports.tables import Link

LISTS = {"opportunity": "OpportunityView.list"}


def manager() -> Any:
    """Who says what the actor may read."""
    return current_app.extensions["appbuilder"].sm


def readable() -> list[Report]:
    """The reports whose records the actor may open."""
    return [report for report in REPORTS.values() if manager().has_access("can_read", report.permission)]


def report_or_404(key: str) -> Report:
    """A report; 404 for one that there isn't or that the actor may not read."""
    found = REPORTS.get(key)
    return found if found and found in readable() else abort(404)


def address(link: Link | None) -> str:
    """The list that a row counts; "" where there is none."""
    if link is None:
        return ""
    filters: dict[str, Any] = {f"_flt_0_{name}": value for name, value in link.filters.items()}
    return url_for(LISTS[link.entity], **filters)


def file_name(report: Report, day: Any, format_: str) -> str:
    """What a file of it is called."""
    return f"{report.key}-{day}.{format_}"

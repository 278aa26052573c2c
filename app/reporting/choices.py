"""Which reports the actor may read, and the lists that their rows lead to."""

from typing import Any

from flask import abort, current_app, url_for

from reports.asking import Report
from reports.catalogue import REPORTS
from reports.tables import Link

LISTS = {"opportunity": "OpportunityView", "contact": "ContactView", "invoice": "InvoiceView", "task": "TaskView"}


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
    """The list that a figure counts; "" where there is none."""
    if link is None:
        return ""
    view = _views()[LISTS[link.entity]]
    if link.entity == "task":
        return url_for(f"{LISTS[link.entity]}.list", **link.filters)
    offered = view._filters.get_search_filters()
    values = {_name(key, offered): value for key, value in link.filters.items()}
    return url_for(f"{LISTS[link.entity]}.list", **values)


def _views() -> dict[str, Any]:
    return {view.endpoint: view for view in current_app.extensions["appbuilder"].baseviews}


def _name(key: Any, offered: Any) -> str:
    """What the address of a list calls a filter: `_flt_<its place>_<column>`."""
    operator, column = key if isinstance(key, tuple) else ("eq", key)
    places = [n for n, one in enumerate(offered[column]) if one.arg_name == operator]
    return f"_flt_{places[0] if places else 0}_{column}"


def file_name(report: Report, day: Any, format_: str) -> str:
    """What a file of it is called."""
    return f"{report.key}-{day}.{format_}"

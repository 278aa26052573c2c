"""New contacts over time by type, temperature and source (REP-02)."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.core.db import db
from app.settings.models import PickList
from reports.asking import Asked
from reports.grouping import month_of_instant, words
from reports.tables import Chart, Kind, Link, Table, headed

KEYS: dict[str, Any] = {
    "type": Contact.type_id,
    "temperature": Contact.temperature_id,
    "source": Contact.import_run_id.is_not(None),
}


def contacts(asked: Asked) -> Table:
    """Contacts that were made within the period, by month and type, temperature or source."""
    month, key = month_of_instant(Contact.created_at, asked.zone), KEYS[asked.by]
    found = select(month.label("month"), key.label("key"), func.count()).where(*asked.instants(Contact.created_at))
    found = found.where(Contact.owner_id == asked.owner) if asked.owner else found
    rows = db.session.execute(found.group_by("month", "key").order_by("month", "key"))
    names = _names(asked.by)
    heading = {"type": _("Type"), "temperature": _("Temperature"), "source": _("Source")}[asked.by]
    columns = headed(("month", _("Month"), Kind.MONTH), (asked.by, heading), ("count", _("New contacts"), Kind.COUNT))
    found_rows = list(rows)
    links = [_links(asked, month, key) for month, key, _count in found_rows]
    return Table(columns, [[m, names.get(k), n] for m, k, n in found_rows], Chart(0, 2, 1), links=links)


def _links(asked: Asked, month: Any, key: Any) -> dict[int, Link]:
    """The list of those that came in a month and are of a type or temperature; lists can't be asked for none."""
    if asked.by == "source" or key is None:
        return {}
    first, last = asked.of_month(month)
    return {2: Link("contact", asked.chosen | {asked.by: key, "created_at": f"{first}..{last}"})}


def _names(by: str) -> dict[Any, str]:
    if by == "source":
        return {True: _("Imported"), False: _("Entered by hand")}
    return words(PickList.CONTACT_TYPE if by == "type" else PickList.TEMPERATURE)

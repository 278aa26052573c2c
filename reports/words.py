"""What was asked, in words, below the title of every form of a report."""

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from reports.asking import ALL, FROM_TO, PERIODS, Asked, Report
from reports.grouping import people


def subtitle(report: Report, asked: Asked) -> str:
    """Period, grouping, person and currency of an answer."""
    parts = [_period(report, asked)]
    if report.groupings:
        parts.append(_("by %(what)s", what=str(report.groupings[asked.by]).lower()))
    if asked.owner:
        parts.append(people([asked.owner]).get(asked.owner, ""))
    parts.append(asked.currency if asked.currency and report.has_money else "")
    return " · ".join(part for part in parts if part)


def _period(report: Report, asked: Asked) -> str:
    if not report.dated_by or asked.period == ALL:
        return str(PERIODS[ALL]) if report.dated_by else ""
    first, last = (
        format_date(d, "dd/MM/yyyy", locale=get_locale() or "en") if d else "…" for d in (asked.since, asked.until)
    )
    name = "" if asked.period == FROM_TO else f"{PERIODS[asked.period]}, "
    return f"{name}{report.dated_by}: {first} – {last}"

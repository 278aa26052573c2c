"""The verbs of report mails: plan, change, run now, stop, end. Making and queueing the mails is `running`."""

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select

from app.core import access, clock
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.jobs import later
from app.core.people import User, insider
from app.reporting.models import Every, ReportMail, ReportSchedule
from reports import asking, files
from reports.catalogue import REPORTS

INLINE = "inline"
FORMATS = (INLINE, *files.MAKERS)
MOST, MOST_RECIPIENTS = 50, 100
STOP = "stop a report"  # salt of its link


def check(data: Mapping[str, Any], row: ReportSchedule | None = None) -> dict[str, Any]:
    """What the columns take, of `report`, `args`, `every`, `weekday`, `monthday`, `hour`, `zone`, `formats` and
    `recipients` (user ids). Raises RuleBroken."""
    errors: dict[str, str] = {}
    clean: dict[str, Any] = {
        "weekday": _within(data, "weekday", range(7), 0, errors),
        "monthday": _within(data, "monthday", range(1, 32), 1, errors),
        "hour": _within(data, "hour", range(24), 8, errors),
        "every": str(data.get("every") or ""),
        "zone": str(data.get("zone") or access.current().timezone),
        "formats": [f for f in FORMATS if f in (data.get("formats") or [])],
        "recipients": _recipients(data.get("recipients") or [], errors),
    }
    if clean["every"] not in list(Every):
        errors["every"] = _("Choose one of: %(names)s.", names=", ".join(Every))
    if clean["zone"] not in available_timezones():
        errors["zone"] = _("“%(name)s” is no time zone.", name=clean["zone"][:40])
    if not clean["formats"]:
        errors["formats"] = _("Choose at least one form.")
    if errors:
        raise RuleBroken(errors)
    return clean if row else clean | _question(data)


def _question(data: Mapping[str, Any]) -> dict[str, Any]:
    report = REPORTS.get(str(data.get("report")))
    if report is None:
        raise RuleBroken({"report": _("There is no such report.")})
    args = {key: str(value) for key, value in (data.get("args") or {}).items() if key in asking.KEYS and value}
    asking.read(report, args)
    return {"report": report.key, "args": args}


def _within(data: Mapping[str, Any], key: str, allowed: range, usual: int, errors: dict[str, str]) -> int:
    text = str(data.get(key, usual))
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text) in allowed:
        return int(text)
    errors[key] = _("Between %(low)s and %(high)s.", low=allowed[0], high=allowed[-1])
    return usual


def _recipients(wanted: Any, errors: dict[str, str]) -> list[int]:
    ids = {int(one) for one in wanted if str(one).isascii() and str(one).isdigit() and len(str(one)) < 10}
    known = list(db.session.scalars(select(User.id).where(insider(), User.id.in_(ids)).order_by(User.id)))
    if not known or len(known) != len(list(wanted)) or len(known) > MOST_RECIPIENTS:
        errors["recipients"] = _("Choose users who get it.")
    elif not access.current().is_admin and known != [access.current().user_id]:
        errors["recipients"] = _("Administrators alone send reports to others.")
    return known


def save(data: Mapping[str, Any], row: ReportSchedule | None = None) -> ReportSchedule:
    """Plan a report, or change when and to whom it goes. Raises RuleBroken, NotAllowed. Flushes."""
    if row is not None:
        require(row)
    clean = check(data, row)
    if row is None:
        if len([one for one in schedules() if one.owner_id == access.current().user_id]) >= MOST:
            raise RuleBroken({"": _("You have as many report mails as one may have.")})
        row = ReportSchedule(owner_id=access.current().user_id)
        db.session.add(row)
    for key, value in clean.items():
        setattr(row, key, value)
    row.active, row.next_at = True, following(row, clock.now())
    db.session.flush()
    return row


def require(row: ReportSchedule) -> None:
    """Raise NotAllowed unless the actor made it or is an administrator."""
    if row.owner_id != access.current().user_id and not access.current().is_admin:
        raise NotAllowed


def following(row: ReportSchedule, after: dt.datetime) -> dt.datetime:
    """The first instant of the timetable later than `after`: at the hour that the clocks of its zone show then."""
    zone = ZoneInfo(row.zone)
    first = after.astimezone(zone).date()
    days = (first + dt.timedelta(days=n) for n in range(64))
    instants = (dt.datetime.combine(day, dt.time(row.hour), zone).astimezone(dt.UTC) for day in days if _fits(row, day))
    return next(instant for instant in instants if instant > after)


def _fits(row: ReportSchedule, day: dt.date) -> bool:
    if row.every == Every.WEEK:
        return day.weekday() == row.weekday
    last = calendar.monthrange(day.year, day.month)[1]
    return row.every == Every.DAY or day.day == min(row.monthday, last)


def run_now(row: ReportSchedule) -> None:
    """Send it to all of its recipients as soon as this is committed; its timetable goes on from there."""
    require(row)
    row.active, row.next_at = True, clock.now()
    db.session.flush()
    later("reporting.run", row)


def end(row: ReportSchedule) -> None:
    """Send it no more; what it sent is kept for its time."""
    require(row)
    row.recipients, row.active = [], False
    db.session.flush()


def schedules() -> list[ReportSchedule]:
    """Those the actor made or gets, the latest first."""
    going = select(ReportSchedule).where(func.cardinality(ReportSchedule.recipients) > 0)
    return list(db.session.scalars(going.order_by(ReportSchedule.id.desc()).limit(200)))


def log_of(row: ReportSchedule, limit: int = 50) -> list[ReportMail]:
    """What went to whom, the latest first."""
    mails = select(ReportMail).where(ReportMail.schedule_id == row.id).order_by(ReportMail.id.desc())
    return list(db.session.scalars(mails.limit(limit)))


def _signer() -> URLSafeSerializer:
    keys = [*reversed(current_app.config["FORMER_SECRET_KEYS"]), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=STOP)


def stop_token(row: ReportSchedule, user_id: int) -> str:
    """The secret of a recipient's stop link."""
    return str(_signer().dumps([row.id, user_id]))


def read_token(token: str) -> tuple[int, int] | None:
    """(schedule, user) of a stop link that we signed; None for any other."""
    try:
        schedule_id, user_id = _signer().loads(token)
    except BadSignature:
        return None
    return int(schedule_id), int(user_id)


def stop(row: ReportSchedule) -> None:
    """Send it to the actor no more; to nobody left, not at all."""
    row.recipients = [one for one in row.recipients if one != access.current().user_id]
    row.active = bool(row.recipients)
    db.session.flush()

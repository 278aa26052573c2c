"""A due report becomes mails: claimed, made for each recipient as that person, and queued, in one transaction."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from app.core import access, clock, storage
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.links import absolute
from app.core.people import User, load_actor
from app.mailing import service as mailing
from app.reporting import service
from app.reporting.models import ReportMail, ReportSchedule
from reports import asking, files
from reports.catalogue import REPORTS
from reports.tables import Table, shown

AREA = "reports"
KEPT = dt.timedelta(days=30)  # the files of a mail: longer than a mail waits for its server
AT_ONCE = 500


def due() -> list[int]:
    """The schedules whose hour has come. The caller acts as SYSTEM."""
    ripe = select(ReportSchedule.id).where(ReportSchedule.active, ReportSchedule.next_at <= clock.now())
    return list(db.session.scalars(ripe.order_by(ReportSchedule.next_at).limit(AT_ONCE)))


def run(schedule_id: int) -> int:
    """Queue the mails of a schedule that is due, and move it on; how many recipients. The caller acts as SYSTEM and
    commits: before that nothing has happened. Who comes second finds it not due."""
    locked = select(ReportSchedule).where(ReportSchedule.id == schedule_id).with_for_update(skip_locked=True)
    row = db.session.scalar(locked)
    if row is None or not row.active or row.next_at > clock.now():
        return 0
    row.next_at = service.following(row, clock.now())
    for user_id in row.recipients:
        send(row, user_id)
    db.session.flush()
    return len(row.recipients)


def send(row: ReportSchedule, user_id: int) -> ReportMail:
    """Queue the mail of one recipient, with the numbers that he may see now, and write it down."""
    entry = ReportMail(schedule_id=row.id, user_id=user_id)
    found = load_actor(user_id)
    try:
        if found is None:
            raise NotAllowed
        with access.acting_as(found), force_locale(found.locale or "en"):
            _queue(row, user_id, entry)
    except NotAllowed:
        entry.error = _("This user may not see it any more.")
    except RuleBroken as broken:
        entry.error = str(broken)
    db.session.add(entry)
    db.session.flush()
    return entry


def _queue(row: ReportSchedule, user_id: int, entry: ReportMail) -> None:
    report, user = REPORTS[row.report], db.session.get_one(User, user_id)
    if not may_read(user, report.permission):
        raise NotAllowed
    asked = asking.read(report, row.args)
    table = report.make(asked)
    inline = service.INLINE in row.formats
    links = {
        "page": absolute(f"/reports/{report.key}?{urlencode(row.args)}"),
        "stop": absolute(f"/report-mails/stop/{service.stop_token(row, user_id)}"),
    }
    html = files.html("reporting/mail.html", report, asked, table, inline=inline, **links)
    attached = [_stored(format_, report, asked, table) for format_ in row.formats if format_ != service.INLINE]
    entry.files = [file["key"] for file in attached]
    text = _text(table if inline else None, links)
    language = (access.current().locale or "en")[:2]
    entry.mail_id = mailing.queue(user.email, str(report.label), text, html, language=language, attachments=attached).id


def may_read(user: Any, permission: str) -> bool:
    """Whether the user's roles let him read the entity."""
    roles = [*user.roles, *(role for group in user.groups for role in group.roles)]
    granted = ((p.permission.name, p.view_menu.name) for role in roles for p in role.permissions)
    return ("can_read", permission) in set(granted)


def _stored(format_: str, report: asking.Report, asked: asking.Asked, table: Table) -> dict[str, str]:
    key, _size = storage.put(io.BytesIO(files.MAKERS[format_](report, asked, table)), AREA)
    name = f"{report.key}-{clock.today(asked.zone)}.{format_}"
    return {"name": name, "key": key, "type": files.TYPES[format_]}


def _text(table: Table | None, links: dict[str, str]) -> str:
    """The mail for who reads no HTML."""
    lines = list(_lines(table)) if table else []
    lines += ["", links["page"]] if links["page"] else []
    lines += [_("No more of these mails: %(address)s", address=links["stop"])] if links["stop"] else []
    return "\n".join(lines) or "–"


def _lines(table: Table) -> Iterator[str]:
    for row in table.rows:
        cells = [shown(v, c.kind, table.currency) for v, c in zip(row, table.columns, strict=True)]
        rest = zip(table.columns[1:], cells[1:], strict=True)
        yield f"{cells[0]}: " + ", ".join(f"{c.label} {text}" for c, text in rest)


def forget() -> int:
    """Take away the log of old mails and their files; how many, at most AT_ONCE. The caller acts as SYSTEM."""
    old = select(ReportMail).where(ReportMail.at < clock.now() - KEPT).limit(AT_ONCE)
    gone = list(db.session.scalars(old))
    for entry in gone:
        for key in entry.files:
            storage.remove(key)
        db.session.delete(entry)
    db.session.flush()
    over = delete(ReportSchedule).where(func.cardinality(ReportSchedule.recipients) == 0)
    db.session.execute(over.where(ReportSchedule.id.not_in(select(ReportMail.schedule_id))))
    return len(gone)

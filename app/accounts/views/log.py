"""The page of the log: filters, a file of what they find, how long lines are kept."""

import datetime as dt
import io
from typing import Any

from flask import Response, flash, redirect, request, stream_with_context, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from app.accounts import log, service
from app.core import access, audit, clock
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.people import OWNER
from app.core.roles import ThreeVerbs
from app.core.tables import CsvWriter
from app.settings import preferences

YEARS = range(2000, 2200)  # beyond them there is no line, and no sum of days
COLUMNS = ("at", "who", "act", "what", "before", "after", "address")


def _day(text: str) -> dt.date | None:
    """A day as dd/mm/yyyy, or as browsers write one; None for anything else."""
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            day = dt.datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        return day if day.year in YEARS else None
    return None


def _wanted() -> log.Wanted:
    asked = request.args
    before = asked.get("before", "")
    return log.Wanted(
        act=asked.get("act", "") if asked.get("act", "") in audit.ACTS else "",
        who=asked.get("who", "").strip()[:100],
        what=asked.get("what", "").strip()[:100],
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )


class LogView(ThreeVerbs, BaseView):
    """Who signed in or failed to, and what administrators did."""

    route_base = "/settings/log"
    level = "admin"
    class_permission_name = "Log"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """A page of it, the newest first."""
        return self._page({})

    @expose("/log.csv")
    @has_access
    def show(self) -> Any:
        """All lines that the filters find, as a file."""
        answer = Response(stream_with_context(_file(_wanted())), mimetype="text/csv")
        name = f"clientela-log-{clock.today(access.current().timezone)}.csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    @expose("/keep", methods=["POST"])
    @has_access
    def keep(self) -> Any:
        """How long lines are kept; the owner says so."""
        if OWNER not in access.current().roles:
            raise NotAllowed
        typed = request.form.get("days", "").strip()
        try:
            service.choose(
                service.LOG_DAYS, int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
            )
        except RuleBroken as broken:
            return self._page(broken.errors), 400
        db.session.commit()
        flash(_("Changes saved"), "success")
        return redirect(url_for(".list"))

    def _page(self, errors: dict[str, Any]) -> Any:
        wanted = _wanted()
        lines, older = log.page(wanted)
        return self.render_template(
            "accounts/log.html",
            lines=lines,
            older=older,
            wanted=wanted,
            asked=request.args,
            errors=errors,
            acts=log.acts(),
            labels=audit.ACTS,
            days=request.form.get("days", preferences.chosen(service.LOG_DAYS)),
            is_owner=OWNER in access.current().roles,
        )


def _file(wanted: log.Wanted) -> Any:
    part = io.BytesIO()
    writer = CsvWriter.to_bytes(part, COLUMNS)
    for row in log.rows(wanted):
        writer.row(row)
        if part.tell() > 65_536:
            yield part.getvalue()
            part.seek(0)
            part.truncate()
    yield part.getvalue()

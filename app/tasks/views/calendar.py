"""The calendar of tasks: month, week, agenda, made by the server; on a phone each of them is a list of days."""

import datetime as dt
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import access, clock
from app.core.roles import ThreeVerbs
from app.tasks import calendar
from app.tasks.calendar import Span
from app.tasks.models import LINKS
from app.tasks.views.tasks import pages, wanted

SPANS = {Span.MONTH: _l("Month"), Span.WEEK: _l("Week"), Span.AGENDA: _l("Agenda")}


class CalendarView(ThreeVerbs, BaseView):
    """What is to be done, by day (TSK-07)."""

    route_base = "/tasks/calendar"
    class_permission_name = "Task"
    level = "user"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """`span` says how much is shown, `day` around which day; filters as in the list."""
        chosen = request.args.get("span", "")
        span = Span(chosen) if chosen in list(Span) else Span.MONTH
        today = clock.today(access.current().timezone)
        day, which = self._day(today), wanted()
        return self.render_template(
            "tasks/calendar.html",
            days=calendar.days(which, span, day),
            span=span,
            spans=SPANS,
            day=day,
            today=today,
            heading=self._heading(span, day),
            before=calendar.step(span, day, forward=False),
            after=calendar.step(span, day, forward=True),
            who=which.owner,
            now=clock.now(),
            pages=pages(),
            links=LINKS,
        )

    def _day(self, today: dt.date) -> dt.date:
        day = request.args.get("day", today, dt.date.fromisoformat)
        return day if day.year in calendar.YEARS else today

    def _heading(self, span: Span, day: dt.date) -> str:
        if span is Span.MONTH:
            return str(format_date(day, "LLLL yyyy")).capitalize()
        shown = calendar.days_of(span, day)
        return _("%(first)s to %(last)s", first=f"{shown[0]:%d/%m/%Y}", last=f"{shown[-1]:%d/%m/%Y}")

"""Pages of reports by mail: plan one from a report, see what went out, send now, stop."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import crm_users, load_actor, names_of_principals
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404
from app.reporting import running, service
from app.reporting.models import Every, ReportMail, ReportSchedule
from reports import asking
from reports.catalogue import REPORTS
from reports.words import subtitle

EVERY = {Every.DAY: _l("Every day"), Every.WEEK: _l("Every week"), Every.MONTH: _l("Every month")}
FORMATS = {"inline": _l("In the mail, with the chart"), "xlsx": _l("Excel file"), "csv": _l("CSV file")}
FORMATS |= {"pdf": _l("PDF file")}
DAYS = [_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday")]
KEYS = ("every", "weekday", "monthday", "hour", "zone")


def may_get() -> list[Any]:
    """Whom the actor may send reports to (SPEC, Access): others are for administrators."""
    me = access.current()
    return [user for user in crm_users() if me.is_admin or user.id == me.user_id]


class ReportMailView(ThreeVerbs, BaseView):
    """Reports that go out by themselves (REP-03)."""

    route_base = "/report-mails"
    class_permission_name = "ReportMail"
    level = "user"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """Those that the actor made or gets."""
        rows = service.schedules()
        who = names_of_principals(sorted({user for row in rows for user in row.recipients}))
        return self._page("mails", rows=rows, who=who, abouts={row.id: self._about(row) for row in rows})

    def _page(self, name: str, **values: Any) -> Any:
        words = {"every": EVERY, "days": DAYS, "reports": REPORTS}
        known = {key: label for key, label in FORMATS.items() if key in service.FORMATS}
        return self.render_template(f"reporting/{name}.html", **words, formats=known, **values)

    def _about(self, row: ReportSchedule) -> str:
        report = REPORTS[row.report]
        return subtitle(report, asking.read(report, row.args))

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> Any:
        """Plan one: the report and its filters stand in the address."""
        report = REPORTS.get(request.args.get("report", "")) or abort(404)
        args = {key: value for key, value in request.args.items() if key in asking.KEYS}
        me = access.current()
        usual = {"every": "week", "weekday": 0, "monthday": 1, "hour": 8, "zone": me.timezone}
        usual |= {"formats": ["inline"], "recipients": [me.user_id]}
        try:
            about = subtitle(report, asking.read(report, args))
        except RuleBroken as broken:
            flash(str(broken), "danger")
            return redirect(url_for("ReportView.show", key=report.key))
        return self._form(usual, None, report=report, about=about, data={"report": report.key, "args": args})

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change when, to whom and how."""
        row = self._row(pk)
        service.require(row)
        values = {key: getattr(row, key) for key in (*KEYS, "formats", "recipients")}
        return self._form(values, row, report=REPORTS[row.report], about=self._about(row), data={})

    def _form(self, values: dict[str, Any], row: ReportSchedule | None, data: dict[str, Any], **more: Any) -> Any:
        errors: dict[str, list[str]] = {}
        if request.method == "POST":
            values = {key: request.form.get(key, "") for key in KEYS}
            values |= {key: request.form.getlist(key) for key in ("formats", "recipients")}
            try:
                saved = service.save(data | values, row)
                db.session.commit()
                flash(_("The next mail goes at %(when)s.", when=format_datetime(saved.next_at, "short")), "success")
                return redirect(url_for(".show", pk=saved.id))
            except RuleBroken as broken:
                db.session.rollback()
                errors = broken.errors
        return self._page("mail_form", values=values, errors=errors, users=may_get(), row=row, **more)

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """When it goes to whom, and what went."""
        row = self._row(pk)
        who = names_of_principals(row.recipients)
        mine = row.owner_id == access.current().user_id or access.current().is_admin
        return self._page("mail_show", row=row, who=who, about=self._about(row), log=service.log_of(row), mine=mine)

    def _row(self, pk: int) -> ReportSchedule:
        return found_or_404(ReportSchedule, pk)

    @expose("/<int:pk>/run", methods=["POST"])
    @has_access
    @permission_name("edit")
    def run(self, pk: int) -> Any:
        """Send it now."""
        service.run_now(self._row(pk))
        db.session.commit()
        flash(_("The mails are on their way."), "success")
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/resend/<int:entry>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def resend(self, pk: int, entry: int) -> Any:
        """Make one recipient's mail once more, with the numbers of now."""
        row = self._row(pk)
        service.require(row)
        old = (db.session.get(ReportMail, entry) if entry < 2**63 else None) or abort(404)
        if old.schedule_id != row.id or old.user_id not in row.recipients:
            abort(404)
        running.send(row, old.user_id)
        db.session.commit()
        flash(_("The mails are on their way."), "success")
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/end", methods=["POST"])
    @has_access
    @permission_name("edit")
    def end(self, pk: int) -> Any:
        """Send it to nobody any more."""
        service.end(self._row(pk))
        db.session.commit()
        flash(_("It is sent no more."), "success")
        return redirect(url_for(".list"))

    @expose("/stop/<token>", methods=["GET", "POST"])
    def stop(self, token: str) -> Any:
        """The link in a mail: GET asks, POST does, without signing in."""
        found = service.read_token(token) or abort(404)
        actor = load_actor(found[1]) or abort(404)
        with access.acting_as(actor):
            row = self._row(found[0])
            if request.method == "POST":
                service.stop(row)
                db.session.commit()
            going = found[1] in row.recipients
            label = REPORTS[row.report].label
        return self.render_template("reporting/stop.html", going=going, label=label)

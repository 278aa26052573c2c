"""Pages of reports: the list, each one with its filters in the address, and the same as a file."""

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext as _l

from app.core import access, clock, nav
from app.core.errors import RuleBroken
from app.core.people import crm_users
from app.core.roles import ThreeVerbs
from app.reporting import choices
from app.reporting.mail_views import ReportMailView
from app.settings import currencies
from reports import asking, files
from reports.asking import PERIODS, Asked, Report
from reports.charts import picture
from reports.tables import shown
from reports.words import subtitle


class ReportView(ThreeVerbs, BaseView):
    """Questions with a table and a chart (REP-01, REP-02). They read alone, so whoever may read may ask."""

    route_base = "/reports"
    class_permission_name = "Report"
    level = "user"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The reports that the actor may read."""
        return self.render_template("reporting/list.html", reports=choices.readable())

    @expose("/<key>")
    @has_access
    def show(self, key: str) -> Any:
        """One report; what can't be asked is said, and the usual is answered."""
        report = choices.report_or_404(key)
        try:
            asked, errors = asking.read(report, request.args), {}
        except RuleBroken as broken:
            asked, errors = asking.read(report, {}), broken.errors
        return self._page(report, asked, errors)

    def _page(self, report: Report, asked: Asked, errors: Any) -> Any:
        table = report.make(asked)
        return self.render_template(
            "reporting/show.html",
            report=report,
            asked=asked,
            errors=errors,
            table=table,
            picture=picture(table),
            links=[{place: choices.address(link) for place, link in row.items()} for row in table.links],
            about=subtitle(report, asked),
            shown=shown,
            formats=[*files.MAKERS],
            periods=PERIODS,
            users=crm_users(),
            currencies=currencies.in_use(),
            may_mail=self.appbuilder.sm.has_access("can_write", "ReportMail"),
        )

    @expose("/<key>/file/<format_>")
    @has_access
    @permission_name("show")
    def file(self, key: str, format_: str) -> Any:
        """The same as csv, xlsx or pdf."""
        report = choices.report_or_404(key)
        if format_ not in files.MAKERS:
            abort(404)
        try:
            asked = asking.read(report, request.args)
        except RuleBroken as broken:
            flash(str(broken), "danger")
            return redirect(url_for(".show", key=key))
        answer = Response(files.MAKERS[format_](report, asked, report.make(asked)), mimetype=files.TYPES[format_])
        name = choices.file_name(report, clock.today(access.current().timezone), format_)
        answer.headers["Content-Disposition"] = f"attachment; filename={name}"
        return answer


def register(appbuilder: Any) -> None:
    """Wire the pages and the menu."""
    appbuilder.add_view_no_menu(ReportView)
    appbuilder.add_view_no_menu(ReportMailView)
    nav.MAIN.append(nav.Entry("reports", _l("Reports"), "presentation", "ReportView.list", place=70))

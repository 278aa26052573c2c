"""Pages of exports: the actor's own, their progress, their files."""

from typing import Any

from flask import current_app, flash, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import nav
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, progress_answer
from app.exports import choices, service
from app.exports.responses import file_of, run_or_404
from app.exports.sources import SOURCES

PAGE = 50


class ExportView(ThreeVerbs, BaseView):
    """One's own exports (IMP-07)."""

    route_base = "/exports"
    class_permission_name = "Export"
    level = "user"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The actor's exports, the latest first."""
        page = asked_page()
        found = service.runs(PAGE + 1, page * PAGE)
        return self._page("list", runs=found[:PAGE], page=page, more=len(found) > PAGE)

    def _page(self, name: str, **values: Any) -> Any:
        labels = {name: source.label for name, source in SOURCES.items()} | {"all": _("All data")}
        return self.render_template(f"exports/{name}.html", labels=labels, **values)

    @expose("/new", methods=["POST"])
    @has_access
    @permission_name("add")
    def new(self) -> Any:
        """Start one: `entity`, `format`, and the filters of the list as they stand in its address."""
        entity = request.form.get("entity", "")
        try:
            args = choices.of_address(entity, request.form.to_dict(flat=False))  # type: ignore[arg-type]
            columns = choices.columns(entity, request.form.get("columns", ""))
            run = service.start(entity, request.form.get("format", ""), args, columns)
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            flash(str(broken), "danger")
            return redirect(url_for(".list"))
        return redirect(url_for(".show", pk=run.id))

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """How far it is; at the end the file."""
        return self._page("run", run=run_or_404(pk))

    @expose("/<int:pk>/progress")
    @has_access
    @permission_name("show")
    def progress(self, pk: int) -> Any:
        """The bar, asked for each second; at the end the whole page is asked for again."""
        run = run_or_404(pk)
        return progress_answer(self._page("progress", run=run), run.ended)

    @expose("/<int:pk>/file")
    @has_access
    @permission_name("show")
    def file(self, pk: int) -> Any:
        """The file."""
        run, content = file_of(pk)
        return send_file(content, as_attachment=True, download_name=run.file_name)

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    @permission_name("edit")
    def cancel(self, pk: int) -> Any:
        """Stop it."""
        service.cancel(run_or_404(pk))
        db.session.commit()
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    @permission_name("edit")
    def delete(self, pk: int) -> Any:
        """Take it away with its file."""
        service.delete(run_or_404(pk))
        db.session.commit()
        flash(_("The export was deleted"), "success")
        return redirect(url_for(".list"))


def exported_as(view: str) -> str | None:
    """The source that a list's page exports; None for lists that can't be, or who may not."""
    manager = current_app.extensions["appbuilder"].sm
    found = next((s.name for s in SOURCES.values() if s.view == view), None)
    return found if found and manager.has_access("can_write", "Export") else None


def register(appbuilder: Any) -> None:
    """Wire the pages, the menu, the card of the settings, and the button of each list that can be exported."""
    appbuilder.add_view_no_menu(ExportView)
    current_app.jinja_env.globals["exported_as"] = exported_as
    nav.MAIN.append(nav.Entry("exports", _l("Exports"), "download", "ExportView.list", place=85))
    about = _l("One archive with a CSV file of each kind of record")
    entry = nav.Entry("export_all", _l("Export all data"), "zip", "ExportView.list", level="admin", description=about)
    nav.SETTINGS.append(entry)

"""Pages of an import: the list of runs, and one upload step by step from the file to its result."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import BadRequest, NotFound

from app.core import nav
from app.core.db import db
from app.core.errors import Conflict
from app.core.jobs import RunState
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, progress_answer
from app.imports import choices, service, undoing
from app.imports.models import ImportRun, Step
from app.imports.responses import errors_response, run_or_404
from importers.errors import Refused

PAGE = 50
REASONS = 100  # refused rows shown on the page; the file has all of them
STATES = {
    "draft": (_l("Not started"), "gray"),
    RunState.QUEUED: (_l("Waiting"), "blue"),
    RunState.RUNNING: (_l("Running"), "indigo"),
    RunState.DONE: (_l("Done"), "green"),
    RunState.FAILED: (_l("Failed"), "red"),
    RunState.CANCELLED: (_l("Cancelled"), "orange"),
}


class ImportView(ThreeVerbs, BaseView):
    """Upload, reading, columns, options, check, import (IMP-01…04)."""

    route_base = "/imports"
    class_permission_name = "Import"
    level = "user"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The runs that the actor may see, the latest first."""
        page = asked_page()
        runs = service.runs(PAGE + 1, page * PAGE)
        kinds = {name: words for name, words in choices.WORDS.items() if service.may_write(name)}
        return self._page("list", runs=runs[:PAGE], page=page, more=len(runs) > PAGE, kinds=kinds)

    def _page(self, name: str, **values: Any) -> Any:
        kind = values["run"].kind if values.get("run") else values.pop("kind", "contacts")
        words = choices.WORDS[kind]
        return self.render_template(f"imports/{name}.html", states=STATES, kind=kind, words=words, **values)

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def new(self) -> Any:
        """Choose a file. `after` in the address is the run whose refused rows were mended: its options are kept."""
        kinds = {name: words.label for name, words in choices.WORDS.items() if service.may_write(name)}
        kind = request.values.get("kind", "contacts")
        former = run_or_404(after) if (after := request.args.get("after", 0, int)) else None
        kind = former.kind if former else kind if kind in kinds else "contacts"
        if request.method == "GET":
            return self._page("file", error=None, kind=kind, kinds=kinds)
        upload = request.files.get("file")
        try:
            if upload is None or not upload.filename:
                raise Refused(_("Choose a file first."))
            run = service.upload(upload.stream, upload.filename, kind)
        except Refused as refused:
            db.session.rollback()
            return self._page("file", error=str(refused), kind=kind, kinds=kinds), 400
        if former:
            run.options = former.options
        db.session.commit()
        return self._to(run, Step.READING)

    def _to(self, run: ImportRun, step: Step) -> Any:
        return redirect(url_for(f".{step}" if step != Step.RUN else ".show", pk=run.id))

    def _draft(self, pk: int, step: Step) -> ImportRun:
        """A run whose choices may still be made; 404 for somebody else's. A checked one goes back to choosing."""
        run = run_or_404(pk)
        try:
            service.change(run, step)
        except Refused as refused:
            raise BadRequest(str(refused)) from refused
        return run

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """Where it stands: the next choice, the progress, the check or the result."""
        run = run_or_404(pk)
        if run.state == "draft":
            return self._to(run, Step(run.step) if run.step != Step.RUN else Step.OPTIONS)
        rows = service.refused_rows(run, REASONS) if run.ended else []
        undo = undoing.undo_of(run)
        return self._page(
            "run",
            run=run,
            rows=rows,
            headings=service.headings(run),
            came_in=came_in(run) if undo is None else None,
            undo=undo,
            undoable=undo is None and undoing.possible(run),
            kept=undoing.kept(undo, REASONS) if undo else [],
        )

    @expose("/<int:pk>/reading", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def reading(self, pk: int) -> Any:
        """How the bytes become rows, with the first rows read so."""
        run = self._draft(pk, Step.READING)
        error = self._read_as_posted(run) if request.method == "POST" else None
        if request.method == "POST" and error is None:
            run.step = Step.COLUMNS
            db.session.commit()
            return self._to(run, Step.COLUMNS)
        return self._page("reading", run=run, error=error, **choices.reading(run))

    @expose("/<int:pk>/preview", methods=["POST"])
    @has_access
    @permission_name("edit")
    def preview(self, pk: int) -> Any:
        """The first rows under the choices of the form, which are not kept."""
        run = self._draft(pk, Step.READING)
        error = self._read_as_posted(run)
        answer = self._page("preview", error=error, **choices.first_rows(run))
        db.session.rollback()
        return answer

    def _read_as_posted(self, run: ImportRun) -> str | None:
        try:
            service.read_as(run, **choices.posted_dialect(run))
        except Refused as refused:
            return str(refused)
        return None

    @expose("/<int:pk>/columns", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def columns(self, pk: int) -> Any:
        """Which column becomes which field."""
        run, error = self._draft(pk, Step.COLUMNS), None
        if request.method == "POST":
            try:
                service.use_mapping(run, choices.posted_columns(run))
                service.require_name(run)
                run.step = Step.OPTIONS
                db.session.commit()
                return self._to(run, Step.OPTIONS)
            except Refused as refused:
                error = str(refused)
        return self._page("columns", run=run, error=error, **choices.columns(run))

    @expose("/<int:pk>/options", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def options(self, pk: int) -> Any:
        """Duplicates, access, responsible person, tags; then the check begins."""
        run, error = self._draft(pk, Step.OPTIONS), None
        if request.method == "POST":
            try:
                service.choose(run, **choices.posted_options())
                service.start(run, dry_run=True)
                db.session.commit()
                return self._to(run, Step.RUN)
            except Refused as refused:
                error = str(refused)
        return self._page("options", run=run, error=error, **choices.options(run))

    @expose("/<int:pk>/start", methods=["POST"])
    @has_access
    @permission_name("add")
    def start(self, pk: int) -> Any:
        """Import what was checked."""
        run = run_or_404(pk)
        try:
            service.start(run, dry_run=False)
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(str(refused), "danger")
        return self._to(run, Step.RUN)

    @expose("/<int:pk>/progress")
    @has_access
    @permission_name("show")
    def progress(self, pk: int) -> Any:
        """The bar, asked for each second; at the end the whole page is asked for again."""
        run = run_or_404(pk)
        return progress_answer(self._page("progress", run=run), run.ended)

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    @permission_name("edit")
    def cancel(self, pk: int) -> Any:
        """Stop after the present chunk."""
        run = run_or_404(pk)
        service.cancel(run)
        db.session.commit()
        return self._to(run, Step.RUN)

    @expose("/<int:pk>/undo", methods=["POST"])
    @has_access
    @permission_name("add")
    def undo(self, pk: int) -> Any:
        """Take back what it brought (IMP-05)."""
        run = run_or_404(pk)
        try:
            undoing.start(run)
            db.session.commit()
        except (Refused, Conflict) as refused:
            db.session.rollback()
            flash(str(refused) or _("This import is being undone already."), "danger")
        return self._to(run, Step.RUN)

    @expose("/<int:pk>/undoing")
    @has_access
    @permission_name("show")
    def undoing(self, pk: int) -> Any:
        """The bar of the undo."""
        undo = undoing.undo_of(run_or_404(pk))
        if undo is None:
            raise NotFound
        return progress_answer(self._page("undoing", undo=undo), undo.ended)

    @expose("/<int:pk>/errors")
    @has_access
    @permission_name("show")
    def errors(self, pk: int) -> Any:
        """The refused rows to download, mend and upload again."""
        return errors_response(run_or_404(pk))

    @expose("/<int:pk>/discard", methods=["POST"])
    @has_access
    @permission_name("edit")
    def discard(self, pk: int) -> Any:
        """Forget an upload that was not imported."""
        service.discard(self._draft(pk, Step.READING))
        db.session.commit()
        flash(_("The upload was discarded"), "success")
        return redirect(url_for(".list"))


def came_in(run: ImportRun) -> str | None:
    """The address of the list of what the run created."""
    if not run.created or run.dry_run:
        return None
    everyone = "everyone" if run.kind == "tasks" else None  # others' tasks are left out unless asked for
    return url_for(choices.WORDS[run.kind].list, imported=run.id, who=everyone)


def register(appbuilder: Any) -> None:
    """Wire the pages and the menu."""
    appbuilder.add_view_no_menu(ImportView)
    nav.MAIN.append(nav.Entry("imports", _l("Import"), "file-import", "ImportView.list", place=90))

"""Pages of group operations: what is asked before one is done, its progress and its result."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import Forbidden, NotFound

from app.bulk import asking, service
from app.bulk.models import BulkRun
from app.core import operations
from app.core.db import appbuilder_of, db
from app.core.errors import RuleBroken
from app.core.jobs import RunState
from app.core.operations import Kind, Operation
from app.core.people import names_of_principals
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404, progress_answer

STATES = {
    RunState.QUEUED: (_l("Waiting"), "blue"),
    RunState.RUNNING: (_l("Running"), "indigo"),
    RunState.DONE: (_l("Done"), "green"),
    RunState.FAILED: (_l("Failed"), "red"),
    RunState.CANCELLED: (_l("Cancelled"), "orange"),
}
MOST_CHOSEN = 1000  # rows of one page


class BulkView(ThreeVerbs, BaseView):
    """One verb for many records (CON-09, GEN-02)."""

    route_base = "/bulk"
    class_permission_name = "Bulk"
    level = "user"

    @expose("/new/<kind_name>/<verb>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def new(self, kind_name: str, verb: str) -> Any:
        """Do `verb` to the rows chosen (`rowid`), or to all that the list in this very address shows (`everything`).

        What it asks for, and whether all are meant, is asked on a page first (`sure` says that it was).
        """
        kind, operation = allowed(kind_name, verb)
        everything = "everything" in request.form
        ids = matching(kind) if everything else service.seen(kind, _chosen())
        if not ids:
            flash(_("Nothing is chosen."), "warning")
            return redirect(_back(kind))
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        if "sure" in request.form:
            values = {ask.key: _given(ask) for ask in operation.asks}
            try:
                return self._do(kind, operation, ids, asking.check(operation, values))
            except RuleBroken as broken:
                db.session.rollback()
                errors = broken.errors
        elif not operation.asks and not everything:
            return self._at_once(kind, operation, ids)
        people = [v for value in values.values() for v in (value if isinstance(value, list) else [value])]
        who = names_of_principals([int(v) for v in people if str(v).removeprefix("-").isdecimal()])
        return self.render_template(
            "bulk/ask.html",
            kind=kind,
            operation=operation,
            count=len(ids),
            chosen=[] if everything else ids,
            values=values,
            errors=errors,
            who=who,
            back=_back(kind),
        ), (400 if errors else 200)

    def _at_once(self, kind: Kind, operation: Operation, ids: Any) -> Any:
        try:
            return self._do(kind, operation, ids, {})
        except RuleBroken as broken:
            db.session.rollback()
            flash(str(broken), "warning")
            return redirect(_back(kind))

    def _do(self, kind: Kind, operation: Operation, ids: list[int], values: dict[str, Any]) -> Any:
        """Now where they are few, else by a worker."""
        if operation.hand_over:
            address = operation.hand_over(ids, values)
            db.session.commit()
            return redirect(address)
        if len(ids) > service.FEW:
            run = service.queue(kind, operation, ids, values)
            db.session.commit()
            return redirect(url_for(".show", pk=run.id))
        outcome = service.perform_now(kind, operation, ids, values)
        db.session.commit()
        _say(outcome)
        return redirect(_back(kind))

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """The progress, then the result."""
        run = run_or_404(pk)
        kind, operation = found(run)
        back = url_for(f"{kind.view}.list") if kind else url_for(".list")
        return self.render_template("bulk/run.html", run=run, kind=kind, operation=operation, states=STATES, back=back)

    @expose("/<int:pk>/progress")
    @has_access
    @permission_name("show")
    def progress(self, pk: int) -> Any:
        """The bar, asked for each second; at the end the whole page is asked for again."""
        run = run_or_404(pk)
        return progress_answer(self.render_template("bulk/progress.html", run=run), run.ended)

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    @permission_name("edit")
    def cancel(self, pk: int) -> Any:
        """Stop after the present slice."""
        service.cancel(run_or_404(pk))
        db.session.commit()
        return redirect(url_for(".show", pk=pk))

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The latest group operations that the actor may see."""
        runs = [(run, *found(run)) for run in service.runs(50)]
        return self.render_template("bulk/list.html", runs=runs, states=STATES)


def allowed(kind_name: str, verb: str) -> tuple[Kind, Operation]:
    """The kind and its operation; 404 for what there is not, 403 for what the actor may not do at all."""
    kind = operations.kind(kind_name)
    operation = kind.operations.get(verb) if kind else None
    if kind is None or operation is None:
        raise NotFound
    if not operations.may(kind, operation, appbuilder_of().sm.has_access):
        raise Forbidden
    return kind, operation


def run_or_404(pk: int) -> BulkRun:
    """The run, if it is the actor's; the same 404 for a missing and for somebody else's one."""
    return found_or_404(BulkRun, pk)


def found(run: BulkRun) -> tuple[Kind | None, Operation | None]:
    """What the run does to what."""
    kind = operations.kind(run.kind)
    return kind, kind.operations.get(run.operation) if kind else None


def matching(kind: Kind) -> list[int]:
    """The ids of all rows that the list in this address shows to the actor."""
    view = next(v for v in appbuilder_of().baseviews if v.endpoint == kind.view)
    ids: list[int] = view.matching_ids(service.MOST)
    return ids


def _chosen() -> list[int]:
    rows = [pk for pk in request.form.getlist("rowid") if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    return sorted({int(pk) for pk in rows})[:MOST_CHOSEN]


def _given(ask: operations.Ask) -> Any:
    many = ask.what in ("tags", "principals")
    return request.form.getlist(ask.key) if many else request.form.get(ask.key)


def _back(kind: Kind) -> str:
    """The list as it was."""
    asked = request.query_string.decode()
    return url_for(f"{kind.view}.list") + (f"?{asked}" if asked else "")


def _say(outcome: service.Outcome) -> None:
    if outcome.changed:
        flash(ngettext("%(num)s changed", "%(num)s changed", outcome.changed), "success")
    if outcome.refused:
        flash(_("%(n)s left alone: only their responsible persons may do this", n=outcome.refused), "warning")
    if outcome.missing:
        flash(_("%(n)s are not there any more", n=outcome.missing), "warning")
    for problem in outcome.problems[:5]:
        flash(f"{problem['name']}: {problem['why']}", "danger")


def register(appbuilder: Any) -> None:
    """Wire the pages."""
    appbuilder.add_view_no_menu(BulkView)
    appbuilder.app.jinja_env.globals["operations_of_view"] = _offered


def _offered(endpoint: str) -> Any:
    """(kind, operations) of a list for its bar; (None, []) where it has none."""
    kind = operations.of_view(endpoint)
    return kind, operations.offered(kind, appbuilder_of().sm.has_access) if kind else []

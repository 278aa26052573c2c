"""Base class of the pages: Flask-AppBuilder's CRUD routes, our rules. A view parses, calls one service, presents."""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeVar

from flask import Response, current_app, flash, g, has_request_context, redirect, request, url_for
from flask_appbuilder import ModelView, expose
from flask_appbuilder.urltools import get_filter_args
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import BigInteger, inspect
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import Forbidden, NotFound

from app.core.cleaning import seen
from app.core.conflicts import differences
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.interface import COUNT_CAP
from app.core.roles import ThreeVerbs

Row = TypeVar("Row")


class Service(Protocol):
    """The verbs that a room offers to its doors. `save` runs the room's `check` and raises RuleBroken."""

    def save(self, data: dict[str, Any], row: Any = None, /) -> Any: ...

    def delete(self, row: Any, /) -> None: ...


class PerRequestFilters:
    """Views are singletons; their filters must not be (STACK.md, trap 4): each request gets its own copy."""

    def __set__(self, view: Any, filters: Any) -> None:
        view.__dict__["filters_of_view"] = filters

    def __get__(self, view: Any, _owner: type | None = None) -> Any:
        if view is None or not has_request_context():
            return view and view.__dict__.get("filters_of_view")
        mine = g.setdefault("filters_of_views", {})
        if id(view) not in mine:
            mine[id(view)] = view.datamodel.get_filters(view.search_columns, getattr(view, "search_filters", None))
        return mine[id(view)]


class CrmView(ThreeVerbs, ModelView):
    """List, show, add, edit and delete for one entity through its room's service (GEN-02, GEN-03)."""

    service: Service
    level: ClassVar[str] = "user"
    _filters = PerRequestFilters()
    page_size = 50
    add_row_message = lazy_gettext("Saved")
    edit_row_message = lazy_gettext("Changes saved")
    delete_row_message = lazy_gettext("Moved to the bin")

    def _get_list_widget(self, filters: Any, **kwargs: Any) -> Any:
        if kwargs.get("order_column") not in self.order_columns:
            kwargs |= {"order_column": "", "order_direction": ""}
        self.narrow(filters)
        widgets = super()._get_list_widget(filters, **kwargs)
        count = widgets["list"].template_args["count"]
        widgets["list"].template_args["count_capped"] = count > COUNT_CAP
        return widgets

    def narrow(self, filters: Any) -> None:
        """Add to the filters what the address asks for in ways of this list's own (`q`, …)."""

    def matching_ids(self, limit: int) -> list[int]:
        """The ids of all rows that this request's address lists, at most `limit` + 1; for group operations."""
        get_filter_args(self._filters)
        self.narrow(self._filters)
        ids: list[int] = self.datamodel.ids(self._filters.get_joined_filters(self._base_filters), limit)
        return ids

    def row_or_404(self, pk: Any) -> Any:
        """The row, or the same 404 for a missing and for a hidden one (ACC-06)."""
        row = self.datamodel.get(pk) if str(pk).isdecimal() and len(str(pk)) < 19 else None
        if row is None:
            raise NotFound
        return row

    def download(self, filename: str) -> Any:
        """Taken off: Flask-AppBuilder's sends any file of a folder without asking whose it is (threat 13)."""
        raise NotFound

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        """A group operation on one row."""
        return self._act(name, [pk])

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        """A group operation on the chosen rows; those that the actor does not see are passed over like missing ones."""
        return self._act(request.form.get("action", ""), request.form.getlist("rowid"))

    def _act(self, name: str, pks: list[str]) -> Any:
        if name not in self.actions:
            raise NotFound
        if not self.appbuilder.sm.has_access(self.get_action_permission_name(name), self.class_permission_name):
            raise Forbidden
        rows = self.datamodel.rows([int(pk) for pk in pks if pk.isdecimal() and len(pk) < 19])
        if not rows:
            raise NotFound
        return self.actions[name].func(rows)

    def for_each(self, rows: Any, verb: Callable[[Any], Any]) -> Any:
        """Do something with each of the chosen rows that the actor may do it with, and tell how many they were."""
        done = refused = 0
        for row in rows if isinstance(rows, list) else [rows]:
            try:
                verb(row)
                done += 1
            except NotAllowed:
                refused += 1
        db.session.commit()
        flash(_("%(done)s changed", done=done), "success")
        if refused:
            flash(_("%(n)s left alone: only their responsible persons may do this", n=refused), "warning")
        return redirect(came_from(url_for(".list")))

    def data_of(self, form: Any) -> dict[str, Any]:
        """What the service takes, from a filled-in form."""
        return {f.short_name: f.data for f in form if f.short_name != "csrf_token"}

    def _store(self, form: Any, row: Any) -> bool:
        """Save what was typed and keep the saved row for the redirect; False when it was refused."""

        def save() -> None:
            g.saved = self.service.save(self.data_of(form), row)

        return stored(form, save)

    def _add(self) -> Any:
        form = self.add_form.refresh()
        if is_sent() and self._store(form, None):
            flash(self.add_row_message, "success")
            return None
        return self._get_add_widget(form=form)

    def _edit(self, pk: Any) -> Any:
        row = self.row_or_404(pk)
        form = self.edit_form.refresh(request.form if request.method == "POST" else self.form_values(row))
        if is_sent() and self._store(form, row):
            flash(self.edit_row_message, "success")
            return None
        if g.get("conflict"):
            self._compare(form, pk)
        return self._get_edit_widget(form=form)

    def _compare(self, form: Any, pk: Any) -> None:
        """Let who was second see what stands now beside what he typed; saving again is then his decision (GEN-08)."""
        row = self.row_or_404(pk)
        db.session.refresh(row)
        present = self.edit_form(formdata=None, obj=self.form_values(row))
        form.conflicts = differences(form, present)
        form.version.data = row.version

    def form_values(self, row: Any) -> Any:
        """The object that pre-fills the edit form."""
        return row

    def _show(self, pk: Any) -> Any:
        self.row_or_404(pk)
        return super()._show(pk)

    def _delete(self, pk: Any) -> None:
        row = self.row_or_404(pk)
        try:
            self.service.delete(row)
            db.session.commit()
        except NotAllowed:
            db.session.rollback()
            flash(_("Only its responsible persons may delete this."), "danger")
        else:
            flash(self.delete_row_message, self.undo_category(pk))

    def undo_category(self, pk: Any) -> str:
        """The flash category that offers to undo a deletion, where the view can restore (GEN-07)."""
        return f"undo:{url_for('.restore', pk=pk)}" if hasattr(self, "restore") else "success"

    def post_add_redirect(self) -> Any:
        if "save_and_new" in request.form:
            return redirect(request.full_path)
        return redirect(url_for(f"{self.endpoint}.show", pk=g.saved.id))

    def post_edit_redirect(self) -> Any:
        return redirect(url_for(f"{self.endpoint}.show", pk=g.saved.id))

    def post_delete_redirect(self) -> Any:
        return redirect(url_for(f"{self.endpoint}.list"))


def cells_of(template: str) -> Callable[[str], Callable[[Any], Any]]:
    """Gives, by the name of a macro in `template`, a formatter that draws a list cell by it."""

    def cell(macro: str) -> Callable[[Any], Any]:
        return lambda value: getattr(current_app.jinja_env.get_template(template).module, macro)(value)

    return cell


def came_from(otherwise: str) -> str:
    """The page of ours that led here, else the given address: no answer leads to another host (threat 27)."""
    address = request.referrer or ""
    return address if address.startswith(request.host_url) else otherwise


def progress_answer(page: str, ended: bool) -> Response:
    """A bar that is asked for each second; when all has ended, the whole page is asked for again."""
    answer = Response(page)
    if ended:
        answer.headers["HX-Refresh"] = "true"
    return answer


def is_sent() -> bool:
    """Whether a form is to be saved. One that was left unsaved is sent as a `draft`, and shown again (GEN-05)."""
    return request.method == "POST" and "draft" not in request.form


def found_or_404(model: type[Row], pk: int | str) -> Row:
    """The row with this primary key, or the same 404 for a missing and for a hidden one (ACC-06). What its column can't
    hold, or is no number, is no row's."""
    bits = 63 if isinstance(inspect(model).primary_key[0].type, BigInteger) else 31  # type: ignore[attr-defined]
    text = str(pk)
    is_key = text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**bits
    row = db.session.get(model, int(text)) if is_key else None
    if row is None:
        raise NotFound
    return row


def seen_or_404(model: type[Row], pk: str) -> Row:
    """The same, without what hangs on the row: for pages that only name it."""
    row: Row | None = seen(model, int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 10 else None
    if row is None:
        raise NotFound
    return row


def asked_page(most: int = 1000) -> int:
    """The number of the page of a long list that the address asks for, from 0."""
    return max(0, min(request.args.get("page", 0, type=int), most))


def tried(save: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """Save and commit: what `save` gives and no reasons, or None and why it was refused, by field, with all undone."""
    try:
        saved = save()
        db.session.commit()
    except RuleBroken as broken:
        reasons = broken.errors or {"": [str(broken)]}
    except Conflict:
        g.conflict = True
        reasons = {"": [_("Somebody else has changed this meanwhile. Compare, then save again.")]}
    except (IntegrityError, DataError):
        reasons = {"": [_("This value can't be stored.")]}
    else:
        return saved, {}
    db.session.rollback()
    return None, reasons


def stored(form: Any, save: Callable[[], Any]) -> bool:
    """The same with a form: on a refusal the reasons stand on its fields, and what was typed stays."""
    if not form.validate():
        return False
    reasons = tried(save)[1]
    g.conflict = g.get("conflict", False) and "version" in form
    put_errors(form, reasons)
    return not reasons


def put_errors(form: Any, errors: dict[str, list[str]]) -> None:
    """Stand a service's refusals on the form's fields; what fits no field stands above the form."""
    for name, messages in errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, *messages]
        else:
            form.form_errors = [*form.form_errors, *messages]

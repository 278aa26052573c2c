"""What is done with saved views and with the columns of a list; each leads back to the list."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404
from app.lists import choices, service
from app.lists.models import SavedView
from app.lists.views.listed import opened


class SavedViewView(ThreeVerbs, BaseView):
    """Saved views (GEN-09). To keep one for oneself, to read is enough; to share it is asked by the service."""

    route_base = "/views"
    class_permission_name = "SavedView"
    level = "user"

    @expose("/<int:pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def open(self, pk: int) -> Any:
        """Its list, as it was kept."""
        view = view_or_404(pk)
        return redirect(opened(choices.list_or_404(view.list_name), view))

    @expose("/new", methods=["POST"])
    @has_access
    @permission_name("get")
    def new(self) -> Any:
        """Keep the list as it stands in its address (`query`) under a `name`."""
        page = choices.list_or_404(request.form.get("list", ""))
        data = present(page) | {"name": request.form.get("name"), "shared": "shared" in request.form}
        return self._done(page, lambda: service.save(data, choices.offers(page)), _("The view was saved"))

    @expose("/<int:pk>/update", methods=["POST"])
    @has_access
    @permission_name("get")
    def update(self, pk: int) -> Any:
        """Let it ask for what the list's address asks for now."""
        view = view_or_404(pk)
        page = choices.list_or_404(view.list_name)
        return self._done(
            page, lambda: service.save(present(page), choices.offers(page), view), _("The view was saved")
        )

    @expose("/<int:pk>/edit", methods=["POST"])
    @has_access
    @permission_name("get")
    def edit(self, pk: int) -> Any:
        """Another name."""
        return self._changed(pk, {"name": request.form.get("name"), "version": request.form.get("version", type=int)})

    @expose("/<int:pk>/share", methods=["POST"])
    @has_access
    @permission_name("edit")
    def share(self, pk: int) -> Any:
        """For everyone, or for oneself again (`off`)."""
        return self._changed(pk, {"shared": "off" not in request.form})

    def _changed(self, pk: int, data: dict[str, Any]) -> Any:
        view = view_or_404(pk)
        page = choices.list_or_404(view.list_name)
        return self._done(page, lambda: service.save(data, choices.offers(page), view), _("The view was saved"))

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    @permission_name("get")
    def delete(self, pk: int) -> Any:
        """Take it away."""
        view = view_or_404(pk)
        page = choices.list_or_404(view.list_name)
        return self._done(page, lambda: service.delete(view), _("The view was deleted"))

    @expose("/<int:pk>/default", methods=["POST"])
    @has_access
    @permission_name("get")
    def default(self, pk: int) -> Any:
        """The list opens with it for the actor, or no more (`off`)."""
        view = view_or_404(pk)
        service.choose(view.list_name, view_id=None if "off" in request.form else view.id)
        db.session.commit()
        return redirect(opened(choices.list_or_404(view.list_name), view))

    @expose("/columns", methods=["POST"])
    @has_access
    @permission_name("get")
    def columns(self) -> Any:
        """Show these columns in this order, or those of everybody again (`reset`). In an opened view they stand in the
        address until it is saved; else they are kept for the actor."""
        page = choices.list_or_404(request.form.get("list", ""))
        args = choices.args_of(request.form.get("query", ""))
        errors: dict[str, str] = {}
        wanted = None if "reset" in request.form else request.form.getlist("column")
        names = service.columns_of(wanted, choices.offers(page), errors)
        if errors:
            flash(" ".join(errors.values()), "danger")
            return redirect(choices.at(page, args.items(multi=True)))
        rest = [(key, value) for key, value in args.items(multi=True) if key != choices.COLUMNS]
        if args.get(choices.VIEW, choices.NONE) != choices.NONE:
            shown = names or [column.name for column in page.columns_offered() if column.default]
            return redirect(choices.at(page, [*rest, (choices.COLUMNS, ",".join(shown))]))
        service.choose(page.list_name, columns=names)
        db.session.commit()
        return redirect(choices.at(page, rest))

    def _done(self, page: Any, verb: Callable[[], SavedView | None], said: str) -> Any:
        """Do it and commit; a refusal is told, and the list is as it was."""
        try:
            view = verb()
            db.session.commit()
        except (RuleBroken, Conflict, NotAllowed, IntegrityError) as refused:
            db.session.rollback()
            flash(why(refused), "danger")
            return redirect(choices.at(page, choices.args_of(request.form.get("query", "")).items(multi=True)))
        flash(said, "success")
        return redirect(choices.address(page, view)[0] if view else choices.at(page, []))


def why(refused: Exception) -> str:
    """A refusal in words."""
    if isinstance(refused, RuleBroken):
        return str(refused)
    if isinstance(refused, NotAllowed):
        return _("This view is somebody else's: save it under a name of your own.")
    return _("Somebody else has changed this meanwhile.")


def present(page: Any) -> dict[str, Any]:
    """What the list's address asks for, with the columns that are shown."""
    args = choices.args_of(request.form.get("query", ""))
    shown = [name for name in request.form.get("shown", "").split(",") if name]
    return choices.asked(page, args) | {"columns": shown or None}


def view_or_404(pk: int) -> SavedView:
    """The view, or the same 404 for a missing one and for somebody else's own."""
    return found_or_404(SavedView, pk)

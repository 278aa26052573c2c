"""The settings page of the stages."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.roles import ThreeVerbs
from app.opportunities import stages
from app.opportunities.models import Stage
from app.settings import uses
from app.settings.views.lists import COLOR_NAMES

KINDS = {"open": _l("Open"), "won": _l("Won"), "lost": _l("Lost")}
KEYS = ("name", "color", "probability", "kind")


class StageView(ThreeVerbs, BaseView):
    """The stages of opportunities (OPP-03, SET-07)."""

    route_base = "/settings/stages"
    level = "admin"
    class_permission_name = "Stage"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The list; `edit` and `delete` in the address open the form of one row."""
        return self._page()

    def _page(self, **typed: Any) -> Any:
        known = stages.all_stages()
        opened = {"editing": request.args.get("edit", type=int), "deleting": request.args.get("delete", type=int)}
        return self.render_template(
            "opportunities/stages.html",
            stages=known,
            counts=uses.counts(Stage, [stage.id for stage in known]),
            cap=uses.USES_CAP,
            color_names=COLOR_NAMES,
            kinds=KINDS,
            **{**opened, "errors": {}, "typed": {}} | typed,
        )

    @expose("/add", methods=["POST"])
    @has_access
    def add(self) -> Any:
        """A new stage."""
        return self._saved(None)

    @expose("/<int:pk>", methods=["POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change one."""
        return self._saved(_stage(pk))

    def _saved(self, stage: Stage | None) -> Any:
        form = {key: request.form.get(key, "") for key in KEYS}
        version = request.form.get("version", type=int)
        try:
            stages.save(form | ({"version": version} if stage is not None else {}), stage)
        except RuleBroken as broken:
            return self._refused(broken, editing=stage.id if stage is not None else None, typed=form)
        except Conflict:
            return self._conflict()
        return self._done(_("Changes saved"))

    @expose("/<int:pk>/move", methods=["POST"])
    @has_access
    def move(self, pk: int) -> Any:
        """One place up or down, where there is no script to send the whole order."""
        ids = [stage.id for stage in stages.all_stages()]
        at = ids.index(_stage(pk).id)
        ids.insert(max(0, at + (-1 if request.form.get("to") == "up" else 1)), ids.pop(at))
        stages.order(ids)
        return self._done(_("Order saved"))

    @expose("/order", methods=["POST"])
    @has_access
    def order(self) -> Any:
        """The whole order, as ids."""
        try:
            stages.order([int(i) for i in request.form.getlist("id") if i.isdecimal() and len(i) < 10])
        except Conflict:
            return {"message": _("Somebody else has changed this meanwhile.")}, 409
        db.session.commit()
        return {"message": _("Order saved")}

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Delete one; `move_to` is where what stands in it goes."""
        to = next((s for s in stages.all_stages() if str(s.id) == request.form.get("move_to")), None)
        try:
            stages.delete(_stage(pk), to)
        except RuleBroken as broken:
            return self._refused(broken, deleting=pk)
        return self._done(_("Deleted"))

    def _done(self, said: str) -> Any:
        db.session.commit()
        flash(said, "success")
        return redirect(url_for(".list"))

    def _refused(self, broken: RuleBroken, **typed: Any) -> Any:
        db.session.rollback()
        return self._page(errors=broken.errors, **typed), 400

    def _conflict(self) -> Any:
        db.session.rollback()
        flash(_("Somebody else has changed this meanwhile. Compare, then save again."), "danger")
        return redirect(url_for(".list"))


def _stage(pk: int) -> Stage:
    stage = next((one for one in stages.all_stages() if one.id == pk), None)
    if stage is None:
        raise NotFound
    return stage

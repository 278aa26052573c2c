"""The words of the pick-lists."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.roles import ThreeVerbs
from app.settings import service, uses
from app.settings.models import COLORS, PickList, PickValue

COLOR_NAMES = {
    "gray": _l("Gray"),
    "red": _l("Red"),
    "orange": _l("Orange"),
    "amber": _l("Amber"),
    "green": _l("Green"),
    "teal": _l("Teal"),
    "blue": _l("Blue"),
    "indigo": _l("Indigo"),
    "violet": _l("Violet"),
    "pink": _l("Pink"),
}


class PickListView(ThreeVerbs, BaseView):
    """The words of one list (SET-04, SET-05, SET-07, SET-09)."""

    route_base = "/settings/lists"
    level = "admin"
    class_permission_name = "PickList"

    @expose("/<which>/")
    @has_access
    def show(self, which: str) -> Any:
        """The list; `edit` and `delete` in the address open the form of one row."""
        return self._page(_list(which))

    def _page(self, which: PickList, **typed: Any) -> Any:
        values = service.pick_values(which)
        return self.render_template(
            "settings/pick_list.html",
            which=which.value,
            words=service.WORDS[which],
            values=values,
            counts=uses.counts(PickValue, [v.id for v in values]),
            cap=uses.USES_CAP,
            color_names=COLOR_NAMES,
            **{"editing": _number("edit"), "deleting": _number("delete"), "errors": {}, "typed": {}} | typed,
        )

    @expose("/<which>/add", methods=["POST"])
    @has_access
    def add(self, which: str) -> Any:
        """A new value: from the page's form, or as JSON {"text"} from a form that wants to choose it at once."""
        chosen = _list(which)
        if request.is_json:
            value = service.add_pick_value(chosen, _text(request.get_json(silent=True)))
            db.session.commit()
            return {"value": value.id, "text": value.label}, 201
        name, color = request.form.get("name", ""), request.form.get("color", COLORS[0])
        try:
            service.add_pick_value(chosen, name, color)
        except RuleBroken as broken:
            return self._refused(chosen, broken, typed={"name": name, "color": color})
        return self._done(chosen, _("Added"))

    @expose("/<which>/<int:pk>", methods=["POST"])
    @has_access
    def edit(self, which: str, pk: int) -> Any:
        """Rename and recolour one value."""
        chosen, value = _list(which), _value(which, pk)
        name, color = request.form.get("name", ""), request.form.get("color", "")
        try:
            service.change_pick_value(value, name, color, _version())
        except RuleBroken as broken:
            return self._refused(chosen, broken, editing=pk, typed={"name": name, "color": color})
        except Conflict:
            return self._conflict(chosen)
        return self._done(chosen, _("Changes saved"))

    @expose("/<which>/<int:pk>/move", methods=["POST"])
    @has_access
    def move(self, which: str, pk: int) -> Any:
        """One place up or down, where there is no script to send the whole order."""
        chosen = _list(which)
        ids = [v.id for v in service.pick_values(chosen)]
        at = ids.index(_value(which, pk).id)
        to = max(0, at + (-1 if request.form.get("to") == "up" else 1))
        ids.insert(to, ids.pop(at))
        service.order_pick_values(chosen, ids)
        return self._done(chosen, _("Order saved"))

    @expose("/<which>/order", methods=["POST"])
    @has_access
    def order(self, which: str) -> Any:
        """The whole order, as ids."""
        service.order_pick_values(_list(which), [int(i) for i in request.form.getlist("id") if i.isdecimal()])
        db.session.commit()
        return {"message": _("Order saved")}

    @expose("/<which>/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, which: str, pk: int) -> Any:
        """Delete one value; `move_to` is what its records get instead."""
        chosen, value = _list(which), _value(which, pk)
        to = next((v for v in service.pick_values(chosen) if str(v.id) == request.form.get("move_to")), None)
        try:
            moved = service.delete_pick_value(value, to and to.id, _version())
        except RuleBroken as broken:
            return self._refused(chosen, broken, deleting=pk)
        except Conflict:
            return self._conflict(chosen)
        if to is None:
            return self._done(chosen, _("Deleted"))
        said = ngettext(
            "Deleted; %(num)s record now has “%(name)s”",
            "Deleted; %(num)s records now have “%(name)s”",
            moved,
            name=to.label,
        )
        return self._done(chosen, said)

    def _done(self, which: PickList, said: str) -> Any:
        db.session.commit()
        flash(said, "success")
        return redirect(url_for(".show", which=which.value))

    def _refused(self, which: PickList, broken: RuleBroken, **typed: Any) -> Any:
        db.session.rollback()
        return self._page(which, errors=broken.errors, **typed), 400

    def _conflict(self, which: PickList) -> Any:
        db.session.rollback()
        flash(_("Somebody else has changed this meanwhile. Compare, then save again."), "danger")
        return redirect(url_for(".show", which=which.value))


def _list(which: str) -> PickList:
    if which not in list(PickList):
        raise NotFound
    return PickList(which)


def _value(which: str, pk: int) -> PickValue:
    value = next((v for v in service.pick_values(_list(which)) if v.id == pk), None)
    if value is None:
        raise NotFound
    return value


def _number(name: str) -> int | None:
    return request.args.get(name, type=int)


def _version() -> int:
    return request.form.get("version", 0, type=int)


def _text(body: Any) -> str:
    return str(body.get("text", "")) if isinstance(body, dict) else ""

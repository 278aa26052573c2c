"""Custom fields: made, changed, put in order, taken off and erased."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.roles import ThreeVerbs
from app.settings import custom, uses
from app.settings.forms import APPLIES, ENTITY_NAMES, FLAG_NAMES, KIND_NAMES, form_of, posted_field
from app.settings.models import CustomField


class FieldView(ThreeVerbs, BaseView):
    """The fields of one entity (SET-08)."""

    route_base = "/settings/fields"
    level = "admin"
    class_permission_name = "CustomField"

    @expose("/")
    @expose("/<entity>/")
    @has_access
    def list(self, entity: str = "contact") -> Any:
        """The fields in their order, and the removed ones; `remove` and `erase` in the address ask first."""
        return self._page(_entity(entity))

    def _page(self, entity: str, **said: Any) -> Any:
        removed = custom.fields_of(entity, removed=True)
        asked = request.args.get("remove", type=int) or request.args.get("erase", type=int)
        found = next((f for f in [*custom.fields_of(entity), *removed] if f.id == asked), None)
        return self.render_template(
            "settings/fields.html",
            entity=entity,
            entities=[
                {"key": e, "label": ENTITY_NAMES[e], "href": url_for(".list", entity=e)} for e in custom.entities()
            ],
            fields=custom.fields_of(entity),
            removed=removed,
            asked=found,
            held=uses.count_custom(entity, found.key) if found else 0,
            cap=uses.USES_CAP,
            kind_names=KIND_NAMES,
            applies=APPLIES,
            flag_names=FLAG_NAMES,
            **{"errors": {}} | said,
        )

    @expose("/<entity>/add", methods=["GET", "POST"])
    @has_access
    def add(self, entity: str) -> Any:
        """A new field: from its page, or as JSON from an open form, which gets the field's HTML to show at once."""
        data = posted_field(request, _entity(entity))
        if request.is_json:
            field = custom.save(data)
            db.session.commit()
            html = self.render_template("settings/field.html", field=field, form=form_of([field]))
            return {"key": field.key, "label": field.label, "html": html}, 201
        return self._form(entity, None, data) if request.method == "GET" else self._save(entity, None, data)

    @expose("/<entity>/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, entity: str, pk: int) -> Any:
        """Change one; what it holds stays what it is."""
        field = _field(entity, pk)
        if request.method == "GET":
            return self._form(entity, field, {name: getattr(field, name) for name in field_columns()})
        return self._save(entity, field, posted_field(request, entity))

    def _save(self, entity: str, field: CustomField | None, data: dict[str, Any]) -> Any:
        try:
            custom.save(data, field)
        except RuleBroken as broken:
            db.session.rollback()
            return self._form(entity, field, data, broken.errors), 400
        except Conflict:
            db.session.rollback()
            errors = {"": [_("Somebody else has changed this meanwhile. Compare, then save again.")]}
            return self._form(entity, field, data, errors), 409
        return self._done(entity, _("Changes saved") if field else _("Added"))

    def _form(self, entity: str, field: CustomField | None, data: dict[str, Any], errors: Any = None) -> Any:
        return self.render_template(
            "settings/field_form.html",
            entity=entity,
            field=field,
            data=data,
            errors=errors or {},
            kind_names=KIND_NAMES,
            applies=APPLIES,
            flag_names=FLAG_NAMES,
        )

    @expose("/<entity>/<int:pk>/move", methods=["POST"])
    @has_access
    def move(self, entity: str, pk: int) -> Any:
        """One place up or down, where there is no script to send the whole order."""
        ids = [f.id for f in custom.fields_of(_entity(entity))]
        at = ids.index(_field(entity, pk).id)
        ids.insert(max(0, at + (-1 if request.form.get("to") == "up" else 1)), ids.pop(at))
        custom.order(entity, ids)
        return self._done(entity, _("Order saved"))

    @expose("/<entity>/order", methods=["POST"])
    @has_access
    def order(self, entity: str) -> Any:
        """The whole order, as ids."""
        custom.order(_entity(entity), [int(i) for i in request.form.getlist("id") if i.isdecimal()])
        db.session.commit()
        return {"message": _("Order saved")}

    @expose("/<entity>/<int:pk>/remove", methods=["POST"])
    @has_access
    def remove(self, entity: str, pk: int) -> Any:
        """Take a field off; its values stay."""
        custom.remove(_field(entity, pk))
        return self._done(entity, _("Removed; its values are kept until you erase them"))

    @expose("/<entity>/<int:pk>/restore", methods=["POST"])
    @has_access
    def restore(self, entity: str, pk: int) -> Any:
        """Bring a removed field back."""
        try:
            custom.restore(_field(entity, pk, removed=True))
        except RuleBroken as broken:
            db.session.rollback()
            return self._page(entity, errors=broken.errors), 400
        return self._done(entity, _("Restored"))

    @expose("/<entity>/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, entity: str, pk: int) -> Any:
        """Erase a removed field with its values."""
        count = custom.erase(_field(entity, pk, removed=True))
        return self._done(entity, ngettext("Erased from %(num)s record", "Erased from %(num)s records", count))

    def _done(self, entity: str, said: str) -> Any:
        db.session.commit()
        flash(said, "success")
        return redirect(url_for(".list", entity=entity))


def field_columns() -> tuple[str, ...]:
    """What the form of a field shows."""
    return ("label", "kind", "applies_to", "options", "version", *custom.FLAGS)


def _tab(entity: str) -> dict[str, Any]:
    return {"key": entity, "label": ENTITY_NAMES[entity], "href": url_for(".list", entity=entity)}


def _entity(name: str) -> str:
    if name not in custom.entities():
        raise NotFound
    return name


def _field(entity: str, pk: int, removed: bool = False) -> CustomField:
    field = next((f for f in custom.fields_of(_entity(entity), removed=removed) if f.id == pk), None)
    if field is None:
        raise NotFound
    return field

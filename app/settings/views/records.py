"""What the pages of all titled records with privacy, tags and fields of one's own have in common."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask_appbuilder import action, expose, has_access
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.finding import FilterSearch
from app.lists.views.listed import Column, ListedView
from app.settings import custom
from app.settings import forms as custom_forms

MAX_ID = 2**31 - 1  # of an import run


def columns_of(entity: str) -> list[Column]:
    """The custom fields of an entity as columns of its list; those of administrators' choice are there by default."""
    fields = (f for f in custom.fields_of(entity) if f.holds)
    return [Column(f.name, f.label, _reader(f.key), custom_forms.cell(f), f.in_list) for f in fields]


def _reader(key: str) -> Callable[[Any], Any]:
    return lambda row: row.custom.get(key)


class RecordView(ListedView):
    """A list searched by words, with columns and filters of custom fields; restore; custom fields edited in place.

    `entity` is the name of the table, `title_of` what the page of one custom field calls the record.
    """

    entity: ClassVar[str]
    own_args: ClassVar[Sequence[str]] = ("q", "imported")

    def own_columns(self) -> list[Column]:
        return columns_of(self.entity)

    def narrow(self, filters: Any) -> None:
        if typed := request.args.get("q", "").strip()[:200]:
            filters.add_filter_related_view("search", FilterSearch, typed)
        if hasattr(self.datamodel.obj, "import_run_id") and (run := request.args.get("imported", type=int)):
            filters.add_filter_related_view("import_run_id", FilterEqual, min(run, MAX_ID))

    @expose("/custom/<pk>/<key>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit_custom(self, pk: str, key: str) -> Any:
        """One custom field, edited where it stands (CON-08): its form, or the fact again when that was saved."""
        row = self.row_or_404(pk)
        field = next((f for f in custom.fields_of(self.entity) if f.key == key and f.holds), None)
        if field is None:
            raise NotFound
        form, errors = custom_forms.form_of([field], request.form or None, row.custom), {}
        saved = "cancel" in request.args
        if request.method == "POST" and form.validate():
            errors = self._saved_custom(row, field.key, form[field.name].data)
            saved = not errors
        form[field.name].errors = [*form[field.name].errors, *errors.pop(field.name, [])]
        others = " ".join(why for reasons in errors.values() for why in reasons)
        address = url_for(".edit_custom", pk=row.id, key=field.key)
        return self.render_template(
            "settings/custom_fact.html", row=row, field=field, form=form, saved=saved, others=others, address=address
        )

    def _saved_custom(self, row: Any, key: str, value: Any) -> dict[str, list[str]]:
        try:
            self.service.save({"custom": {key: value}, "version": request.form.get("version", type=int)}, row)
            db.session.commit()
        except (RuleBroken, Conflict) as refused:
            db.session.rollback()
            changed = _("Somebody else has changed this meanwhile. Compare, then save again.")
            return refused.errors if isinstance(refused, RuleBroken) else {"": [changed]}
        return {}

    @expose("/restore/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("delete")
    def restore(self, pk: int) -> Any:
        """Undo a deletion (GEN-07)."""
        try:
            row = self.service.restore(pk)  # type: ignore[attr-defined]
            db.session.commit()
        except RuleBroken as broken:
            flash(str(broken), "danger")
            return redirect(url_for(".list"))
        flash(_("Restored"), "success")
        return redirect(url_for(".show", pk=row.id))

    @action("open", _l("Open to all"), "", icon="lock-open")
    def open_to_all(self, rows: list[Any]) -> Any:
        """Let every user of the CRM see the chosen ones."""
        return self.for_each(rows, lambda row: self.service.save({"private": False}, row))

    @action("private", _l("Limit access"), "", icon="lock")
    def make_private(self, rows: list[Any]) -> Any:
        """Back to their responsible persons and those they are shared with."""
        return self.for_each(rows, lambda row: self.service.save({"private": True}, row))

    @action("delete", _l("Delete"), _l("Move the chosen rows to the bin?"), icon="trash")
    def delete_chosen(self, rows: list[Any]) -> Any:
        """Move the chosen ones to the bin."""
        return self.for_each(rows, self.service.delete)

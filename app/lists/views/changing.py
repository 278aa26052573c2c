"""One value changed where it stands: the small form, and what its sending answers."""

from typing import Any, ClassVar

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.views import CrmView
from app.lists.changes import Change

CODES = {Conflict: 409, NotAllowed: 403}


class ChangingView(CrmView):
    """`changes` are, by the column that shows them, the values that are changed where they stand. They go through the
    same `save` as the whole form (GEN-09), and the version that the reader saw decides (GEN-08)."""

    changes: ClassVar[dict[str, Change]] = {}

    @expose("/change/<pk>/<column>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def change(self, pk: str, column: str) -> Any:
        """The form of one value (a part of a page with the header `X-Part`), or its sending: JSON with the cells of the
        row as they are now for who asks for JSON, else the record's page."""
        row = self.row_or_404(pk)
        one = self.changes.get(column)
        if one is None or not one.allowed(row):
            raise NotFound
        if request.method == "GET":
            return self._form(row, column, one)
        try:
            self.service.save(one.data(row, request.form), row)
            db.session.commit()
        except (RuleBroken, Conflict, NotAllowed, IntegrityError, DataError) as refused:
            db.session.rollback()
            return self._refused(self.row_or_404(pk), column, one, refused)
        if _wants_json():
            return jsonify(message=_("Saved"), **self._cells(row))
        flash(_("Saved"), "success")
        return redirect(url_for(".show", pk=row.id))

    def _form(self, row: Any, column: str, one: Change, **more: Any) -> str:
        part = "X-Part" in request.headers
        version = request.values.get("version", row.version, type=int)
        values = {"version": version, "options": one.choices(row), "present": one.present(row), "part": part}
        values = {"page": self, "row": row, "column": column, "change": one, **values, **more}
        return str(self.render_template(f"lists/change{'' if part else '_page'}.html", **values))

    def _refused(self, row: Any, column: str, one: Change, refused: Exception) -> Any:
        said = {
            Conflict: _("Somebody else has changed this meanwhile."),
            NotAllowed: _("Only its responsible persons may do this."),
        }.get(type(refused)) or (str(refused) if isinstance(refused, RuleBroken) else _("This value can't be stored."))
        code = CODES.get(type(refused), 400)
        if _wants_json():
            return jsonify(message=said, **self._cells(row)), code
        return self._form(row, column, one, error=said, version=row.version), code

    def _cells(self, row: Any) -> dict[str, Any]:
        """The version of a row, and the cells that the asking list shows of it (`columns`)."""
        draw = current_app.jinja_env.get_template("lists/cell.html").module.cell  # type: ignore[attr-defined]
        known = {column.name: column for column in self.columns_offered()}  # type: ignore[attr-defined]
        names = [name for name in request.form.get("columns", "").split(",") if name in known]
        return {"version": row.version, "cells": {name: str(draw(self, known[name], row, True)) for name in names}}


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"

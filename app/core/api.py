"""Base class of the REST endpoints: Flask-AppBuilder's shape and OpenAPI, the room's service behind it."""

import logging
from typing import Any, ClassVar

from flask import Response, request
from flask_appbuilder import ModelRestApi
from flask_appbuilder.exceptions import ApplyFilterException
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, OperationalError, StatementError

from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.roles import ThreeVerbs
from app.core.views import PerRequestFilters, Service

log = logging.getLogger(__name__)


class Refusing:
    """How an endpoint says no: `{"message": …, "errors": {field: [sentence]}}`, the shape promised to API users."""

    response: Any

    def response_refused(self, code: int, errors: dict[str, Any], message: str = "") -> Response:
        """The answer alone."""
        flat = {field: m if isinstance(m, list) else [str(m)] for field, m in errors.items()}
        return self.response(code, message=message or _("The data was refused."), errors=flat)  # type: ignore[no-any-return]

    def _refuse(self, code: int, errors: dict[str, Any], message: str = "") -> Response:
        """The answer, and what was begun undone."""
        db.session.rollback()
        return self.response_refused(code, errors, message)


class CrmApi(Refusing, ThreeVerbs, ModelRestApi):
    """GET list and item, POST, PUT (partial), DELETE. Unknown keys are refused, so nothing is set by accident."""

    service: Service
    schema: Schema
    level: ClassVar[str] = "user"
    _filters = PerRequestFilters()
    max_page_size = 1000
    page_size = 50
    allow_browser_login = False

    def _init_model_schemas(self) -> None:
        self.list_model_schema = self.show_model_schema = self.add_model_schema = self.edit_model_schema = self.schema
        super()._init_model_schemas()

    def _get_fields_info(self, *_args: Any, **_kwargs: Any) -> list[dict[str, Any]]:
        """What may be written, by name and type; no values, so nothing of anybody's rows."""
        writable = [field for field in self.schema.fields.values() if not field.dump_only]
        return [{"name": f.name, "type": type(f).__name__, "required": f.required} for f in writable]

    def _handle_columns_args(self, args: Any, _select: Any, response: Any) -> tuple[list[str], list[str]]:
        """Rows are read whole: a column left out of the first statement would cost one more for each row."""
        return [], super()._handle_columns_args(args, _select, response)[1]

    def get_list_headless(self, **kwargs: Any) -> Response:
        """As Flask-AppBuilder's; a filter or order with a value of the wrong kind is the caller's mistake."""
        try:
            return super().get_list_headless(**kwargs)
        except (TypeError, ValueError, AttributeError, ArgumentError, StatementError, ApplyFilterException) as error:
            if isinstance(error, OperationalError) or isinstance(error.__context__, OperationalError):
                raise
            log.info("refused a query", exc_info=True)
            return self._refuse(400, {"q": [_("This filter or order can't be applied.")]})

    def _store(self, row: Any, code: int) -> Response:
        if not isinstance(body := request.get_json(silent=True), dict):
            return self.response_refused(400, {}, _("A JSON object is expected."))
        try:
            saved = self.service.save(self.schema.load(body, partial=row is not None), row)
            db.session.commit()
        except ValidationError as error:
            return self._refuse(400, error.normalized_messages())
        except RuleBroken as broken:
            return self._refuse(broken.status, broken.errors)
        except Conflict:
            return self._refuse(409, {"version": [_("Somebody else has changed this meanwhile.")]})
        except NotAllowed:
            return self._refuse(403, {}, _("Only its responsible persons may do this."))
        except (IntegrityError, DataError):
            return self._refuse(400, {"": [_("This value can't be stored.")]})
        return self.response(code, id=saved.id, result=self.schema.dump(saved))

    def post_headless(self) -> Response:
        return self._store(None, 201)

    def put_headless(self, pk: Any) -> Response:
        row = self._row(pk)
        return self._store(row, 200) if row is not None else self.response_404()

    def get_headless(self, pk: Any, **kwargs: Any) -> Response:
        if self._row(pk) is None:
            return self.response_404()
        return super().get_headless(pk, **kwargs)

    def delete_headless(self, pk: Any) -> Response:
        row = self._row(pk)
        if row is None:
            return self.response_404()
        try:
            self.service.delete(row)
            db.session.commit()
        except NotAllowed:
            return self._refuse(403, {}, _("Only its responsible persons may do this."))
        return self.response(200, message="OK")

    def _row(self, pk: Any) -> Any:
        return self.datamodel.get(pk) if str(pk).isdecimal() and len(str(pk)) < 19 else None

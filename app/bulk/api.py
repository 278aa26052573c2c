"""REST for group operations: POST says what is done to which records, GET tells how far it is."""

from typing import Any

from flask import Response, request
from flask_appbuilder.api import BaseApi, expose, protect
from flask_appbuilder.exceptions import FABException
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.bulk import asking, service
from app.bulk.models import BulkRun
from app.bulk.views import allowed, run_or_404
from app.core.api import Refusing
from app.core.db import appbuilder_of, db
from app.core.errors import RuleBroken
from app.core.operations import Kind
from app.core.roles import ThreeVerbs

FIELDS = {"kind", "operation", "ids", "filters", "values"}


class BulkApi(Refusing, ThreeVerbs, BaseApi):
    """Group operations, run by a worker."""

    resource_name = "bulk"
    class_permission_name = "Bulk"
    openapi_spec_tag = "Group operations"
    level = "user"
    allow_browser_login = False

    @expose("/", methods=["POST"])
    @protect()
    def post(self) -> Response:
        """Do one operation to many records.
        ---
        post:
          summary: Do one operation to many records, by their ids or by filters as lists take them
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [kind, operation]
                  properties:
                    kind: {type: string}
                    operation: {type: string}
                    ids: {type: array, items: {type: integer}}
                    filters: {type: array, items: {type: object}}
                    values: {type: object}
          responses:
            202:
              description: The run is queued
            400:
              description: Refused; the errors say why
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
        """
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return self._refuse(400, {"": [_("A JSON object is expected.")]})
        if unknown := set(body) - FIELDS:
            return self._refuse(400, {min(unknown): [_("This field is not known.")]})
        try:
            kind, operation = allowed(str(body.get("kind")), str(body.get("operation")))
        except HTTPException as error:
            return self.response_404() if error.code == 404 else self.response_403()
        try:
            values = asking.check(operation, body.get("values") or {})
            run = service.queue(kind, operation, self._ids(kind, body), values)
        except RuleBroken as broken:
            return self._refuse(400, broken.errors)
        db.session.commit()
        return self.response(202, id=run.id, state=run.state, total=run.total)

    def _ids(self, kind: Kind, body: dict[str, Any]) -> list[int]:
        """Those that the actor sees. Raises RuleBroken."""
        if ("ids" in body) == ("filters" in body):
            raise RuleBroken({"ids": _("Give either ids or filters.")})
        if "ids" in body:
            ids = body["ids"] if isinstance(body["ids"], list) else []
            if not ids or len(ids) > 10_000 or not all(type(i) is int and 0 < i < 2**63 for i in ids):
                raise RuleBroken({"ids": _("Give 1 to 10,000 ids.")})
            return service.seen(kind, ids)
        api = next(a for a in appbuilder_of().baseviews if a.endpoint == kind.api)
        try:
            found = api._handle_filters_args({"filters": body["filters"]})
            ids = api.datamodel.ids(found, service.MOST)
        except (FABException, SQLAlchemyError, TypeError, ValueError, AttributeError, KeyError) as error:
            db.session.rollback()
            raise RuleBroken({"filters": _("This filter or order can't be applied.")}) from error
        if not ids:
            raise RuleBroken({"filters": _("Nothing matches")})
        return ids

    @expose("/<int:pk>", methods=["GET"])
    @protect()
    def get(self, pk: int) -> Response:
        """How far it is.
        ---
        get:
          summary: State and counts of a group operation
          parameters:
          - {in: path, name: pk, schema: {type: integer}}
          responses:
            200:
              description: The run
            404:
              $ref: '#/components/responses/404'
        """
        try:
            run = run_or_404(pk)
        except HTTPException:
            return self.response_404()
        return self.response(200, **shown(run))


def shown(run: BulkRun) -> dict[str, Any]:
    """A run as programs read it."""
    keys = ("id", "kind", "operation", "state", "total", "changed", "refused", "missing", "failed", "problems")
    return {key: getattr(run, key) for key in keys}


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(BulkApi)

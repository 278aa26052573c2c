"""REST for exports: ask for a list or for everything, look how far it is, fetch the file."""

from typing import Any

from flask import Response, request, send_file, url_for
from flask_appbuilder.api import BaseApi, expose, protect
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.roles import ThreeVerbs
from app.exports import choices, service
from app.exports.models import ExportRun
from app.exports.responses import file_of, run_or_404

KEYS = {"entity", "format", "filters"}


class ExportApi(ThreeVerbs, BaseApi):
    """One's own exports, made by a worker."""

    resource_name = "exports"
    class_permission_name = "Export"
    openapi_spec_tag = "Exports"
    level = "user"
    allow_browser_login = False

    @expose("/", methods=["POST"])
    @protect()
    def post(self) -> Response:
        """Ask for an export.
        ---
        post:
          summary: Ask for an export
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [entity]
                  properties:
                    entity: {type: string, description: 'contacts and others, or "all" (administrators)'}
                    format: {type: string, enum: [csv, xlsx, zip], description: 'zip for "all" alone'}
                    filters:
                      type: array
                      description: As in the q of the entity's list
                      items:
                        type: object
                        properties: {col: {type: string}, opr: {type: string}, value: {}}
          responses:
            202:
              description: The export is queued
              content:
                application/json:
                  schema: {type: object, properties: {id: {type: integer}, state: {type: string}}}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
        """
        try:
            run = self._start(request.get_json(silent=True))
            db.session.commit()
        except NotAllowed:
            db.session.rollback()
            return self.response_403()
        except RuleBroken as broken:
            db.session.rollback()
            return self.response(400, message=str(broken), errors=broken.errors)
        return self.response(202, id=run.id, state=run.state)

    def _start(self, body: Any) -> ExportRun:
        if not isinstance(body, dict):
            raise RuleBroken({"": _("A JSON object is expected.")})
        if unknown := set(body) - KEYS:
            raise RuleBroken({str(key)[:60]: _("Unknown field.") for key in unknown})
        wanted = body.get("filters") or []
        if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
            raise RuleBroken({"filters": _("This filter can't be applied.")})
        entity = str(body.get("entity") or "")
        format_ = str(body.get("format") or ("zip" if entity == "all" else "csv"))
        return service.start(entity, format_, choices.of_rest(entity, wanted))

    @expose("/<int:pk>", methods=["GET"])
    @protect()
    @permission_name("get")
    def get(self, pk: int) -> Response:
        """State of an export.
        ---
        get:
          summary: State of an export
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200:
              description: The export; `file` is an address once it is done
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {type: integer}
                      entity: {type: string}
                      format: {type: string}
                      state: {type: string, enum: [queued, running, done, failed, cancelled]}
                      total: {type: integer, nullable: true}
                      done: {type: integer}
                      error: {type: string, nullable: true}
                      file: {type: string, nullable: true}
                      file_name: {type: string}
                      size: {type: integer, nullable: true, description: bytes}
                      expires_at: {type: string, format: date-time}
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        run = run_or_404(pk)
        told = {name: getattr(run, name) for name in ("id", "entity", "format", "state", "total", "error", "file_name")}
        file = url_for(".file", pk=pk) if run.state == "done" else None
        more = {"done": run.done_rows, "file": file, "size": run.file_size, "expires_at": run.expires_at.isoformat()}
        return self.response(200, **told, **more)

    @expose("/<int:pk>/file", methods=["GET"])
    @protect()
    @permission_name("get")
    def file(self, pk: int) -> Response:
        """The file of an export.
        ---
        get:
          summary: The file of an export
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200:
              description: CSV, Excel workbook or archive
              content:
                application/octet-stream:
                  schema: {type: string, format: binary}
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        run, content = file_of(pk)
        return send_file(content, as_attachment=True, download_name=run.file_name)

    @expose("/<int:pk>", methods=["DELETE"])
    @protect()
    @permission_name("edit")
    def delete(self, pk: int) -> Response:
        """Stop an export and take its file away.
        ---
        delete:
          summary: Stop an export and take its file away
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200:
              description: It is gone
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        service.delete(run_or_404(pk))
        db.session.commit()
        return self.response(200, message="OK")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(ExportApi)

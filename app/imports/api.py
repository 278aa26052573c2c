"""REST for imports: a file in, a run to ask about, its refused rows out."""

import json
from typing import Any

from flask import Response, request, url_for
from flask_appbuilder.api import BaseApi, expose, protect
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core.db import db
from app.core.errors import Conflict, NotAllowed
from app.core.roles import ThreeVerbs
from app.imports import service, undoing
from app.imports.models import DRAFT, ImportRun
from app.imports.responses import errors_response, run_or_404
from importers.errors import Refused, Undecided

FIELDS = {"kind", "encoding", "mapping", "options", "dry_run"}
YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}


class ImportApi(ThreeVerbs, BaseApi):
    """Imports of contacts, opportunities, tasks and cases, run by a worker."""

    resource_name = "imports"
    class_permission_name = "Import"
    openapi_spec_tag = "Imports"
    level = "user"
    allow_browser_login = False

    @expose("/", methods=["POST"])
    @protect()
    def post(self) -> Response:
        """Upload a file and import it.
        ---
        post:
          summary: Upload a file and import it
          requestBody:
            required: true
            content:
              multipart/form-data:
                schema:
                  type: object
                  required: [file]
                  properties:
                    file: {type: string, format: binary}
                    kind: {type: string, enum: [contacts, opportunities, tasks, cases], default: contacts}
                    encoding:
                      type: string
                      description: Of the file, where it is not recognised (utf-8, cp1252, cp1251 …)
                    mapping:
                      type: string
                      description: JSON, heading or position to field; without it the columns are guessed
                    options:
                      type: string
                      description: >-
                        JSON with duplicates (skip, fill, update, create), match (email, name_company), private,
                        owner, tags, single_name_as_last, day_first, decimal, default_region
                    dry_run: {type: boolean, default: false}
          responses:
            202:
              description: The run is queued
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {type: integer}
                      state: {type: string}
            400:
              description: The file, the mapping or an option was refused; the message says why
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
        """
        try:
            run = self._start()
        except NotAllowed:
            db.session.rollback()
            return self.response_403()
        except Refused as refused:
            db.session.rollback()
            field = refused.option if isinstance(refused, Undecided) else "file"
            return self.response_400_because(field, str(refused))
        db.session.commit()
        return self.response(202, id=run.id, state=run.state)

    def _start(self) -> ImportRun:
        form, upload = request.form, request.files.get("file")
        if unknown := set(form) - FIELDS:
            raise Refused(_("The option “%(name)s” is not known.", name=min(unknown)[:40]))
        if upload is None:
            raise Refused(_("Send the file as “file”."))
        options, dry_run = _options(form.get("options")), _flag(form.get("dry_run", ""))
        run = service.upload(upload.stream, upload.filename, form.get("kind") or "contacts")
        try:
            if form.get("encoding"):
                service.read_as(run, encoding=form["encoding"])
            told = service.use_mapping(run, form["mapping"]) if form.get("mapping") else {}
            service.choose(run, **told | options)
            service.start(run, dry_run)
        except Refused:
            service.discard(run)
            raise
        return run

    def response_400_because(self, field: str, sentence: str) -> Response:
        """The contract's shape of an error."""
        return self.response(400, message=sentence, errors={field: [sentence]})

    @expose("/<int:pk>", methods=["GET"])
    @protect()
    @permission_name("get")
    def get(self, pk: int) -> Response:
        """State and counts of a run.
        ---
        get:
          summary: State and counts of a run
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200:
              description: The run; created + updated + skipped + failed = done
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {type: integer}
                      state: {type: string, enum: [queued, running, done, failed, cancelled]}
                      kind: {type: string}
                      file_name: {type: string}
                      dry_run: {type: boolean}
                      total: {type: integer, nullable: true}
                      done: {type: integer}
                      created: {type: integer}
                      updated: {type: integer}
                      skipped: {type: integer}
                      failed: {type: integer}
                      rate: {type: number, description: rows a second}
                      seconds_left: {type: integer, nullable: true}
                      error: {type: string, nullable: true}
                      undo:
                        type: object
                        nullable: true
                        description: state, total, restored, removed, kept (records)
                      errors_file: {type: string, nullable: true, description: address of the refused rows}
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        run = run_or_404(pk)
        if run.state == DRAFT:
            return self.response_404()
        more = {"kind": run.kind, "file_name": run.file_name, "dry_run": run.dry_run, "done": run.done_rows}
        more |= {"undo": undoing.summary(run)}
        more |= {"rate": round(run.rate, 1), "seconds_left": run.seconds_left, "error": run.error}
        return self.response(200, **service.summary(run, url_for(".errors", pk=pk)), **more)

    @expose("/<int:pk>/undo", methods=["POST"])
    @protect()
    @permission_name("post")
    def undo(self, pk: int) -> Response:
        """Take back what a run brought, where nobody has touched it since.
        ---
        post:
          summary: Undo a whole run
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            202:
              description: The undo is queued; `undo` of the run tells how far it is
              content:
                application/json:
                  schema: {type: object, properties: {id: {type: integer}, state: {type: string}}}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
            409:
              description: It was asked for already
        """
        try:
            undo = undoing.start(run_or_404(pk))
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            return self.response_400_because("id", str(refused))
        except Conflict:
            return self.response(409, message=_("This import is being undone already."))
        except NotAllowed:
            return self.response_403()
        return self.response(202, id=pk, state=undo.state)

    @expose("/<int:pk>/errors", methods=["GET"])
    @protect()
    @permission_name("get")
    def errors(self, pk: int) -> Response:
        """The refused rows of a run as CSV: the columns of the file, `_line`, `_reason`.
        ---
        get:
          summary: The refused rows of a run
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200:
              description: UTF-8 with BOM, to be mended and uploaded again
              content:
                text/csv:
                  schema: {type: string}
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        return errors_response(run_or_404(pk))


def _options(posted: str | None) -> dict[str, Any]:
    try:
        options = json.loads(posted or "{}")
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise Refused(_("The options are not a JSON object."))
    return options


def _flag(text: str) -> bool:
    if text.strip().lower() not in YES | NO:
        raise Refused(_("“%(value)s” is not possible for “%(name)s”.", value=text[:40], name="dry_run"))
    return text.strip().lower() in YES


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(ImportApi)

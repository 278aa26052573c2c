"""REST for documents: /api/v1/files/ in Flask-AppBuilder's shape; a new one comes as multipart, its bytes by GET."""

from typing import Any

from flask import Response, request
from flask_appbuilder.api import expose, protect
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from app.core.api import CrmApi
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.interface import CrmInterface
from app.files import responses, service
from app.files.contents import TooBig
from app.files.models import Document
from app.files.schema import DocumentSchema, shown
from app.history.models import PARENTS


class FilterRecord(BaseFilter):
    """Documents of a record by its id: {"col": "contact", "opr": "eq", "value": 5}. What is no id finds nothing."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        number = int(value) if str(value).isdecimal() and len(str(value)) < 19 else -1
        return query.filter(getattr(Document, f"{self.column_name}_id") == number)


class FileApi(CrmApi):
    """Documents of the records that the caller sees."""

    datamodel = CrmInterface(
        Document,
        loads=(*service.loads(), *(joinedload(getattr(Document, name)).lazyload("*") for name in PARENTS)),
        equal=dict.fromkeys(PARENTS, FilterRecord),
    )
    service = service
    schema = DocumentSchema()
    resource_name = "files"
    class_permission_name = "Document"
    list_columns = ["id"]
    show_columns = ["id"]
    order_columns = ["id", "name", "changed_at"]
    search_columns = ["id", "name", "created_at", "changed_at", *PARENTS]
    base_order = ("id", "desc")

    def post_headless(self) -> Response:
        """A new document or version: multipart with `file`, one of contact, opportunity, case, project, and perhaps
        `name`, where it shall not be the file's own. 413 names the limit."""
        file = request.files.get("file")
        data = {name: request.form.get(name) for name in ("name", *PARENTS)}
        data["name"] = data["name"] or (file.filename if file else None)
        try:
            document = service.save(data | {"file": file.stream if file else None})
            db.session.commit()
        except TooBig as big:
            return self._refuse(413, big.errors, str(big))
        except RuleBroken as broken:
            return self._refuse(400, broken.errors)
        except NotAllowed:
            return self._refuse(403, {})
        return self.response(201, id=document.id, result=shown(document))

    @expose("/<pk>/content", methods=["GET"])
    @protect()
    @permission_name("get")
    def content(self, pk: str) -> Response:
        """The bytes of the newest version.
        ---
        get:
          summary: The bytes of the newest version
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: integer}
          responses:
            200:
              description: The file as it was sent
              content:
                application/octet-stream:
                  schema: {type: string, format: binary}
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        document = self._row(pk)
        return responses.download(document.latest, document.name) if document else self.response_404()


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(FileApi)

"""REST for contacts: /api/v1/contacts/ in Flask-AppBuilder's shape."""

from typing import Any

from flask import Response, request
from flask_appbuilder.api import expose, protect
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.contacts import merging, service
from app.contacts.queries import FilterContactSearch, interface
from app.contacts.schema import ContactSchema
from app.core.api import CrmApi
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken


class ContactApi(CrmApi):
    """Persons and companies."""

    datamodel = interface()
    service = service
    schema = ContactSchema()
    resource_name = "contacts"
    class_permission_name = "Contact"
    list_columns = ["id"]
    show_columns = ["id"]
    order_columns = ["id", "sort_name", "first_name", "last_name", "name", "created_at", "changed_at"]
    search_columns = [
        "id",
        "kind",
        "first_name",
        "last_name",
        "name",
        "title",
        "vat_number",
        "tax_code",
        "private",
        "created_at",
        "changed_at",
        "search",
        "description",
    ]
    search_filters = {"search": [FilterContactSearch]}
    base_order = ("sort_name", "asc")

    @expose("/<pk>/merge", methods=["POST"])
    @protect()
    @permission_name("put")
    def merge(self, pk: str) -> Response:
        """Merge another contact into this one.
        ---
        post:
          summary: Merge another contact into this one; what hangs on it moves, it goes to the bin
          parameters:
          - {in: path, name: pk, schema: {type: integer}}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [other]
                  properties:
                    other: {type: integer}
                    take: {type: array, items: {type: string}}
          responses:
            200:
              description: The contact that was kept
            400:
              description: These two can't be one
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
        """
        body = request.get_json(silent=True)
        body = body if isinstance(body, dict) else {}
        kept, gone = self._row(pk), self._row(body.get("other"))
        if kept is None or gone is None:
            return self.response_404()
        try:
            take = (
                {str(field) for field in body["take"]}
                if isinstance(body.get("take"), list)
                else merging.proposed(kept, gone)
            )
            merging.merge(kept, gone, take)
            db.session.commit()
        except RuleBroken as broken:
            return self._refuse(400, broken.errors)
        except NotAllowed:
            return self._refuse(403, {}, _("Only its responsible persons may do this."))
        return self.response(200, id=kept.id, result=self.schema.dump(kept))


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(ContactApi)

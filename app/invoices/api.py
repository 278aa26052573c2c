"""REST for invoices, items and taxes: /api/v1/{invoices,items,taxes}/ in Flask-AppBuilder's shape."""

from typing import Any

from flask import Response, request
from flask_appbuilder.api import expose, permission_name, protect, safe
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_babel import gettext as _
from marshmallow import ValidationError

from app.core.api import CrmApi
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.invoices import items, payments, queries, sending, service, taxes
from app.invoices.schema import InvoiceSchema, ItemSchema, PaymentSchema, SendingSchema, TaxSchema
from reports.invoices import pdf


class TaxApi(CrmApi):
    """Taxes that lines may carry (INV-09)."""

    datamodel = queries.taxes()
    service = taxes
    schema = TaxSchema()
    resource_name = "taxes"
    class_permission_name = "Tax"
    list_columns = show_columns = ["id"]
    search_columns = ["id", "name", "rate", "removed"]
    order_columns = ["id", "name", "rate"]
    base_filters = [["removed", FilterEqual, False]]
    base_order = ("name", "asc")


class ItemApi(CrmApi):
    """Products and services (INV-09)."""

    datamodel = queries.items()
    service = items
    schema = ItemSchema()
    resource_name = "items"
    class_permission_name = "Item"
    list_columns = show_columns = ["id"]
    search_columns = ["id", "name", "sku", "price", "search", "removed"]
    search_filters = {"search": [queries.FilterItemSearch]}
    order_columns = ["id", "name", "sku", "price"]
    base_filters = [["removed", FilterEqual, False]]
    base_order = ("name", "asc")


class InvoiceApi(CrmApi):
    """Invoices with their lines and payments; `status` moves them (INV-06)."""

    datamodel = queries.whole()
    service = service
    schema = InvoiceSchema()
    resource_name = "invoices"
    class_permission_name = "Invoice"
    list_columns = show_columns = ["id"]
    order_columns = ["id", "number", "date", "due_date", "total", "status", "created_at", "changed_at"]
    search_columns = [
        "id",
        "kind",
        "number",
        "status",
        "client",
        "opportunity",
        "date",
        "due_date",
        "currency",
        "total",
        "language",
        "order_number",
        "search",
        "created_at",
        "changed_at",
    ]
    search_filters = {"search": [queries.FilterInvoiceSearch]}
    base_order = ("date", "desc")

    @expose("/<pk>/payments", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def pay(self, pk: str) -> Response:
        """A payment that came in
        ---
        post:
          description: Write down a payment; an invoice paid in full becomes paid.
          parameters:
          - in: path
            schema: {type: integer}
            name: pk
          responses:
            201: {description: The invoice with its payments}
            400: {$ref: '#/components/responses/400'}
            404: {$ref: '#/components/responses/404'}
        """
        return self._do(pk, lambda invoice, body: payments.add(invoice, PaymentSchema().load(body)), invoice=True)

    @expose("/<pk>/duplicate", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def duplicate(self, pk: str) -> Response:
        """A new draft with the same lines
        ---
        post:
          description: A new draft of today with the same lines.
          parameters:
          - in: path
            schema: {type: integer}
            name: pk
          responses:
            201: {description: The new draft}
            404: {$ref: '#/components/responses/404'}
        """
        return self._do(pk, lambda invoice, _body: service.duplicate(invoice))

    @expose("/<pk>/credit", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def credit(self, pk: str) -> Response:
        """A draft of a credit note
        ---
        post:
          description: A draft of the credit note that takes the invoice back.
          parameters:
          - in: path
            schema: {type: integer}
            name: pk
          responses:
            201: {description: The new draft}
            400: {$ref: '#/components/responses/400'}
            404: {$ref: '#/components/responses/404'}
        """
        return self._do(pk, lambda invoice, _body: service.credit(invoice))

    @expose("/<pk>/send", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def send(self, pk: str) -> Response:
        """A mail with the PDF
        ---
        post:
          description: Send the invoice by mail (to, subject, text); a draft is billed by it.
          parameters:
          - in: path
            schema: {type: integer}
            name: pk
          responses:
            201: {description: The invoice}
            400: {$ref: '#/components/responses/400'}
            404: {$ref: '#/components/responses/404'}
        """
        return self._do(pk, lambda invoice, body: sending.send(invoice, SendingSchema().load(body)), invoice=True)

    @expose("/<pk>/pdf", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    def pdf(self, pk: str) -> Response:
        """The PDF
        ---
        get:
          description: The invoice as PDF.
          parameters:
          - in: path
            schema: {type: integer}
            name: pk
          responses:
            200: {description: The PDF}
            404: {$ref: '#/components/responses/404'}
        """
        row = self._row(pk)
        return Response(pdf(row), mimetype="application/pdf") if row is not None else self.response_404()

    def _do(self, pk: str, verb: Any, invoice: bool = False) -> Response:
        """One verb on one locked invoice; answers with what it made, or with the invoice itself."""
        row = self._row(pk)
        if row is None:
            return self.response_404()
        try:
            service.lock(row)
            made = verb(row, request.get_json(silent=True) or {})
            db.session.commit()
        except ValidationError as error:
            return self._refuse(400, error.normalized_messages())
        except RuleBroken as broken:
            return self._refuse(broken.status, broken.errors)
        except NotAllowed:
            return self._refuse(403, {}, _("Only an administrator may do this."))
        shown = row if invoice else made
        return self.response(201, id=shown.id, result=self.schema.dump(shown))


def register(appbuilder: Any) -> None:
    """Wire the endpoints."""
    for api in (TaxApi, ItemApi, InvoiceApi):
        appbuilder.add_api(api)

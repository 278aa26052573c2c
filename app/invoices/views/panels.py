"""The Invoices tab of the records that an invoice may belong to (CON-11)."""

from typing import Any

from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from werkzeug.exceptions import NotFound

from app.core.money import format_money
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404
from app.invoices import checks, forms, service
from app.invoices.models import Invoice
from app.opportunities.models import Opportunity

SHOWN = 50


class InvoicePanelView(ThreeVerbs, BaseView):
    """Invoices of one contact or opportunity, the latest first."""

    route_base = "/invoices"
    class_permission_name = "Invoice"
    level = "user"

    @expose("/contact/<pk>")
    @has_access
    @permission_name("list")
    def contact(self, pk: str) -> Any:
        """The tab of a contact."""
        row = checks.contact_seen(pk)
        return self._panel("client", Invoice.client_id, row)

    @expose("/opportunity/<pk>")
    @has_access
    @permission_name("list")
    def opportunity(self, pk: str) -> Any:
        """The tab of an opportunity."""
        return self._panel("opportunity", Invoice.opportunity_id, found_or_404(Opportunity, pk))

    def _panel(self, name: str, column: Any, row: Any) -> Any:
        if row is None:
            raise NotFound
        found = service.latest(column == row.id, SHOWN + 1)
        return self.render_template(
            "invoices/panel.html",
            name=name,
            row=row,
            invoices=found[:SHOWN],
            more=len(found) > SHOWN,
            statuses=forms.STATUSES,
            money=format_money,
        )

"""The client's link: one billed invoice without a login (INV-10). The address is the secret; it can be taken back."""

from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from werkzeug.exceptions import NotFound

from app.core import access, limits
from app.invoices import document, links
from app.invoices.views.documents import as_file

OFTEN = RateLimitItemPerHour(60)  # of one invoice, whoever asks
GUESSES = RateLimitItemPerMinute(20)  # of links that are none, from one place


class InvoiceLinkView(BaseView):
    """GET /i/<token>: the invoice in a few lines, and its PDF."""

    route_base = "/i"
    class_permission_name = "InvoiceLink"

    @expose("/<token>")
    def show(self, token: str) -> Any:
        """What it says, in the invoice's language, which is its client's."""
        return self._answer(token, self._page)

    @expose("/<token>/pdf")
    def pdf(self, token: str) -> Any:
        """The PDF."""
        return self._answer(token, lambda invoice: as_file(invoice, download=True))

    def _page(self, invoice: Any) -> str:
        shown = document.content(invoice)
        return self.render_template("invoices/public.html", **shown, token=invoice.link)

    def _answer(self, token: str, draw: Any) -> Any:
        """Drawn as the product itself, since a client is nobody here; 404 for what is no link."""
        guesser = [(GUESSES, request.remote_addr or "")]
        limits.refuse("invoice-guess", guesser)
        with access.acting_as(access.SYSTEM):
            invoice = links.found(token)
            if invoice is None:
                limits.count("invoice-guess", guesser)
                raise NotFound
            limits.refuse("invoice-link", asked := [(OFTEN, str(invoice.id))])
            limits.count("invoice-link", asked)
            return draw(invoice)

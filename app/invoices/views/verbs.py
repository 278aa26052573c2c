"""What can be done with one invoice from its page."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404
from app.invoices import payments, service
from app.invoices.models import Invoice, Payment
from app.invoices.views.editor import localized


def invoice_or_404(pk: str) -> Invoice:
    """The invoice, or the same 404 for a missing and for a hidden one (ACC-06)."""
    return found_or_404(Invoice, pk)


def done(pk: str, verb: Callable[[Invoice], Any], said: str) -> Any:
    """One verb on one locked invoice; a refusal is told, and the record is shown again."""
    invoice = invoice_or_404(pk)
    try:
        service.lock(invoice)
        verb(invoice)
        db.session.commit()
        flash(said, "success")
    except RuleBroken as broken:
        db.session.rollback()
        flash(str(broken), "danger")
    except NotAllowed:
        db.session.rollback()
        flash(_("Only an administrator may do this."), "danger")
    return redirect(url_for("InvoiceView.show", pk=pk))


class InvoiceVerbView(ThreeVerbs, BaseView):
    """Status, payments, duplicate, credit note (INV-06, INV-07, INV-10)."""

    route_base = "/invoices"
    class_permission_name = "Invoice"
    level = "user"

    @expose("/status/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def move(self, pk: str) -> Any:
        """Another status, from the record."""
        to = request.form.get("status", "")
        return done(pk, lambda invoice: service.save({"status": to}, invoice), _("Status changed"))

    @expose("/payments/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def pay(self, pk: str) -> Any:
        """A payment that came in."""
        data = request.form.to_dict()
        data = localized(data, "amount")
        return done(pk, lambda invoice: payments.add(invoice, data), _("Payment written down"))

    @expose("/payments/<pk>/<int:payment>/delete", methods=["POST"])
    @has_access
    @permission_name("edit")
    def unpay(self, pk: str, payment: int) -> Any:
        """Take a payment back."""

        def remove(invoice: Invoice) -> None:
            found = db.session.get(Payment, payment)
            if found is None or found.invoice_id != invoice.id:
                raise NotFound
            payments.remove(invoice, found)

        return done(pk, remove, _("Payment taken back"))

    @expose("/duplicate/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def duplicate(self, pk: str) -> Any:
        """A new draft with the same lines, to be looked over (INV-07)."""
        return self._new(pk, service.duplicate, _("This is the duplicate"))

    @expose("/credit/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def credit(self, pk: str) -> Any:
        """A draft of the credit note (INV-10)."""
        return self._new(pk, service.credit, _("This is the draft of the credit note"))

    def _new(self, pk: str, make: Callable[[Invoice], Invoice], said: str) -> Any:
        made: list[Invoice] = []
        answer = done(pk, lambda invoice: made.append(make(invoice)), said)
        return redirect(url_for("InvoiceView.edit", pk=made[0].id)) if made else answer

"""The invoice as a document: PDF to download or print, mail, the client's link, recurrence (INV-07, INV-10)."""

import io
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound
from wtforms import StringField, TextAreaField

from app.core.errors import RuleBroken
from app.core.roles import ThreeVerbs
from app.core.views import stored
from app.invoices import addresses, document, einvoice, fatturapa, links, recurrence, sending, service
from app.invoices.models import Invoice
from app.invoices.views.verbs import done, invoice_or_404
from reports.invoices import pdf


class SendForm(DynamicForm):
    """A mail with the invoice."""

    to = StringField(_l("To"))
    subject = StringField(_l("Subject"))
    text = TextAreaField(_l("Text"))


def as_file(invoice: Invoice, download: bool) -> Any:
    """The PDF as an answer: to be kept, or to be looked at and printed."""
    file = io.BytesIO(pdf(invoice))
    return send_file(file, "application/pdf", as_attachment=download, download_name=document.file_name(invoice))


def _named(ending: str) -> Callable[[Invoice], str]:
    return lambda invoice: document.file_name(invoice, ending)


# Of each e-invoice: what makes it, its media type, its file's name.
FORMS: dict[str, tuple[Callable[[Invoice], bytes], str, Callable[[Invoice], str]]] = {
    "fatturapa": (fatturapa.xml, "application/xml", fatturapa.file_name),
    "cii": (einvoice.xml, "application/xml", _named("xml")),
    "facturx": (lambda invoice: einvoice.hybrid(invoice, pdf(invoice)), "application/pdf", _named("facturx.pdf")),
}


class InvoiceDocumentView(ThreeVerbs, BaseView):
    """What leaves the house."""

    route_base = "/invoices"
    class_permission_name = "Invoice"
    level = "user"

    @expose("/pdf/<pk>")
    @has_access
    @permission_name("show")
    def pdf(self, pk: str) -> Any:
        """The PDF; with `print` in the address it opens in the browser."""
        return as_file(invoice_or_404(pk), download="print" not in request.args)

    @expose("/einvoice/<pk>/<form>")
    @has_access
    @permission_name("show")
    def einvoice(self, pk: str, form: str) -> Any:
        """The invoice for machines; what is missing for it is told on its page."""
        invoice = invoice_or_404(pk)
        if form not in FORMS:
            raise NotFound
        make, media_type, name = FORMS[form]
        try:
            content = make(invoice)
        except RuleBroken as broken:
            flash(str(broken), "danger")
            return redirect(url_for("InvoiceView.show", pk=pk))
        return send_file(io.BytesIO(content), media_type, as_attachment=True, download_name=name(invoice))

    @expose("/send/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def send(self, pk: str) -> Any:
        """A mail with the PDF, by the template in the invoice's language, to be looked over first."""
        invoice = invoice_or_404(pk)
        form = SendForm.refresh(request.form) if request.method == "POST" else self._letter(invoice)

        def send() -> None:
            service.lock(invoice)
            sending.send(invoice, {name: form[name].data for name in ("to", "subject", "text")})

        if request.method == "POST" and stored(form, send):
            flash(_("The invoice is on its way to %(to)s", to=form.to.data), "success")
            return redirect(url_for("InvoiceView.show", pk=pk))
        return self.render_template("invoices/send.html", invoice=invoice, form=form)

    def _letter(self, invoice: Invoice) -> SendForm:
        form = SendForm.refresh()
        form.to.data = addresses.email_of(invoice.client)
        form.subject.data, form.text.data = sending.letter(invoice)
        return form

    @expose("/link/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def link(self, pk: str) -> Any:
        """Make the client's link, or take it back."""
        if "revoke" in request.form:
            return done(pk, links.revoke, _("The link shows nothing any more"))
        return done(pk, links.make, _("Whoever has the link sees this invoice"))

    @expose("/recur/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def recur(self, pk: str) -> Any:
        """Make the invoice again every so many months, or no more."""
        if "stop" in request.form:
            return done(pk, recurrence.stop, _("It is made no more"))
        data = request.form.to_dict()
        return done(pk, lambda invoice: recurrence.start(invoice, data), _("It will be made again"))

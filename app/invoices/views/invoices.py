"""The list of invoices, the editor, the record and its verbs."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import action, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.core import access, bins, clock
from app.core.db import db
from app.core.decimals import shown_decimal
from app.core.errors import NotAllowed, RuleBroken
from app.core.links import absolute
from app.core.money import format_money
from app.core.views import came_from
from app.invoices import (
    addresses,
    forms,
    numbering,
    queries,
    recurrence,
    sending,
    service,
    status,
)
from app.invoices.models import Invoice, Status
from app.invoices.reading import number
from app.invoices.views.cells import cell
from app.lists.changes import Change, Choice
from app.lists.views.listed import Column, ListedView, money_column


def ways(invoice: Invoice) -> list[Choice]:
    """The status that it has, and those that the actor may give it (INV-06)."""
    stays = invoice.status == Status.PAID and not access.current().is_admin
    there = [Status(invoice.status), *(() if stays else status.ways(invoice))]
    return [(way.value, forms.STATUSES[way][0]) for way in there]


class InvoiceView(ListedView):
    """Invoices (INV-02…07)."""

    datamodel = queries.interface()
    service = service
    route_base = "/invoices"
    class_permission_name = "Invoice"
    list_title = _l("Invoices")
    list_name = "invoice"
    more_columns = ["kind", "currency", "order_number", "billed_at", "sent_at", "notes"]
    list_columns = ["card", "client_name", "state", "date", "due_date", "amount", "rest"]
    order_columns = ["card", "date", "due_date", "amount"]
    base_order = ("date", "desc")
    search_columns = [
        "status", "kind", "date", "due_date", "client", "opportunity", "total", "currency", "order_number",
        "created_at",
    ]  # fmt: skip
    search_form = forms.InvoiceSearchForm
    add_form = edit_form = forms.InvoiceForm
    list_template = "invoices/list.html"
    add_template = edit_template = "invoices/form.html"
    label_columns = {
        "card": _l("Number"),
        "client_name": _l("Client"),
        "state": _l("Status"),
        "status": _l("Status"),
        "kind": _l("Kind"),
        "date": _l("Date"),
        "due_date": _l("Due"),
        "amount": _l("Total"),
        "rest": _l("To be paid"),
        "currency": _l("Currency"),
        "order_number": _l("Purchase order number"),
        "billed_at": _l("Billed"),
        "sent_at": _l("Sent"),
        "notes": _l("Notes"),
    }
    formatters_columns = {name: cell(name) for name in ("card", "state", "amount", "rest")} | {"kind": forms.KINDS.get}

    changes = {"state": Change("status", _l("Status"), lambda row: row.status, ways, lambda row: len(ways(row)) > 1)}

    def own_columns(self) -> list[Column]:
        sums = {"net": _l("Subtotal"), "tax": _l("Tax"), "paid": _l("Paid")}
        return [money_column(name, label) for name, label in sums.items()]

    def narrow(self, filters: Any) -> None:
        if typed := request.args.get("q", "").strip()[:200]:
            filters.add_filter_related_view("search", queries.FilterInvoiceSearch, typed)

    def data_of(self, form: forms.InvoiceForm) -> dict[str, Any]:
        return forms.data_of(form)

    def form_values(self, row: Invoice) -> Any:
        return forms.values(row)

    def _add(self) -> Any:
        widgets = super()._add()
        if widgets and request.method == "GET":
            widgets["add"].template_args["form"].prefill(request.args)
        return widgets

    def _edit(self, pk: Any) -> Any:
        row = self.row_or_404(pk)
        if row.status == Status.DRAFT:
            return super()._edit(pk)
        flash(_("Only a draft can be changed. Take the invoice back to draft first."), "warning")
        g.saved = row
        return None

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The record: what it says, what was paid, what can be done with it."""
        invoice = self.row_or_404(pk)
        return self.render_template(
            "invoices/show.html",
            invoice=invoice,
            ways=status.ways(invoice),
            statuses=forms.STATUSES,
            kinds=forms.KINDS,
            methods=forms.METHODS,
            languages=forms.LANGUAGES,
            money=format_money,
            number=lambda n: shown_decimal(number(n)),
            address=addresses.lines,
            today=clock.today(access.current().timezone),
            may_delete=service.may_delete(invoice),
            link=absolute(f"/i/{invoice.link}") if invoice.link else "",
            sent=sending.sent(invoice),
            recurrence=recurrence.of(invoice),
            periods=forms.PERIODS,
            coming=numbering.coming(invoice.date),
        )

    @expose("/restore/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("delete")
    def restore(self, pk: int) -> Any:
        """Undo a deletion (GEN-07)."""
        bins.take_out(Invoice, pk)
        db.session.commit()
        flash(_("Restored"), "success")
        return redirect(url_for(".show", pk=pk))

    @action("billed", _l("Billed"), "", icon="file")
    def bill(self, invoices: Any) -> Any:
        """Bill the chosen drafts."""
        return self._move(invoices, Status.BILLED)

    @action("paid", _l("Paid"), "", icon="check")
    def settle(self, invoices: Any) -> Any:
        """The chosen ones have been paid."""
        return self._move(invoices, Status.PAID)

    @action("rejected", _l("Rejected"), "", icon="x")
    def reject(self, invoices: Any) -> Any:
        """The chosen ones were rejected."""
        return self._move(invoices, Status.REJECTED)

    @action("draft", _l("Draft"), "", icon="pencil")
    def reopen(self, invoices: Any) -> Any:
        """Take the chosen ones back to draft."""
        return self._move(invoices, Status.DRAFT)

    @action("delete", _l("Delete"), _l("Move the chosen invoices to the bin?"), icon="trash")
    def delete_chosen(self, invoices: Any) -> Any:
        """Move the chosen ones to the bin."""
        return self._each(invoices, service.delete)

    def _move(self, invoices: Any, to: Status) -> Any:
        return self._each(invoices, lambda invoice: service.save({"status": to}, invoice))

    def _each(self, invoices: Any, verb: Callable[[Invoice], Any]) -> Any:
        """Each in a savepoint of its own: what is refused is told with its reason, the others are done."""
        done, refused = 0, []
        for invoice in invoices if isinstance(invoices, list) else [invoices]:
            title = invoice.title
            try:
                with db.session.begin_nested():
                    verb(invoice)
                done += 1
            except RuleBroken as broken:
                refused.append(f"{title}: {broken}")
            except NotAllowed:
                refused.append(f"{title}: {_('Only an administrator may do this.')}")
        db.session.commit()
        if done:
            flash(ngettext("%(num)s invoice changed", "%(num)s invoices changed", done), "success")
        if refused:
            flash(" ".join(refused[:10]), "warning")
        return redirect(came_from(url_for(".list")))

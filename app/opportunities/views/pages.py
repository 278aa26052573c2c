"""List, record with tabs and form of opportunities; the tab of a contact."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contacts.models import Contact
from app.core import access, tabs
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.people import names_of_principals
from app.core.views import cells_of, seen_or_404
from app.lists.changes import Beside, Change, Choice, owner_change
from app.lists.views.listed import Column, money_column
from app.opportunities import forms, queries, service, stages, totals
from app.opportunities.changes import BUDGET_LABELS
from app.opportunities.models import Opportunity
from app.settings import custom
from app.settings.models import PickList
from app.settings.service import pick_values
from app.settings.views.records import RecordView

cell = cells_of("opportunities/cells.html")


def reasons() -> list[Choice]:
    """Why something may be lost."""
    return [("", _("Not known")), *((value.id, value.label) for value in pick_values(PickList.LOST_REASON))]


class OpportunityView(RecordView):
    """Possible sales (OPP-01…06)."""

    entity = "opportunity"
    datamodel = queries.list_interface()
    service = service
    route_base = "/opportunities"
    class_permission_name = "Opportunity"
    list_title = _l("Opportunities")
    list_name = "opportunity"
    more_columns = [
        "currency", "budget_type", "periods", "closed_on", "lost_reason", "stage_changed_at", "description",
        "private", "created_at",
    ]  # fmt: skip
    list_columns = ["card", "contact", "stage", "probability", "worth", "expected_close", "tags", "owner", "changed_at"]
    order_columns = ["card", "expected_close", "changed_at"]
    base_order = ("changed_at", "desc")
    search_columns = [
        "stage", "contact", "tags", "owner", "private", "total", "currency", "probability", "expected_close",
        "closed_on", "lost_reason", "stage_changed_at", "created_at", "changed_at",
    ]  # fmt: skip
    search_form = forms.OpportunitySearchForm
    add_form = edit_form = forms.OpportunityForm
    list_template = "opportunities/list.html"
    show_template = "opportunities/show.html"
    add_template = edit_template = "opportunities/form.html"
    label_columns = {
        "card": _l("Title"),
        "contact": _l("Contact"),
        "stage": _l("Stage"),
        "probability": _l("Probability"),
        "worth": _l("Total"),
        "expected_close": _l("Expected close"),
        "closed_on": _l("Closed on"),
        "tags": _l("Tags"),
        "owner": _l("Responsible"),
        "private": _l("Limited access"),
        "currency": _l("Currency"),
        "budget_type": _l("Budget"),
        "periods": _l("Periods"),
        "lost_reason": _l("Reason of loss"),
        "stage_changed_at": _l("In this stage since"),
        "description": _l("Description"),
        "created_at": _l("Created"),
        "changed_at": _l("Changed"),
    }
    formatters_columns = {
        name: cell(name)
        for name in ("card", "contact", "stage", "probability", "worth", "expected_close", "tags", "owner")
    } | {"budget_type": BUDGET_LABELS.get}

    changes = {
        "stage": Change(
            "stage",
            _l("Stage"),
            lambda row: row.stage_id,
            lambda _row: [(stage.id, stage.label) for stage in stages.all_stages()],
            beside=Beside("lost_reason", _l("Why was it lost?"), reasons, stages.lost),
        ),
        "owner": owner_change(),
    }

    def own_columns(self) -> list[Column]:
        return [*super().own_columns(), money_column("amount", _l("Amount"))]

    def data_of(self, form: forms.OpportunityForm) -> dict[str, Any]:
        return forms.data_of(form)

    def form_values(self, row: Opportunity) -> Any:
        return forms.values(row)

    def _get_list_widget(self, filters: Any, **kwargs: Any) -> Any:
        widgets = super()._get_list_widget(filters, **kwargs)
        args = widgets["list"].template_args
        args["sum"] = totals.of_found(self.datamodel, filters, args["count"])
        return widgets

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The record: header card, stages, details, tabs."""
        row = self.row_or_404(pk)
        return self.render_template(
            self.show_template,
            row=row,
            stages=stages.all_stages(),
            reasons=pick_values(PickList.LOST_REASON),
            times=service.times(row),
            stale=service.is_stale(row),
            budgets=BUDGET_LABELS,
            more_tabs=tabs.of("opportunity"),
            offers=tabs.offers("opportunity"),
            may_manage=access.may_manage(row),
            custom_fields=custom.fields_of("opportunity"),
            who=names_of_principals([row.owner_id, *row.co_owners, *row.shared_with]),
        )

    def _add(self) -> Any:
        widgets = super()._add()
        if widgets and request.method == "GET":
            form = widgets["add"].template_args["form"]
            form.prefill(request.args.get("contact", type=int), request.args.get("stage", type=int))
        return widgets

    @expose("/move/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def move(self, pk: str) -> Any:
        """Bring it into another stage (OPP-04)."""
        row, form = self.row_or_404(pk), request.form
        wanted = {"stage": form.get("stage", type=int), "version": form.get("version", type=int)}
        if form.get("lost_reason"):
            wanted["lost_reason"] = form.get("lost_reason", type=int)
        try:
            service.save(wanted, row)
            db.session.commit()
        except (RuleBroken, Conflict, NotAllowed) as refused:
            db.session.rollback()
            flash(str(refused) or _("Somebody else has changed this meanwhile."), "danger")
        return redirect(url_for(".show", pk=pk))

    @expose("/contact/<pk>", methods=["GET"])
    @has_access
    @permission_name("list")
    def of_contact(self, pk: str) -> Any:
        """The tab of a contact (OPP-06)."""
        contact = seen_or_404(Contact, pk)
        return self.render_template("opportunities/tab.html", contact=contact, rows=service.of_contact(contact.id))

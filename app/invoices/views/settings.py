"""Settings of invoices: items, taxes, the organization's profile, the format of numbers (SET-06)."""

from typing import Any

from flask import flash, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.core import clock, storage
from app.core.decimals import shown_decimal
from app.core.roles import ThreeVerbs
from app.core.views import CrmView, stored
from app.invoices import items, numbering, profile, queries, taxes
from app.invoices.forms import settings as forms
from app.invoices.reading import number


class _Plain(CrmView):
    """A short list whose rows are edited at once: there is no page to show one."""

    base_permissions = ["can_read", "can_write", "can_delete"]
    base_filters = [["removed", FilterEqual, False]]
    base_order = ("name", "asc")
    delete_row_message = _l("Removed. Lines that have it keep it.")
    add_template = edit_template = "invoices/settings_form.html"
    list_template = "invoices/settings_list.html"

    def post_add_redirect(self) -> Any:
        return redirect(request.full_path if "save_and_new" in request.form else url_for(".list"))

    def post_edit_redirect(self) -> Any:
        return redirect(url_for(".list"))


class TaxView(_Plain):
    """Taxes (INV-09)."""

    datamodel = queries.taxes()
    service = taxes
    route_base = "/settings/taxes"
    class_permission_name = "Tax"
    list_title = _l("Taxes")
    add_title, edit_title = _l("New tax"), _l("Edit tax")
    list_columns = ["name", "rate", "description"]
    order_columns = ["name", "rate"]
    search_columns: list[str] = []
    add_form = edit_form = forms.TaxForm
    label_columns = {"name": _l("Name"), "rate": _l("Rate in percent"), "description": _l("Description")}
    formatters_columns = {"rate": lambda rate: f"{shown_decimal(number(rate))} %"}

    def data_of(self, form: forms.TaxForm) -> dict[str, Any]:
        names = ("name", "rate", "description", "exemption")
        return {name: form[name].data for name in names} | {"version": forms.version_of(form)}

    def form_values(self, row: Any) -> Any:
        return forms.tax_values(row)


class ItemView(_Plain):
    """Items (INV-09)."""

    datamodel = queries.items()
    service = items
    route_base = "/settings/items"
    class_permission_name = "Item"
    list_title = _l("Items")
    add_title, edit_title = _l("New item"), _l("Edit item")
    list_columns = ["name", "sku", "price", "tax1", "stock"]
    order_columns = ["name", "sku", "price"]
    search_columns: list[str] = []
    add_form = edit_form = forms.ItemForm
    label_columns = {
        "name": _l("Name"),
        "sku": _l("SKU"),
        "price": _l("Price"),
        "tax1": _l("Tax"),
        "stock": _l("In stock"),
    }
    formatters_columns = {name: lambda value: shown_decimal(number(value)) for name in ("price", "stock")}

    def _get_list_widget(self, filters: Any, **kwargs: Any) -> Any:
        if typed := request.args.get("q", "").strip()[:200]:
            filters.add_filter_related_view("search", queries.FilterItemSearch, typed)
        return super()._get_list_widget(filters, **kwargs)

    def data_of(self, form: forms.ItemForm) -> dict[str, Any]:
        return forms.item_data(form)

    def form_values(self, row: Any) -> Any:
        return forms.item_values(row)


class InvoiceSettingsView(ThreeVerbs, BaseView):
    """The organization, and how invoices are numbered (INV-01, INV-08)."""

    route_base = "/settings/invoices"
    class_permission_name = "InvoiceSettings"
    level = "admin"

    @expose("/organization", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def profile(self) -> Any:
        """The organization's profile with its logo."""
        form = forms.ProfileForm.refresh(None if request.method == "POST" else forms.profile_values(profile.profile()))
        logo = request.files.get("logo")
        picture = logo.stream if logo and logo.filename else None
        if request.method == "POST" and stored(form, lambda: profile.save(forms.profile_data(form), picture)):
            return self._done(".profile")
        return self.render_template("invoices/profile.html", form=form, has_logo=profile.profile().card.get("logo"))

    @expose("/numbers", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def numbers(self) -> Any:
        """The format of numbers (INV-01)."""
        how = numbering.number_format()
        form = forms.NumberForm.refresh(None if request.method == "POST" else forms.number_values(how))
        if request.method == "POST" and stored(form, lambda: profile.save_format(forms.number_data(form))):
            return self._done(".numbers")
        coming = numbering.coming(clock.today("Europe/Rome"))
        return self.render_template("invoices/numbers.html", form=form, coming=coming)

    @expose("/logo")
    @has_access
    @permission_name("list")
    def logo(self) -> Any:
        """The logo as a picture."""
        card = profile.profile().card
        if not card.get("logo"):
            raise NotFound
        return send_file(storage.open_stored(card["logo"]), mimetype=card["logo_type"])

    def _done(self, endpoint: str) -> Any:
        flash(_("Changes saved"), "success")
        return redirect(url_for(endpoint))

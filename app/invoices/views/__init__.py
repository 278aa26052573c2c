"""Pages of invoices: the list, the editor, the record; their settings; the client's link."""

from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.core import nav, tabs
from app.core.money import format_money
from app.invoices import lookups  # noqa: F401  (they register themselves)
from app.invoices.views.documents import InvoiceDocumentView
from app.invoices.views.editor import InvoiceEditorView
from app.invoices.views.invoices import InvoiceView
from app.invoices.views.panels import InvoicePanelView
from app.invoices.views.public import InvoiceLinkView
from app.invoices.views.settings import InvoiceSettingsView, ItemView, TaxView
from app.invoices.views.verbs import InvoiceVerbView

VIEWS = (
    InvoiceView,
    InvoiceEditorView,
    InvoiceVerbView,
    InvoiceDocumentView,
    InvoiceLinkView,
    InvoicePanelView,
    ItemView,
    TaxView,
    InvoiceSettingsView,
)
CARDS = (
    ("organization", _l("Organization profile"), _l("Name, logo, address, bank: what invoices show"), "building",
     "InvoiceSettingsView.profile"),
    ("invoice-numbers", _l("Invoice numbers"), _l("Prefix, starting number, yearly restart, or by hand"), "decimal",
     "InvoiceSettingsView.numbers"),
    ("items", _l("Items"), _l("Products and services with their prices"), "list", "ItemView.list"),
    ("taxes", _l("Taxes"), _l("Names and rates that lines of invoices may carry"), "category", "TaxView.list"),
)  # fmt: skip


def register(appbuilder: Any) -> None:
    """Wire the pages, the menus, the tabs."""
    current_app.add_template_filter(format_money, "in_currency")
    current_app.add_template_filter(Decimal, "decimal")
    for view in VIEWS:
        appbuilder.add_view_no_menu(view)
    also = ("InvoiceDocumentView", "InvoiceEditorView")
    nav.MAIN.append(nav.Entry("invoices", _l("Invoices"), "file", "InvoiceView.list", place=40, also=also))
    nav.CREATE.append(nav.Entry("invoice", _l("Invoice"), "file", "InvoiceView.add", place=40))
    for key, label, about, icon, endpoint in CARDS:
        nav.SETTINGS.append(nav.Entry(key, label, icon, endpoint, level="admin", description=about))
    for name in ("contact", "opportunity"):
        tabs.add(name, tabs.Tab("invoices", _l("Invoices"), f"InvoicePanelView.{name}", place=40))

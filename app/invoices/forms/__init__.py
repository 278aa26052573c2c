"""The invoice form: what WTForms needs to show, and to read back, the keys that the service takes."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import (
    DateField,
    DecimalField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from app.contacts.forms import LookupField
from app.core import access, clock
from app.core.db import db
from app.core.money import currency_choices
from app.invoices import addresses, checks, numbering, profile, taxes
from app.invoices.basics import Item
from app.invoices.models import Invoice, InvoiceLine, Kind, Status
from app.invoices.reading import number
from app.opportunities.models import Opportunity
from app.settings.forms import NumberText
from app.settings.values import DEFAULT_CURRENCY

STATUSES = {
    Status.DRAFT: (_l("Draft"), "gray"),
    Status.BILLED: (_l("Billed"), "blue"),
    Status.PAID: (_l("Paid"), "green"),
    Status.REJECTED: (_l("Rejected"), "red"),
}
KINDS = {Kind.INVOICE: _l("Invoice"), Kind.CREDIT_NOTE: _l("Credit note")}
LANGUAGES = {"it": "Italiano", "en": "English", "fr": "Français", "de": "Deutsch", "es": "Español"}
METHODS = {
    "bank": _l("Bank transfer"),
    "cash": _l("Cash"),
    "card": _l("Card"),
    "cheque": _l("Cheque"),
    "debit": _l("Direct debit"),
    "other": _l("Other"),
    "credit": _l("Credit note"),
}
PERIODS = {
    1: _l("Every month"),
    2: _l("Every two months"),
    3: _l("Every three months"),
    6: _l("Every six months"),
    12: _l("Every year"),
}
ON_RECEIPT, OTHER_DAY = "0", ""
DUE = {
    ON_RECEIPT: _l("On receipt"),
    "15": _l("15 days"),
    "30": _l("30 days"),
    "45": _l("45 days"),
    OTHER_DAY: _l("On this day"),
}


class AddressForm(Form):
    """A name and an address."""

    name = StringField(_l("Name"))
    street = StringField(_l("Street"))
    zip = StringField(_l("Postal code"))
    city = StringField(_l("City"))
    state = StringField(_l("Province or state"))
    country = StringField(_l("Country"))


class BillingForm(AddressForm):
    """And the numbers for the tax office."""

    vat_number = StringField(_l("VAT number"))
    tax_code = StringField(_l("Tax code"))
    recipient_code = StringField(_l("Recipient code (SDI)"))
    pec = StringField(_l("Certified email (PEC)"))


class LineForm(Form):
    """One line."""

    item = LookupField(_l("Item"), "item")
    name = StringField(_l("Name"))
    description = StringField(_l("Description"))
    quantity = NumberText(_l("Quantity"), default="1")
    price = NumberText(_l("Price"))
    discount = NumberText(_l("Discount %"))
    tax1 = SelectField(_l("Tax"), coerce=int, validate_choice=False, default=0)
    tax2 = SelectField(_l("Second tax"), coerce=int, validate_choice=False, default=0)


class Part(FormField):
    """An address within the form; what the service refuses of it stands on the whole."""

    refused: Any = ()

    @property
    def errors(self) -> Any:
        return self.refused or self.form.errors

    @errors.setter
    def errors(self, reasons: Any) -> None:
        self.refused = reasons


class InvoiceForm(DynamicForm):
    """The keys of the service; its rules are there alone."""

    version = HiddenField()
    number = StringField(_l("Number"))
    client = LookupField(_l("Client"), "contact")
    consignee = LookupField(_l("Consignee"), "contact")
    opportunity = LookupField(_l("Opportunity"), "opportunity")
    date = DateField(_l("Invoice date"), validators=[Optional()])
    due = SelectField(_l("Due"), choices=list(DUE.items()), default="30", validate_choice=False)
    due_date = DateField(_l("Due date"), validators=[Optional()])
    language = SelectField(_l("Language of the invoice"), choices=list(LANGUAGES.items()), validate_choice=False)
    currency = SelectField(_l("Currency"), default=DEFAULT_CURRENCY, validate_choice=False)
    order_number = StringField(_l("Purchase order number"))
    terms = TextAreaField(_l("Payment terms"))
    notes = TextAreaField(_l("Notes"))
    billing = Part(BillingForm, _l("Billing address"))
    delivery = Part(AddressForm, _l("Delivery address"))
    lines = FieldList(FormField(LineForm), _l("Lines"), min_entries=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency.choices = currency_choices()
        self.automatic = numbering.number_format().automatic
        self.default_terms = profile.profile().terms or ""
        self.tax_choices = [(0, "—"), *((tax.id, f"{tax.name} ({number(tax.rate)} %)") for tax in taxes.offered())]
        self.show_choices()

    def show_choices(self) -> None:
        """Let look-up fields hold the chosen record, where the actor sees it."""
        for name in ("client", "consignee"):
            found = checks.contact_seen(self[name].data)
            self[name].choices = [(found.id, str(found))] if found is not None else []
        chosen = self.opportunity.data
        deal = db.session.get(Opportunity, chosen) if isinstance(chosen, int) and chosen < 2**63 else None
        self.opportunity.choices = [(deal.id, str(deal))] if deal is not None else []
        ids = [entry.form.item.data for entry in self.lines if isinstance(entry.form.item.data, int)]
        named = {item.id: item.name for item in db.session.scalars(select(Item).where(Item.id.in_(ids)))} if ids else {}
        for entry in self.lines:
            self.dress(entry.form, named)

    def dress(self, line: LineForm, named: dict[int, str]) -> None:
        """The choices of one line."""
        chosen = line.item.data
        line.item.choices = [(chosen, named[chosen])] if chosen in named else []
        line.tax1.choices = line.tax2.choices = self.tax_choices

    def blank_line(self) -> LineForm:
        """What the page's template row is drawn from."""
        line = LineForm(prefix="lines-__n__-")
        self.dress(line, {})
        return line

    def prefill(self, args: Any) -> None:
        """What a link to a new invoice asks for: its client or opportunity; the reader's language, today, the terms."""
        self.client.data = args.get("client", type=int) or args.get("contact", type=int)
        self.opportunity.data = args.get("opportunity", type=int)
        found = db.session.get(Opportunity, self.opportunity.data) if self.opportunity.data else None
        if found is not None and not self.client.data:
            self.client.data = found.contact_id
        self.date.data = clock.today(access.current().timezone)
        self.language.data = checks.readers_language()
        self.terms.data = self.default_terms
        client = checks.contact_seen(self.client.data)
        if client is not None:
            self.billing.form.process(data=addresses.of(client))
        self.show_choices()


def data_of(form: InvoiceForm) -> dict[str, Any]:
    """The service's keys from a filled-in form."""
    names = ("client", "consignee", "opportunity", "date", "language", "currency", "order_number", "terms", "notes")
    data: dict[str, Any] = {name: form[name].data for name in names}
    data |= {"billing": form.billing.data, "delivery": form.delivery.data, "lines": lines_of(form)}
    if not form.automatic:
        data["number"] = form.number.data
    if form.due.data == OTHER_DAY:
        data["due_date"] = form.due_date.data
    else:
        data["due_days"] = form.due.data
    data["version"] = int(form.version.data) if str(form.version.data or "").isdigit() else None
    return data


def lines_of(form: InvoiceForm) -> list[dict[str, Any]]:
    """The lines as the service takes them."""
    return [line_of(entry.form) for entry in form.lines]


def line_of(line: LineForm) -> dict[str, Any]:
    """One line as the service takes it; a name typed as an item's is the line's own."""
    keys = ("item", "name", "description", "quantity", "price", "discount")
    data = {key: line[key].data for key in keys}
    if isinstance(data["item"], str):
        data |= {"item": None, "name": data["name"] or data["item"]}
    return data | {"taxes": [tax for tax in (line.tax1.data, line.tax2.data) if tax]}


def values(invoice: Invoice) -> SimpleNamespace:
    """What pre-fills the form for an existing draft."""
    names = ("version", "number", "date", "due_date", "language", "currency", "order_number", "terms", "notes")
    links = {name: getattr(invoice, f"{name}_id") for name in ("client", "consignee", "opportunity")}
    days = str((invoice.due_date - invoice.date) // dt.timedelta(days=1))
    return SimpleNamespace(
        **{name: getattr(invoice, name) for name in names},
        **links,
        due=days if days in DUE else OTHER_DAY,
        billing=SimpleNamespace(**invoice.billing),
        delivery=SimpleNamespace(**invoice.delivery),
        lines=[_line(line) for line in invoice.lines],
    )


def _line(line: InvoiceLine) -> SimpleNamespace:
    ids = [tax["id"] for tax in line.taxes]
    numbers = {key: number(getattr(line, key)) for key in ("quantity", "price", "discount")}
    numbers["discount"] = "" if line.discount == 0 else numbers["discount"]
    texts = {"item": line.item_id, "name": line.name, "description": line.description}
    return SimpleNamespace(**texts, **numbers, tax1=(*ids, 0)[0], tax2=(*ids, 0, 0)[1])


class InvoiceSearchForm(DynamicForm):
    """The values that the filter bar offers."""

    status = SelectField(_l("Status"))
    kind = SelectField(_l("Kind"), choices=list(KINDS.items()))
    date = DateField(_l("Invoice date"))
    due_date = DateField(_l("Due date"))
    client = LookupField(_l("Client"), "contact")
    opportunity = LookupField(_l("Opportunity"), "opportunity")
    total = DecimalField(_l("Total"))
    currency = SelectField(_l("Currency"))
    order_number = StringField(_l("Purchase order number"))
    created_at = DateField(_l("Created"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [(key.value, label) for key, (label, _color) in STATUSES.items()]
        self.status.choices += [("overdue", _("Overdue"))]
        self.currency.choices = currency_choices()

"""Forms of the settings of invoices: items, taxes, the organization, the format of numbers (SET-06)."""

from types import SimpleNamespace
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField, TextAreaField

from app.invoices import profile, taxes
from app.invoices.basics import Item, NumberFormat, Profile, Tax
from app.invoices.reading import number
from app.settings.forms import NumberText


class TaxForm(DynamicForm):
    """A tax."""

    version = HiddenField()
    name = StringField(_l("Name"))
    rate = NumberText(_l("Rate in percent"))
    description = TextAreaField(_l("Description"))
    exemption = SelectField(
        _l("Why nothing is charged (Natura of FatturaPA)"),
        choices=[("", "—"), *((code, code) for code in taxes.EXEMPTIONS)],
        validate_choice=False,
    )


def tax_values(tax: Tax) -> SimpleNamespace:
    """What pre-fills the form."""
    plain = {name: getattr(tax, name) for name in ("version", "name", "description", "exemption")}
    return SimpleNamespace(**plain, rate=number(tax.rate))


class ItemForm(DynamicForm):
    """An item."""

    version = HiddenField()
    name = StringField(_l("Name"))
    sku = StringField(_l("SKU"))
    price = NumberText(_l("Price"))
    tax1 = SelectField(_l("Tax"), coerce=int, validate_choice=False, default=0)
    tax2 = SelectField(_l("Second tax"), coerce=int, validate_choice=False, default=0)
    description = TextAreaField(_l("Description"))
    stock_tracked = BooleanField(_l("Stock is tracked"))
    stock = NumberText(_l("In stock"), default="0")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(0, "—"), *((tax.id, tax.name) for tax in taxes.offered())]
        self.tax1.choices = self.tax2.choices = offered


def item_values(item: Item) -> SimpleNamespace:
    """What pre-fills the form."""
    plain = {name: getattr(item, name) for name in ("version", "name", "sku", "description", "stock_tracked")}
    numbers = {"price": number(item.price), "stock": number(item.stock)}
    return SimpleNamespace(**plain, **numbers, tax1=item.tax1_id or 0, tax2=item.tax2_id or 0)


def item_data(form: ItemForm) -> dict[str, Any]:
    """The service's keys."""
    names = ("name", "sku", "price", "description", "stock_tracked", "stock")
    data = {name: form[name].data for name in names}
    return data | {"taxes": [tax for tax in (form.tax1.data, form.tax2.data) if tax], "version": version_of(form)}


def version_of(form: DynamicForm) -> int | None:
    """The version that the form was filled from."""
    return int(form.version.data) if str(form.version.data or "").isdigit() else None


class ProfileForm(DynamicForm):
    """The organization as invoices show it, and what invoices start with."""

    version = HiddenField()
    name = StringField(_l("Name"))
    street = StringField(_l("Street"))
    zip = StringField(_l("Postal code"))
    city = StringField(_l("City"))
    state = StringField(_l("Province or state"))
    country = StringField(_l("Country"))
    vat_number = StringField(_l("VAT number"))
    tax_code = StringField(_l("Tax code"))
    tax_regime = SelectField(
        _l("Tax regime (FatturaPA)"), choices=[(code, code) for code in profile.REGIMES], validate_choice=False
    )
    email = StringField(_l("Email"))
    phone = StringField(_l("Phone"))
    website = StringField(_l("Website"))
    bank = StringField(_l("Bank"))
    iban = StringField(_l("IBAN"))
    bic = StringField(_l("BIC"))
    footer = TextAreaField(_l("Footer"), description=_l("Stands at the foot of each page."))
    terms = TextAreaField(_l("Payment terms"), description=_l("What a new invoice starts with."))
    reminder_days = StringField(
        _l("Reminders"), description=_l("Days after the due date on which the client is reminded by mail: 7, 14, 30.")
    )
    logo = FileField(_l("Logo"), description=_l("png, jpg, gif or webp, at most 1 MB."))
    remove_logo = BooleanField(_l("Remove the logo"))


def profile_values(row: Profile) -> SimpleNamespace:
    """What pre-fills the form."""
    names = [*profile.TEXTS, "vat_number", "iban", "bic", "tax_regime"]
    days = ", ".join(str(day) for day in row.reminder_days or [])
    card = {name: row.card.get(name) for name in names}
    return SimpleNamespace(**card, version=row.version, terms=row.terms, reminder_days=days)


def profile_data(form: ProfileForm) -> dict[str, Any]:
    """The service's keys."""
    data = {field.short_name: field.data for field in form if field.short_name not in ("csrf_token", "logo")}
    return data | {"version": version_of(form)}


class NumberForm(DynamicForm):
    """How invoices are numbered."""

    version = HiddenField()
    automatic = BooleanField(_l("Invoices are numbered by themselves"), default=True)
    prefix = StringField(_l("Prefix"), description=_l("May hold {year}, {yy} and {month}, as may the suffix."))
    suffix = StringField(_l("Suffix"))
    digits = StringField(_l("Digits"))
    start = StringField(_l("Starting number"))
    yearly = BooleanField(_l("Start anew each year"))


def number_data(form: NumberForm) -> dict[str, Any]:
    """The service's keys."""
    data = {field.short_name: field.data for field in form if field.short_name != "csrf_token"}
    return data | {"version": version_of(form)}


def number_values(how: NumberFormat) -> SimpleNamespace:
    """What pre-fills the form."""
    names = ("version", "automatic", "prefix", "suffix", "digits", "start", "yearly")
    return SimpleNamespace(**{name: getattr(how, name) for name in names})

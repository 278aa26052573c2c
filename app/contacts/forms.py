"""The contact form: what WTForms needs to show, and to read back, the keys that the service takes."""

from types import SimpleNamespace
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.utils import unset_value

from app.contacts.models import ADDRESS_KINDS, CHANNEL_KINDS, Contact, Kind, Medium
from app.contacts.schema import ContactSchema
from app.contacts.service import company_choices
from app.core import access
from app.core.people import crm_users, names_of_principals
from app.settings import custom
from app.settings import forms as custom_forms
from app.settings.models import PickList
from app.settings.service import pick_values
from app.settings.tags import choices as tag_choices

KIND_LABELS = {
    "work": _l("Work"),
    "home": _l("Home"),
    "mobile": _l("Mobile"),
    "fax": _l("Fax"),
    "billing": _l("Billing"),
    "postal": _l("Postal"),
    "other": _l("Other"),
    "website": _l("Website"),
    "linkedin": "LinkedIn",
    "facebook": "Facebook",
    "x": "X",
    "instagram": "Instagram",
    "github": "GitHub",
    "skype": "Skype",
}


def kinds(names: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Choices of a kind field, in the model's order."""
    return [(name, KIND_LABELS[name]) for name in names]


class LookupField(SelectField):
    """One record chosen by typing; the page holds the chosen option alone. `source` names the look-up."""

    many = False

    def __init__(self, label: Any, source: str, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, coerce=_id_or_name, choices=[], **kwargs)
        self.source = source


class LookupManyField(SelectMultipleField):
    """Several records chosen by typing."""

    many = True

    def __init__(self, label: Any, source: str, coerce: Any = int, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, coerce=coerce, choices=[], **kwargs)
        self.source = source


class Rows(FieldList):
    """Repeating rows of which one may be primary: a radio named `<field>-primary` holds the row's number."""

    def __init__(self, row: type[Form], label: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(FormField(row), label=label, min_entries=1, **kwargs)
        self.kinds = kinds

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        chosen = formdata.get(f"{self.name}-primary") if formdata else None
        for entry in self.entries:
            given = entry.object_data if isinstance(entry.object_data, dict) else {}
            number = entry.name.rsplit("-", 1)[1]
            entry.primary = number == chosen if formdata else bool(given.get("primary"))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the service takes."""
        return [entry.data | {"primary": entry.primary} for entry in self.entries]


def _id_or_name(value: Any) -> Any:
    return int(value) if str(value or "").isdigit() else (value or None)


def channel_form(medium: Medium) -> type[Form]:
    """The row of one channel: value and kind (which one is primary is one radio over the rows)."""

    class ChannelForm(Form):
        value = StringField(_l("Value"))
        kind = SelectField(_l("Kind"), choices=kinds(CHANNEL_KINDS[medium]), validate_choice=False)

    return ChannelForm


class AddressForm(Form):
    """The row of one address."""

    kind = SelectField(_l("Kind"), choices=kinds(ADDRESS_KINDS), validate_choice=False)
    street = StringField(_l("Street"))
    zip = StringField(_l("Postal code"))
    city = StringField(_l("City"))
    state = StringField(_l("Province or state"))
    country = StringField(_l("Country"))


class ContactForm(DynamicForm):
    """All keys of the service; rules live in the service alone, so no validators here."""

    version = HiddenField()
    kind = HiddenField(default="person")
    first_name = StringField(_l("First name"))
    last_name = StringField(_l("Last name"))
    name = StringField(_l("Company name"))
    title = StringField(_l("Job title"))
    company = LookupField(_l("Company"), "company")
    type = SelectField(_l("Type"), coerce=int, validate_choice=False)
    temperature = SelectField(_l("Temperature"), coerce=int, validate_choice=False)
    emails = Rows(channel_form(Medium.EMAIL), _l("Emails"), kinds(CHANNEL_KINDS[Medium.EMAIL]))
    phones = Rows(channel_form(Medium.PHONE), _l("Phones"), kinds(CHANNEL_KINDS[Medium.PHONE]))
    websites = Rows(channel_form(Medium.WEB), _l("Websites and social networks"), kinds(CHANNEL_KINDS[Medium.WEB]))
    addresses = Rows(AddressForm, _l("Addresses"), kinds(ADDRESS_KINDS))
    vat_number = StringField(_l("VAT number"))
    tax_code = StringField(_l("Tax code"))
    recipient_code = StringField(_l("Recipient code"))
    pec = StringField(_l("Certified email (PEC)"))
    description = TextAreaField(_l("Description"))
    photo = FileField(_l("Photo"), render_kw={"accept": "image/jpeg,image/png,image/gif,image/webp"})
    remove_photo = BooleanField(_l("Remove the photo"))
    tags = LookupManyField(_l("Tags"), "tag", coerce=str)
    owner = LookupField(_l("Responsible person"), "user")
    co_owners = LookupManyField(_l("Also responsible"), "user")
    open_to_all = BooleanField(_l("Allow access to all users of the CRM"))
    shared_with = LookupManyField(_l("Share with"), "principal")

    custom_kinds, custom_applies = custom_forms.KIND_NAMES, custom_forms.APPLIES
    address_labels = {
        "street": _l("Street"),
        "zip": _l("Postal code"),
        "city": _l("City"),
        "state": _l("Province or state"),
        "country": _l("Country"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.custom_fields = custom.fields_of("contact")
        self._unbound_fields = custom_forms.added_to(type(self), self.custom_fields)
        super().__init__(*args, **kwargs)
        custom_forms.mark_required(self, self.custom_fields)
        for field, which in ((self.type, PickList.CONTACT_TYPE), (self.temperature, PickList.TEMPERATURE)):
            field.choices = [(0, "—"), *((value.id, value.label) for value in pick_values(which))]
        self.company.choices = company_choices(self.company.data)
        self.tags.choices = [
            (n, n) for n in {**dict.fromkeys(self.tags.data or []), **{t.name: 0 for t in tag_choices()}}
        ]
        for field in (self.owner, self.co_owners, self.shared_with):
            ids = [i for i in (field.data if isinstance(field.data, list) else [field.data]) if isinstance(i, int)]
            field.choices = list(names_of_principals(ids).items())

    def prefill(self, args: Any) -> None:
        """What a link to a new contact asks for: its kind and names, or the company of the new person; oneself as
        responsible."""
        kind, company_id = args.get("kind"), args.get("company", type=int)
        self.kind.data = kind if kind in list(Kind) else Kind.PERSON.value
        self.company.data, self.company.choices = company_id, company_choices(company_id)
        for name in ("first_name", "last_name", "name"):
            self[name].data = args.get(name, "")[:255]
        actor = access.current()
        self.owner.data, self.owner.choices = actor.user_id, [(actor.user_id, actor.name)]


def values(contact: Contact) -> SimpleNamespace:
    """What pre-fills the form for an existing contact."""
    shown = ContactSchema().dump(contact)
    for key in ("company", "type", "temperature", "owner"):
        shown[key] = (shown[key] or {}).get("id")
    shown |= custom_forms.shown_values(contact.custom, custom.fields_of("contact"))
    face = {"photo": None, "remove_photo": False}
    return SimpleNamespace(**shown | face | {"open_to_all": not contact.private})


def data_of(form: ContactForm) -> dict[str, Any]:
    """The service's keys from a filled-in form."""
    data = {field.short_name: field.data for field in form if field.short_name not in ("csrf_token", "open_to_all")}
    data["private"] = not form.open_to_all.data
    data["custom"] = custom_forms.values_of(data, form.custom_fields, data["kind"])
    data |= {name: form[name].rows for name in ("emails", "phones", "websites", "addresses")}
    data["version"] = int(data["version"]) if str(data["version"] or "").isdigit() else None
    if data["kind"] == "company":
        for key in ("first_name", "last_name", "title", "company"):
            data.pop(key)
    else:
        data.pop("name")
    return data


class ContactSearchForm(DynamicForm):
    """The values that the filter bar offers; short lists alone, never a table of contacts."""

    kind = SelectField(_l("Person or company"), choices=[("person", _l("Person")), ("company", _l("Company"))])
    type = SelectField(_l("Type"))
    temperature = SelectField(_l("Temperature"))
    tags = SelectField(_l("Tags"))
    owner = SelectField(_l("Responsible"))
    private = BooleanField(_l("Private"))
    company = LookupField(_l("Company"), "company")
    title = StringField(_l("Job title"))
    created_at = DateField(_l("Created"))
    changed_at = DateField(_l("Changed"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.custom_fields = [f for f in custom.fields_of("contact") if f.in_filter and f.holds]
        self._unbound_fields = custom_forms.filters_of(type(self), self.custom_fields)
        super().__init__(*args, **kwargs)
        for field, which in ((self.type, PickList.CONTACT_TYPE), (self.temperature, PickList.TEMPERATURE)):
            field.choices = [(str(value.id), value.label) for value in pick_values(which)]
        self.tags.choices = [(str(tag.id), tag.name) for tag in tag_choices()]
        self.owner.choices = [(str(user.id), user.get_full_name()) for user in crm_users()]

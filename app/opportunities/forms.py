"""The opportunity form: what WTForms needs to show, and to read back, the keys that the service takes."""

from types import SimpleNamespace
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from app.contacts.forms import LookupField, LookupManyField
from app.contacts.models import Contact
from app.core import access
from app.core.cleaning import seen
from app.core.people import crm_users, names_of_principals
from app.opportunities import stages
from app.opportunities.changes import BUDGET_LABELS
from app.opportunities.models import Opportunity
from app.opportunities.queries import STALE
from app.settings import currencies, custom
from app.settings import forms as custom_forms
from app.settings.models import PickList
from app.settings.service import pick_values
from app.settings.tags import choices as tag_choices


class OpportunityForm(DynamicForm):
    """All keys of the service; rules live in the service alone, so no validators here."""

    version = HiddenField()
    title = StringField(_l("Title"))
    contact = LookupField(_l("Contact"), "contact")
    participants = LookupManyField(_l("Participants"), "contact")
    description = TextAreaField(_l("Description"))
    amount = custom_forms.NumberText(_l("Amount"))
    currency = SelectField(_l("Currency"), validate_choice=False)
    budget_type = SelectField(_l("Budget"), choices=list(BUDGET_LABELS.items()), validate_choice=False)
    periods = IntegerField(_l("Periods"), default=1, validators=[Optional()])
    stage = SelectField(_l("Stage"), coerce=int, validate_choice=False)
    probability = IntegerField(_l("Probability in percent"), validators=[Optional()])
    expected_close = DateField(_l("Expected close"), validators=[Optional()])
    closed_on = DateField(_l("Closed on"), validators=[Optional()])
    lost_reason = SelectField(_l("Reason of loss"), coerce=int, validate_choice=False)
    tags = LookupManyField(_l("Tags"), "tag", coerce=str)
    owner = LookupField(_l("Responsible person"), "user")
    co_owners = LookupManyField(_l("Also responsible"), "user")
    limited = BooleanField(_l("Limit access"))
    shared_with = LookupManyField(_l("Those who may see it"), "principal")

    custom_kinds = custom_forms.KIND_NAMES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.custom_fields = custom.fields_of("opportunity")
        self._unbound_fields = custom_forms.added_to(type(self), self.custom_fields)
        super().__init__(*args, **kwargs)
        custom_forms.mark_required(self, self.custom_fields)
        self.stages = stages.all_stages()
        self.stage.choices = [(stage.id, stage.label) for stage in self.stages]
        self.lost_reason.choices = [(0, "—"), *((v.id, v.label) for v in pick_values(PickList.LOST_REASON))]
        codes = dict.fromkeys([*currencies.in_use(), *([self.currency.data] if self.currency.data else [])])
        self.currency.choices = [(code, code) for code in codes]
        self.show_choices()

    def show_choices(self) -> None:
        """Let look-up fields hold what was chosen, where the actor sees it."""
        self.contact.choices = _contacts([self.contact.data])
        self.participants.choices = _contacts(self.participants.data or [])
        known = {**dict.fromkeys(self.tags.data or []), **{tag.name: 0 for tag in tag_choices()}}
        self.tags.choices = [(name, name) for name in known]
        for field in (self.owner, self.co_owners, self.shared_with):
            ids = [i for i in (field.data if isinstance(field.data, list) else [field.data]) if isinstance(i, int)]
            field.choices = list(names_of_principals(ids).items())

    def prefill(self, contact: int | None, stage: int | None) -> None:
        """What a link to a new opportunity asks for; oneself as responsible, the first stage with its probability."""
        self.contact.data, self.owner.data = contact, access.current().user_id
        chosen = next((s for s in self.stages if s.id == stage), None) or next(s for s in self.stages if s.is_open)
        self.stage.data, self.probability.data = chosen.id, chosen.probability
        self.show_choices()


def _contacts(ids: list[Any]) -> list[tuple[int, str]]:
    rows = [seen(Contact, i) for i in ids if isinstance(i, int)]
    return [(row.id, row.full_name) for row in rows if row is not None]


def values(row: Opportunity) -> SimpleNamespace:
    """What pre-fills the form for an existing opportunity."""
    plain = ("title", "description", "currency", "budget_type", "periods", "probability", "expected_close", "closed_on")
    shown = {name: getattr(row, name) for name in (*plain, "version", "co_owners", "shared_with")}
    shown |= {"amount": f"{row.amount:f}".rstrip("0").rstrip(".") if row.amount is not None else None}
    shown |= {"contact": row.contact_id, "participants": [contact.id for contact in row.participants]}
    shown |= {"stage": row.stage_id, "lost_reason": row.lost_reason_id or 0, "owner": row.owner_id}
    shown |= {"tags": [tag.name for tag in row.tags], "limited": row.private}
    return SimpleNamespace(**shown | custom_forms.shown_values(row.custom, custom.fields_of("opportunity")))


def data_of(form: OpportunityForm) -> dict[str, Any]:
    """The service's keys from a filled-in form."""
    data = {field.short_name: field.data for field in form if field.short_name not in ("csrf_token", "limited")}
    data["private"] = form.limited.data
    data["custom"] = custom_forms.values_of(data, form.custom_fields, "")
    data["version"] = int(data["version"]) if str(data["version"] or "").isdigit() else None
    return data


KINDS = [("open", _l("Any open one")), ("won", _l("Any won one")), ("lost", _l("Any lost one"))]
KINDS += [(STALE, _l("Open, and left alone"))]


class OpportunitySearchForm(DynamicForm):
    """The values that the filter bar offers; short lists alone."""

    stage = SelectField(_l("Stage"))
    tags = SelectField(_l("Tags"))
    owner = SelectField(_l("Responsible"))
    private = BooleanField(_l("Limited access"))
    currency = SelectField(_l("Currency"))
    expected_close = DateField(_l("Expected close"))
    closed_on = DateField(_l("Closed on"))
    contact = LookupField(_l("Contact"), "contact")
    total = DecimalField(_l("Total"))
    probability = IntegerField(_l("Probability"))
    lost_reason = SelectField(_l("Reason of loss"))
    created_at = DateField(_l("Created"))
    stage_changed_at = DateField(_l("In this stage since"))
    changed_at = DateField(_l("Changed"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.custom_fields = [f for f in custom.fields_of("opportunity") if f.in_filter and f.holds]
        self._unbound_fields = custom_forms.filters_of(type(self), self.custom_fields)
        super().__init__(*args, **kwargs)
        self.stage.choices = [*KINDS, *((str(stage.id), stage.label) for stage in stages.all_stages())]
        self.tags.choices = [(str(tag.id), tag.name) for tag in tag_choices()]
        self.owner.choices = [(str(user.id), user.get_full_name()) for user in crm_users()]
        self.currency.choices = [(code, code) for code in currencies.in_use()]
        self.lost_reason.choices = [(str(value.id), value.label) for value in pick_values(PickList.LOST_REASON)]

"""The forms of a case: what WTForms needs to show, and to read back, the keys that the services take."""

import datetime as dt
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import Optional

from app.cases.models import Case
from app.contacts.forms import LookupField, LookupManyField
from app.contacts.models import Contact
from app.core import access, clock
from app.core.cleaning import seen
from app.core.people import crm_users, names_of_principals
from app.settings import custom
from app.settings import forms as custom_forms
from app.settings.tags import choices as tag_choices


class CaseForm(DynamicForm):
    """All keys of the service; rules live in the service alone, so no validators here. Participants of a case that is
    there already have a tab of their own: there may be thousands."""

    version = HiddenField()
    title = StringField(_l("Title"))
    description = TextAreaField(_l("Description"))
    participants = LookupManyField(_l("Participants"), "contact")
    tags = LookupManyField(_l("Tags"), "tag", coerce=str)
    owner = LookupField(_l("Responsible person"), "user")
    co_owners = LookupManyField(_l("Also responsible"), "user")
    limited = BooleanField(_l("Limit access"))
    shared_with = LookupManyField(_l("Those who may see it"), "principal")

    custom_kinds = custom_forms.KIND_NAMES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.custom_fields = custom.fields_of("case")
        self._unbound_fields = custom_forms.added_to(type(self), self.custom_fields)
        super().__init__(*args, **kwargs)
        custom_forms.mark_required(self, self.custom_fields)
        self.show_choices()

    def show_choices(self) -> None:
        """Let look-up fields hold what was chosen, where the actor sees it."""
        rows = [seen(Contact, i) for i in (self.participants.data or [])[:500] if isinstance(i, int)]
        self.participants.choices = [(row.id, row.full_name) for row in rows if row is not None]
        known = {**dict.fromkeys(self.tags.data or []), **{tag.name: 0 for tag in tag_choices()}}
        self.tags.choices = [(name, name) for name in known]
        for field in (self.owner, self.co_owners, self.shared_with):
            ids = [i for i in (field.data if isinstance(field.data, list) else [field.data]) if isinstance(i, int)]
            field.choices = list(names_of_principals(ids).items())

    def prefill(self, contact: int | None) -> None:
        """What a link to a new case asks for: its first participant; oneself as responsible."""
        self.owner.data, self.participants.data = access.current().user_id, [contact] if contact else []
        self.show_choices()


def values(row: Case) -> SimpleNamespace:
    """What pre-fills the form for an existing case."""
    shown = {name: getattr(row, name) for name in ("title", "description", "version", "co_owners", "shared_with")}
    shown |= {"owner": row.owner_id, "tags": [tag.name for tag in row.tags], "limited": row.private}
    return SimpleNamespace(**shown | custom_forms.shown_values(row.custom, custom.fields_of("case")))


def data_of(form: CaseForm, adding: bool) -> dict[str, Any]:
    """The service's keys from a filled-in form."""
    left_out = {"csrf_token", "limited"} | (set() if adding else {"participants"})
    data = {field.short_name: field.data for field in form if field.short_name not in left_out}
    data["private"] = form.limited.data
    data["custom"] = custom_forms.values_of(data, form.custom_fields, "")
    data["version"] = int(data["version"]) if str(data["version"] or "").isdigit() else None
    return data


class CaseSearchForm(DynamicForm):
    """The values that the filter bar offers; short lists alone."""

    tags = SelectField(_l("Tags"))
    owner = SelectField(_l("Responsible"))
    private = BooleanField(_l("Limited access"))
    participants = LookupField(_l("Participant"), "contact")
    created_at = DateField(_l("Created"))
    closed_at = DateField(_l("Closed"))
    changed_at = DateField(_l("Changed"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.custom_fields = [f for f in custom.fields_of("case") if f.in_filter and f.holds]
        self._unbound_fields = custom_forms.filters_of(type(self), self.custom_fields)
        super().__init__(*args, **kwargs)
        self.tags.choices = [(str(tag.id), tag.name) for tag in tag_choices()]
        self.owner.choices = [(str(user.id), user.get_full_name()) for user in crm_users()]


class MailForm(DynamicForm):
    """A mail to all participants."""

    subject = StringField(_l("Subject"))
    text = TextAreaField(_l("Text"))


class InvitationForm(MailForm):
    """An invitation: when and where, as the writer's clock shows it."""

    day = DateField(_l("Day"), validators=[Optional()])
    begins = TimeField(_l("Begins"), validators=[Optional()])
    ends_day = DateField(_l("Last day"), validators=[Optional()])
    ends = TimeField(_l("Ends"), validators=[Optional()])
    place = StringField(_l("Place"))


def invitation_values(row: Case) -> dict[str, Any]:
    """What pre-fills an invitation: the last one's, or the case's title."""
    found: dict[str, Any] = {"subject": row.title, "place": row.place, "text": row.description}
    for name, instant in (("", row.meets_at), ("ends", row.ends_at)):
        if instant is not None:
            local = clock.to_local(instant, access.current().timezone)
            found |= {f"{name}_day" if name else "day": local.date(), name or "begins": local.time()}
    return found


def invitation_of(form: InvitationForm) -> dict[str, Any]:
    """What the service takes: instants, None for what is not whole."""
    last = form.ends_day.data or form.day.data
    return {
        "subject": form.subject.data,
        "text": form.text.data,
        "place": form.place.data,
        "day": _instant(form.day.data, form.begins.data),
        "ends": _instant(last, form.ends.data),
    }


def _instant(day: dt.date | None, time: dt.time | None) -> dt.datetime | None:
    zone = ZoneInfo(access.current().timezone)
    return dt.datetime.combine(day, time, zone) if day is not None and time is not None else None

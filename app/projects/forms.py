"""The project form: what WTForms needs to show, and to read back, the keys that the service takes."""

from types import SimpleNamespace
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from app.contacts.forms import LookupField, LookupManyField
from app.contacts.models import Contact
from app.core import access, clock
from app.core.cleaning import seen
from app.core.people import crm_users, names_of_principals
from app.opportunities.models import Opportunity
from app.projects.changes import STATUS_LABELS
from app.projects.models import Project

PARENTS: dict[str, type[Any]] = {"opportunity": Opportunity, "contact": Contact}
PLAIN = ("title", "description", "status", "start_on", "end_on", "version", "co_owners", "shared_with")


class ProjectForm(DynamicForm):
    """All keys of the service; rules live in the service alone, so no validators here."""

    version = HiddenField()
    title = StringField(_l("Title"))
    description = TextAreaField(_l("Description"))
    opportunity = LookupField(_l("Opportunity"), "opportunity")
    contact = LookupField(_l("Contact"), "contact")
    status = SelectField(_l("Status"), choices=list(STATUS_LABELS.items()), validate_choice=False)
    start_on = DateField(_l("Start"), validators=[Optional()])
    end_on = DateField(_l("End"), validators=[Optional()])
    owner = LookupField(_l("Responsible person"), "user")
    co_owners = LookupManyField(_l("Team"), "user")
    limited = BooleanField(_l("Limit access"))
    shared_with = LookupManyField(_l("Those who may see it"), "principal")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_choices()

    def show_choices(self) -> None:
        """Let look-up fields hold what was chosen, where the actor sees it."""
        for name, model in PARENTS.items():
            row = seen(model, self[name].data) if isinstance(self[name].data, int) else None
            self[name].choices = [(row.id, str(row))] if row is not None else []
        for field in (self.owner, self.co_owners, self.shared_with):
            ids = [i for i in (field.data if isinstance(field.data, list) else [field.data]) if isinstance(i, int)]
            field.choices = list(names_of_principals(ids).items())

    def prefill(self, opportunity: int | None, contact: int | None) -> None:
        """What "Create project" on an opportunity asks for: its title, contact, people and privacy (OPP-07)."""
        self.owner.data, self.contact.data = access.current().user_id, contact
        self.start_on.data = clock.today(access.current().timezone)
        row = seen(Opportunity, opportunity) if opportunity else None
        if row is not None:
            self.opportunity.data, self.contact.data = row.id, row.contact_id
            self.title.data, self.description.data, self.owner.data = row.title, row.description, row.owner_id
            self.co_owners.data = list(row.co_owners)
            self.limited.data, self.shared_with.data = row.private, list(row.shared_with)
        self.show_choices()


def values(row: Project) -> SimpleNamespace:
    """What pre-fills the form for an existing project."""
    shown = {name: getattr(row, name) for name in PLAIN}
    links = {"opportunity": row.opportunity_id, "contact": row.contact_id, "owner": row.owner_id}
    return SimpleNamespace(**shown, **links, limited=row.private)


def data_of(form: ProjectForm) -> dict[str, Any]:
    """The service's keys from a filled-in form."""
    data = {field.short_name: field.data for field in form if field.short_name not in ("csrf_token", "limited")}
    data["private"] = form.limited.data
    data["version"] = int(data["version"]) if str(data["version"] or "").isdigit() else None
    return data


class ProjectSearchForm(DynamicForm):
    """The values that the filter bar offers; short lists alone."""

    status = SelectField(_l("Status"), choices=list(STATUS_LABELS.items()))
    owner = SelectField(_l("Responsible"))
    private = BooleanField(_l("Limited access"))
    opportunity = LookupField(_l("Opportunity"), "opportunity")
    contact = LookupField(_l("Contact"), "contact")
    start_on = DateField(_l("Start"))
    end_on = DateField(_l("End"))
    created_at = DateField(_l("Created"))
    changed_at = DateField(_l("Changed"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner.choices = [(str(user.id), user.get_full_name()) for user in crm_users()]

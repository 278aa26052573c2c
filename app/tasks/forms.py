"""The form of a task, and the rules by which it repeats as people choose them."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Optional

from app.contacts.forms import LookupField
from app.core import access
from app.core.lookup import LOOKUPS
from app.core.people import names_of_principals
from app.settings.models import PickList
from app.settings.service import pick_values
from app.tasks import checks
from app.tasks.due import DEFAULT_REMINDER
from app.tasks.models import LINKS, Task

REMINDERS = {
    "5": _l("5 minutes before"),
    "15": _l("15 minutes before"),
    "30": _l("Half an hour before"),
    "60": _l("1 hour before"),
    "120": _l("2 hours before"),
    "1440": _l("1 day before"),
    "": _l("Never"),
}
OTHER = "OTHER"
WORKING_DAYS = "WEEKLY;BYDAY=MO,TU,WE,TH,FR"
REPEATS = {
    "": _l("Never"),
    "DAILY": _l("Every day"),
    WORKING_DAYS: _l("Every working day"),
    "WEEKLY": _l("Every week"),
    "MONTHLY": _l("Every month"),
    "YEARLY": _l("Every year"),
    OTHER: _l("By another rule"),
}


LINK_LABELS = {
    "contact": _l("Contact"),
    "opportunity": _l("Opportunity"),
    "case": _l("Case"),
    "project": _l("Project"),
}


class TaskSearchForm(DynamicForm):
    """The values that the filter bar offers beside whose tasks and their category."""

    contact = LookupField(LINK_LABELS["contact"], "contact")
    opportunity = LookupField(LINK_LABELS["opportunity"], "opportunity")
    case = LookupField(LINK_LABELS["case"], "case")
    project = LookupField(LINK_LABELS["project"], "project")
    due_on = DateField(_l("Due"))
    created_at = DateField(_l("Created"))
    closed_at = DateField(_l("Closed"))


class TaskForm(DynamicForm):
    """The keys of the service; its rules are there alone."""

    version = HiddenField()
    title = StringField(_l("Title"))
    category = SelectField(_l("Category"), coerce=int, validate_choice=False)
    contact = LookupField(_l("Contact"), "contact")
    opportunity = LookupField(_l("Opportunity"), "opportunity")
    case = LookupField(_l("Case"), "case")
    project = LookupField(_l("Project"), "project")
    due = DateField(_l("Due"), validators=[Optional()])
    time = TimeField(_l("Time"), validators=[Optional()])
    reminder = SelectField(_l("Reminder"), choices=list(REMINDERS.items()), default=str(DEFAULT_REMINDER))
    repeat = SelectField(_l("Repeat"), choices=list(REPEATS.items()), default="", validate_choice=False)
    every = IntegerField(_l("Interval"), default=1, validators=[Optional()])
    until = DateField(_l("Until"), validators=[Optional()])
    rule = StringField(_l("Rule"))
    owner = LookupField(_l("Responsible person"), "user")
    notify = BooleanField(_l("Notify"), default=True)
    description = TextAreaField(_l("Description"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.links = [name for name in LINKS if self[name].source in LOOKUPS]
        words = [(value.id, value.label) for value in pick_values(PickList.TASK_CATEGORY)]
        self.category.choices = [(0, "—"), *words]
        self.show_choices()

    def show_choices(self) -> None:
        """Let look-up fields hold the chosen record, where the actor sees it."""
        for name in LINKS:
            found = checks.linked(name, self[name].data) if self[name].data else None
            self[name].choices = [(found.id, str(found))] if found is not None else []
        owner = self.owner.data
        self.owner.choices = list(names_of_principals([owner]).items()) if isinstance(owner, int) else []

    def prefill(self, args: Any) -> None:
        """What a link to a new task asks for: the records it is about, its day; oneself as responsible."""
        for name in LINKS:
            self[name].data = args.get(name, type=int)
        self.due.data = args.get("due", type=dt.date.fromisoformat)
        self.owner.data = access.current().user_id
        self.show_choices()

    @property
    def rule_text(self) -> str | None:
        """The rule that was chosen or written; None for never."""
        if not self.repeat.data or self.repeat.data == OTHER:
            return self.rule.data or None if self.repeat.data else None
        parts = [f"FREQ={self.repeat.data}"]
        parts += [f"INTERVAL={self.every.data}"] if self.every.data not in (None, 1) else []
        parts += [f"UNTIL={self.until.data:%Y%m%d}"] if self.until.data else []
        return ";".join(parts)


def data_of(form: TaskForm) -> dict[str, Any]:
    """The service's keys from a filled-in form."""
    data = {name: form[name].data for name in ("title", "category", "due", "time", "owner", "notify", "description")}
    data |= {name: form[name].data for name in LINKS}
    data["reminder"] = int(form.reminder.data) if form.reminder.data else None
    data["rule"] = form.rule_text
    data["version"] = int(form.version.data) if str(form.version.data or "").isdigit() else None
    return data


def values(task: Task) -> SimpleNamespace:
    """What pre-fills the form for an existing task."""
    plain = {name: getattr(task, name) for name in ("title", "description", "version", "rule")}
    links = {name: getattr(task, f"{name}_id") for name in LINKS}
    return SimpleNamespace(
        **plain,
        **links,
        **_repeat(task.rule),
        category=task.category_id or 0,
        due=task.due_on,
        time=task.due_time,
        reminder=str(task.reminder or ""),
        owner=task.owner_id,
        notify=True,
    )


def _parts(rule: str | None) -> dict[str, str]:
    return dict(part.split("=", 1) for part in (rule or "").split(";") if part)


def _repeat(rule: str | None) -> dict[str, Any]:
    """A rule in the words of the form."""
    parts = _parts(rule)
    every, until = parts.pop("INTERVAL", "1"), parts.pop("UNTIL", None)
    chosen = ";".join(f"{name}={value}" for name, value in parts.items()).removeprefix("FREQ=")
    chosen = chosen if chosen in REPEATS else OTHER
    day = dt.date.fromisoformat(until) if until else None
    return {"repeat": chosen, "every": int(every), "until": day}


def said(rule: str | None) -> str:
    """A rule in a few words, for a record's page; one that the form has no words for, as it is written."""
    found = _repeat(rule)
    times = {
        "DAILY": ngettext("Every day", "Every %(num)s days", found["every"]),
        "WEEKLY": ngettext("Every week", "Every %(num)s weeks", found["every"]),
        "MONTHLY": ngettext("Every month", "Every %(num)s months", found["every"]),
        "YEARLY": ngettext("Every year", "Every %(num)s years", found["every"]),
        **({WORKING_DAYS: _("Every working day")} if found["every"] == 1 else {}),
    }
    if found["repeat"] not in times:
        return rule or ""
    until = _("until %(day)s", day=f"{found['until']:%d/%m/%Y}") if found["until"] else ""
    return f"{times[found['repeat']]} {until}".strip()

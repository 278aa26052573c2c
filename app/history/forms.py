"""The form of an event: day and time as the writer's clock shows them, one instant for the service.

A moment left as it was offered is no choice: a new event then happens when it is saved, a corrected one when it did.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    MultipleFileField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
    TimeField,
)

from app.core import access, clock
from app.core.people import names_of_principals
from app.history.models import HistoryEvent
from app.settings.models import PickList
from app.settings.service import pick_values


class EventForm(DynamicForm):
    """The keys of the service; its rules are there alone. `happened_at` is the day."""

    version = HiddenField()
    offered = HiddenField()
    category = SelectField(_l("Category"), coerce=int, validate_choice=False)
    happened_at = DateField(_l("Day"))
    time = TimeField(_l("Time"))
    text = TextAreaField(_l("What happened"))
    told = SelectMultipleField(_l("Tell colleagues"), coerce=int, validate_choice=False, choices=[])
    file = MultipleFileField(_l("Attach files"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.told.choices = list(names_of_principals(self.told.data or []).items())
        self.category.choices = [(value.id, value.label) for value in pick_values(PickList.HISTORY_CATEGORY)]

    @property
    def instant(self) -> dt.datetime | None:
        """Day and time in the writer's zone; None when nothing else than what was offered. No time means noon."""
        if self.happened_at.data is None or self.offered.data == _minute(self.happened_at.data, self.time.data):
            return None
        zone = ZoneInfo(access.current().timezone)
        return dt.datetime.combine(self.happened_at.data, self.time.data or dt.time(12), zone)


def blank() -> EventForm:
    """A form for what happens just now."""
    return EventForm(formdata=None, data=_moment(clock.now()))


def filled(event: HistoryEvent) -> EventForm:
    """A form with an event in it."""
    data = {"category": event.category_id, "text": event.text, "version": event.version}
    return beside(EventForm(formdata=None, data=data | _moment(event.happened_at)), event)


def beside(form: EventForm, event: HistoryEvent) -> EventForm:
    """The form with ids of its own, as the composer and other events' forms stand on the same page."""
    for field in form:
        field.id = field.label.field_id = f"{field.name}-{event.id}"
    return form


def _moment(instant: dt.datetime) -> dict[str, Any]:
    local = clock.to_local(instant, access.current().timezone)
    day, time = local.date(), local.time()
    return {"happened_at": day, "time": time, "offered": _minute(day, time)}


def _minute(day: dt.date, time: dt.time | None) -> str:
    return f"{day.isoformat()} {time:%H:%M}" if time else day.isoformat()


def data_of(form: EventForm) -> dict[str, Any]:
    """What the service takes."""
    version = form.version.data or ""
    return {
        "category": form.category.data,
        "text": form.text.data,
        "happened_at": form.instant,
        "version": int(version) if version.isdigit() else None,
    }

"""Forms of mailings, templates and single mails; the rules are in the services."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField, TimeField

from app.core import access


class MailForm(DynamicForm):
    """A subject and a body, as every kind of mail has them."""

    version = HiddenField()
    subject = StringField(_l("Subject"))
    html = TextAreaField(_l("Text"))


class MailingForm(MailForm):
    """The keys of `service.save`."""

    language = SelectField(
        _l("Language"),
        validate_choice=False,
        description=_l("Of dates and amounts, and of the line with the link to unsubscribe"),
    )
    in_history = BooleanField(_l("Store each mail in its contact's history"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(key, words["name"]) for key, words in current_app.config["LANGUAGES"].items()]


class TemplateForm(MailForm):
    """A template has a name besides."""

    name = StringField(_l("Name"))


class SingleForm(MailForm):
    """To one of a contact's addresses."""

    to = SelectField(_l("To"), validate_choice=False)


class StartForm(DynamicForm):
    """When a mailing goes: at once, or at a moment by the clock of whoever starts it."""

    day = DateField(_l("Day"))
    time = TimeField(_l("Time"))

    @property
    def moment(self) -> dt.datetime | None:
        """None for at once; a day without a time is nine in the morning."""
        if self.day.data is None:
            return None
        return dt.datetime.combine(self.day.data, self.time.data or dt.time(9), ZoneInfo(access.current().timezone))


def data_of(form: DynamicForm) -> dict[str, Any]:
    """What the services take."""
    data = {field.short_name: field.data for field in form if field.short_name != "csrf_token"}
    version = str(data.get("version") or "")
    return data | {"version": int(version) if version.isdecimal() and len(version) < 10 else None}

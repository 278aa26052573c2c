"""One's own account: name, language and time zone, beside Flask-AppBuilder's password page."""

from typing import Any
from zoneinfo import available_timezones

from flask import current_app, flash, session
from flask_appbuilder.security.forms import UserInfoEdit
from flask_appbuilder.security.views import UserInfoEditView
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.core import access
from app.core.db import db
from app.core.people import User, profile_of

REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/", "UTC")


class AccountForm(UserInfoEdit):
    """The names of Flask-AppBuilder's form, and what the product shows by."""

    locale = SelectField(_l("Language"))
    timezone = SelectField(_l("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = current_app.config["LANGUAGES"].items()
        self.locale.choices = [("", _l("As the browser")), *((key, language["name"]) for key, language in languages)]
        zones = sorted(zone for zone in available_timezones() if zone.startswith(REGIONS))
        self.timezone.choices = [(zone, zone.replace("_", " ")) for zone in zones]


class AccountView(UserInfoEditView):
    """Name, language, time zone of the person who is signed in."""

    form = AccountForm
    form_title = _l("My account")
    message = _l("Changes saved")
    class_permission_name = "UserInfoEditView"

    def form_get(self, form: AccountForm) -> None:
        actor = access.current()
        user = db.session.get(User, actor.user_id)
        form.first_name.data, form.last_name.data = user.first_name, user.last_name
        form.locale.data, form.timezone.data = actor.locale, actor.timezone

    def form_post(self, form: AccountForm) -> None:
        user_id = access.current().user_id or 0  # a visitor has no permission for this page
        user = db.session.get(User, user_id)
        user.first_name, user.last_name = form.first_name.data, form.last_name.data
        profile = profile_of(user_id)
        profile.locale, profile.timezone = form.locale.data or None, form.timezone.data
        db.session.commit()
        session.pop("locale", None)
        flash(self.message, "success")

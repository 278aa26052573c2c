"""The form of the mail server; its rules are in `servers`."""

from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField

from app.mailing import servers
from app.mailing.models import MailServer

SECURITY_NAMES = {
    "starttls": _l("STARTTLS (usually port 587)"),
    "tls": _l("TLS (usually port 465)"),
    "none": _l("None: words and password go unencrypted"),
}
NEW = {"port": 587, "security": "starttls", "keep_days": 365}


class ServerForm(DynamicForm):
    """The keys of `servers.save`."""

    version = HiddenField()
    host = StringField(_l("Server"), description=_l("Such as smtp.example.com"))
    port = StringField(_l("Port"))
    security = SelectField(_l("Security"), choices=list(SECURITY_NAMES.items()), validate_choice=False)
    user = StringField(_l("User"), description=_l("Empty where the server asks for none"))
    password = PasswordField(_l("Password"))
    sender_name = StringField(_l("Sender's name"))
    sender = StringField(_l("Sender's address"))
    per_minute = StringField(_l("Mails a minute, at most"), description=_l("Empty: no limit"))
    dkim_selector = StringField(
        _l("DKIM selector"), description=_l("Empty: mails are not signed here; many mail servers do it themselves")
    )
    dkim_key = TextAreaField(_l("Private key (PEM)"))
    keep_days = StringField(_l("Keep sent mails for so many days"))


def server_form(found: MailServer | None, typed: Any = None) -> ServerForm:
    """The form with what is set, or with what was typed. The password is never put into it."""
    stored = {
        name: getattr(found, name, None) for name in (*servers.TEXTS, "port", "security", "per_minute", "keep_days")
    }
    form = ServerForm(formdata=typed, data=(stored | {"version": found.version}) if found else NEW)
    if found is not None and found.secret:
        form.password.description = _l("One is stored. Leave this empty to keep it.")
    if found is not None and found.dkim_key:
        form.dkim_key.description = _l("One is stored. Leave this empty to keep it.")
    return form


def data_of(form: ServerForm) -> dict[str, Any]:
    """What `servers.save` takes."""
    version = str(form.version.data or "")
    data = {field.short_name: field.data for field in form if field.short_name not in ("csrf_token", "version")}
    return data | {"version": int(version) if version.isdecimal() and len(version) < 10 else None}

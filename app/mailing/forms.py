"""The forms of the mail server and of returned mail; their rules are in `servers` and `returns`."""

from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField

from app.mailing import returns, servers
from app.mailing.models import MailServer

SECURITY_NAMES = {
    "starttls": _l("STARTTLS (usually port 587)"),
    "tls": _l("TLS (usually port 465)"),
    "none": _l("None: words and password go unencrypted"),
}
IMAP_SECURITY = {
    "tls": _l("TLS (usually port 993)"),
    "starttls": _l("STARTTLS (usually port 143)"),
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


class ReturnForm(DynamicForm):
    """The keys of `returns.save`."""

    version = HiddenField()
    address = StringField(
        _l("Returned mail goes to"), description=_l("The envelope's sender (Return-Path). Empty: the sender's address")
    )
    host = StringField(_l("Server (IMAP)"), description=_l("Empty: no mailbox is read"))
    port = StringField(_l("Port"))
    security = SelectField(_l("Security"), choices=list(IMAP_SECURITY.items()), validate_choice=False)
    user = StringField(_l("User"))
    password = PasswordField(_l("Password"))
    folder = StringField(_l("Folder"), description=_l("It is only read: nothing in it is marked, moved or deleted"))


def return_form(found: MailServer | None, typed: Any = None) -> ReturnForm:
    """The form with what is set, or with what was typed. The password is never put into it."""
    names = (*returns.TEXTS, "port", "security")
    stored = {name: getattr(found, f"bounce_{name}") for name in names} | {"version": found.version} if found else {}
    form = ReturnForm(formdata=typed, data=stored or {"port": 993, "security": "tls", "folder": "INBOX"})
    if found is not None and found.bounce_secret:
        form.password.description = _l("One is stored. Leave this empty to keep it.")
    return form


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


def data_of(form: DynamicForm) -> dict[str, Any]:
    """What `servers.save` and `returns.save` take."""
    version = str(form["version"].data or "")
    data = {field.short_name: field.data for field in form if field.short_name not in ("csrf_token", "version")}
    return data | {"version": int(version) if version.isdecimal() and len(version) < 10 else None}

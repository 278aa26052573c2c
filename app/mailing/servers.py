"""Which server mail goes through: the environment's, else the one that administrators set (MAIL-01)."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from app.core import sealing
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.mailing import domain, message
from app.mailing.models import MailServer
from app.mailing.smtp import Server, server_of

SECRETS = ("secret", "dkim_key", "bounce_secret")
SECURITIES = ("none", "starttls", "tls")
CONNECTION = ("host", "port", "security", "user")
TEXTS = {"host": 255, "user": 255, "sender": 254, "sender_name": 255, "dkim_selector": 63}
SELECTOR = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
MOST_A_MINUTE, MOST_DAYS = 100_000, 3650


def row() -> MailServer | None:
    """What administrators have set."""
    return db.session.get(MailServer, 1)


def by_environment() -> bool:
    """Whether CLIENTELA_SMTP_URL is set: then the page's host, user and password do not count."""
    return bool(current_app.config["SMTP_URL"])


def present() -> Server | None:
    """The server in use; None where none is set, or what is set can't be used (`problem` says why)."""
    try:
        return _present()
    except (ValueError, sealing.Unreadable):
        return None


def _present() -> Server | None:
    found = row()
    if by_environment():
        server = server_of(current_app.config["SMTP_URL"])
        back = found.bounce_address if found else ""
        return replace(server, signer=_signer(found, server.sender), return_path=back) if server else None
    if found is None or not found.host:
        return None
    return Server(
        host=found.host,
        port=found.port,
        sender=found.sender,
        sender_name=found.sender_name,
        user=found.user,
        password=sealing.unseal(found.secret),
        tls=found.security == "tls",
        starttls=found.security == "starttls",
        signer=_signer(found, found.sender),
        return_path=found.bounce_address,
    )


def _signer(found: MailServer | None, sender: str) -> domain.Signer | None:
    """By what mails of this sender are signed. Raises sealing.Unreadable."""
    if found is None or not found.dkim_selector or not found.dkim_key:
        return None
    return domain.Signer(found.dkim_selector, sender.rpartition("@")[2], sealing.unseal(found.dkim_key))


def problem() -> str | None:
    """Why no mail goes out at all, for an administrator; None when a server is set."""
    try:
        if _present() is not None:
            return None
    except ValueError:
        return _("CLIENTELA_SMTP_URL can't be understood. It must be like smtp://user:password@host:port")
    except sealing.Unreadable:
        return _("The password of the mail server was stored under another secret key. Type it again in its settings.")
    return _("No mail server is set, so mails wait. Set one in the settings, or by CLIENTELA_SMTP_URL.")


def save(data: Mapping[str, Any]) -> MailServer:
    """Set the server. `data`: host, port, security, user, password ("" keeps the present one), sender, sender_name,
    per_minute (None: no limit), keep_days, version. Raises RuleBroken with the reasons by field, Conflict. Flushes.

    A password is kept for the server it was typed for alone: whoever changes where it goes, types it again.
    """
    found = of_version(data.get("version"))
    return written(found, check(data, found))


def of_version(version: int | None) -> MailServer | None:
    """The row, if there is one. Raises Conflict where it is of another version than the one that was read."""
    found = row()
    if found is not None and version not in (None, found.version):
        raise Conflict
    return found


def written(found: MailServer | None, clean: Mapping[str, Any]) -> MailServer:
    """Clean values put on the row, which is made where there is none. Flushes."""
    if found is None:
        found = MailServer(id=1)
        db.session.add(found)
    for key, value in clean.items():
        setattr(found, key, value)
    db.session.flush()
    return found


def check(data: Mapping[str, Any], present: MailServer | None) -> dict[str, Any]:
    """Clean values for the columns. Raises RuleBroken."""
    errors: dict[str, str] = {}
    clean: dict[str, Any] = {key: text_of(key, data, longest, errors) for key, longest in TEXTS.items()}
    clean["port"] = number_of("port", data, 65_535, errors) or 0
    clean["security"] = security_of(data, errors)
    clean["per_minute"] = number_of("per_minute", data, MOST_A_MINUTE, errors) if data.get("per_minute") else None
    clean["keep_days"] = number_of("keep_days", data, MOST_DAYS, errors)
    if clean["host"] or not by_environment():
        _check_server(clean, errors)
    _check_secret(clean, str(data.get("password") or ""), present, errors)
    _check_key(clean, str(data.get("dkim_key") or "").strip(), present, errors)
    if errors:
        raise RuleBroken(errors)
    return clean


def text_of(key: str, data: Mapping[str, Any], longest: int, errors: dict[str, str]) -> str:
    """A typed text of one line; what is wrong with it is put into `errors`."""
    text = str(data.get(key) or "").strip()
    if message.CONTROLS.search(text):
        errors[key] = _("This text holds characters that can't be stored.")
    elif len(text) > longest:
        errors[key] = _("At most %(limit)s characters.", limit=longest)
    return text


def number_of(key: str, data: Mapping[str, Any], most: int, errors: dict[str, str]) -> int | None:
    """A typed number from 1 to `most`."""
    text = str(data.get(key) or "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most:
        return int(text)
    errors[key] = _("A whole number from 1 to %(most)s.", most=most)
    return None


def security_of(data: Mapping[str, Any], errors: dict[str, str]) -> str:
    """One of SECURITIES."""
    if data.get("security") not in SECURITIES:
        errors["security"] = _("“%(name)s” is not one of the choices.", name=str(data.get("security"))[:60])
    return str(data.get("security"))


def refuse_bad_host(host: str, errors: dict[str, str]) -> None:
    """A name or an address, and nothing around it."""
    if not host:
        errors["host"] = _("This field is required.")
    elif any(c.isspace() or c in "/@:?#" for c in host.strip("[]").replace(":", "")):
        errors["host"] = _("Only the name of the server, such as mail.example.com.")


def refuse_bad_address(key: str, address: str, errors: dict[str, str]) -> None:
    """An address as it may stand in a mail."""
    try:
        message.address(address)
    except ValueError:
        errors[key] = _("“%(text)s” is not an email address.", text=address[:60])


def _check_server(clean: dict[str, Any], errors: dict[str, str]) -> None:
    refuse_bad_host(clean["host"], errors)
    refuse_bad_address("sender", clean["sender"], errors)


def _check_secret(clean: dict[str, Any], typed: str, present: MailServer | None, errors: dict[str, str]) -> None:
    if not clean["user"]:
        clean["secret"] = None
        return
    same = present is not None and all(clean[key] == getattr(present, key) for key in CONNECTION)
    clean["secret"] = secret_of(typed, present.secret if present else None, same, errors)


def secret_of(typed: str, stored: str | None, same: bool, errors: dict[str, str]) -> str | None:
    """The sealed password: what was typed, else what is stored, for the `same` server and user alone."""
    if typed:
        return sealing.seal(typed)
    if not stored:
        errors["password"] = _("This field is required.")
    elif not same:
        errors["password"] = _("The server or its user has changed: type the password again.")
    return stored


def _check_key(clean: dict[str, Any], typed: str, present: MailServer | None, errors: dict[str, str]) -> None:
    if not clean["dkim_selector"]:
        clean["dkim_key"] = None
    elif not SELECTOR.fullmatch(clean["dkim_selector"]):
        errors["dkim_selector"] = _("Letters, digits, dots and hyphens, such as mail2026.")
    elif typed:
        try:
            domain.refuse_bad_key(typed)
            clean["dkim_key"] = sealing.seal(typed)
        except ValueError:
            errors["dkim_key"] = _("This is no private key in PEM.")
    elif present is None or not present.dkim_key:
        errors["dkim_key"] = _("This field is required.")


def reseal() -> None:
    """Put the stored secrets under the present key; what no known key opens stays as it is, and `problem` tells it."""
    found = row()
    for name in SECRETS if found is not None else ():
        if sealed := getattr(found, name):
            with suppress(sealing.Unreadable):
                setattr(found, name, sealing.resealed(sealed))
    db.session.flush()

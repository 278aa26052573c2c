"""Where mails that can't arrive come back to: the address, and the mailbox behind it (MAIL-04). Without a mailbox
nothing is read."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.core import sealing
from app.core.errors import RuleBroken
from app.mailing import servers
from app.mailing.mailbox import Mailbox, Place
from app.mailing.models import MailServer

TEXTS = {"host": 255, "user": 255, "folder": 255, "address": 254}
CONNECTION = ("host", "port", "security", "user")


def mailbox(found: MailServer | None) -> Mailbox | None:
    """The mailbox that is set, if any. Raises sealing.Unreadable."""
    if found is None or not found.bounce_host:
        return None
    return Mailbox(
        found.bounce_host,
        found.bounce_port,
        found.bounce_security,
        found.bounce_user,
        sealing.unseal(found.bounce_secret),
        found.bounce_folder,
    )


def read_to(found: MailServer) -> Place:
    """How far it was read."""
    return Place(found.bounce_validity, found.bounce_uid)


def save(data: Mapping[str, Any]) -> MailServer:
    """Set them: address, host ("" reads no mailbox), port, security, user, password ("" keeps the present one), folder,
    version. Raises RuleBroken with the reasons by field, Conflict. Flushes.

    Another mailbox is read from its beginning."""
    found = servers.of_version(data.get("version"))
    clean = check(data, found)
    if any(clean[key] != getattr(found, key, None) for key in ("bounce_host", "bounce_user", "bounce_folder")):
        clean |= {"bounce_uid": 0, "bounce_validity": 0}
    return servers.written(found, clean | {"bounce_error": None, "bounce_read_at": None})


def check(data: Mapping[str, Any], present: MailServer | None) -> dict[str, Any]:
    """Clean values for the columns. Raises RuleBroken."""
    errors: dict[str, str] = {}
    clean: dict[str, Any] = {key: servers.text_of(key, data, longest, errors) for key, longest in TEXTS.items()}
    if clean["address"]:
        servers.refuse_bad_address("address", clean["address"], errors)
    clean["port"] = servers.number_of("port", data, 65_535, errors) or 0
    clean["security"] = servers.security_of(data, errors)
    clean["folder"] = clean["folder"] or "INBOX"
    if not clean["folder"].isascii():
        errors["folder"] = _("Only plain letters, as the server itself writes the folder's name.")
    clean["secret"] = None
    if clean["host"]:
        servers.refuse_bad_host(clean["host"], errors)
        same = present is not None and all(clean[key] == getattr(present, f"bounce_{key}") for key in CONNECTION)
        stored = present.bounce_secret if present else None
        clean["secret"] = servers.secret_of(str(data.get("password") or ""), stored, same, errors)
        if not clean["user"]:
            errors["user"] = _("This field is required.")
    if errors:
        raise RuleBroken(errors)
    return {f"bounce_{key}": value for key, value in clean.items()}

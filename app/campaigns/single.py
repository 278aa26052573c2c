"""A mail from one person to one contact, into its history (MAIL-05)."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from app.campaigns import letters, merging, richtext
from app.campaigns.running import email_category
from app.campaigns.service import check_texts
from app.contacts.models import Contact, Medium
from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import User
from app.history import service as history
from app.mailing import service as mailing
from app.mailing.models import OutgoingMail


def addresses(contact: Contact) -> list[str]:
    """Where the contact can be written to, the primary one first."""
    return [channel.value for channel in contact.of(Medium.EMAIL)]


def filled(texts: letters.Texts, contact: Contact) -> dict[str, str]:
    """A template with the contact's own words, to be looked at and changed before it goes."""
    letter = letters.letter(texts, contact, merging.own_fields())
    return {"subject": letter.subject, "html": letter.html}


def send(data: Mapping[str, Any], contact: Contact) -> OutgoingMail:
    """Queue a mail from the actor, under his name, answers to him: to (one of the contact's), subject, html.

    Raises RuleBroken. Flushes.
    """
    clean = check_texts(data)
    if data.get("to") not in addresses(contact):
        raise RuleBroken({"to": _("Choose one of the contact's addresses.")})
    letter = filled(letters.Letter(clean["subject"], clean["html"], ""), contact)
    text, language = richtext.to_plain(letter["html"]), str(get_locale() or "en")
    me = db.session.get_one(User, access.current().user_id)
    mail = mailing.queue(
        str(data["to"]),
        letter["subject"],
        text,
        richtext.page(letter["html"], language),
        language=language,
        writer=mailing.Writer(me.get_full_name(), me.email or ""),
    )
    said = f"{letter['subject']}\n\n{text}"[: history.LONGEST]
    history.save({"contact": contact.id, "category": email_category(), "text": said})
    return mail

"""Writes the letter to one contact: fields merged, links to unsubscribe, plain text beside (MAIL-02, MAIL-04)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask_babel import force_locale
from flask_babel import gettext as _

from app.campaigns import merging, richtext, suppression
from app.contacts.models import Contact
from app.settings.models import CustomField


class Texts(Protocol):
    """What a letter is made of: a mailing, or a template."""

    @property
    def subject(self) -> str: ...

    @property
    def html(self) -> str: ...


@dataclass(frozen=True)
class Letter:
    """As it goes out."""

    subject: str
    html: str
    text: str


def letter(texts: Texts, contact: Contact, fields: Sequence[CustomField]) -> Letter:
    """The texts with the contact's values, in the present language."""
    values = merging.values_of(contact, fields)
    body = merging.merged(texts.html, values, html=True)
    return Letter(merging.merged(texts.subject, values), body, richtext.to_plain(body))


def mass_letter(texts: Texts, contact: Contact, fields: Sequence[CustomField], language: str, link: str) -> Letter:
    """A letter to one of many: a whole page, with the `link` to unsubscribe under it."""
    with force_locale(language):
        plain = letter(texts, contact, fields)
        why, way = _("You get this mail because we have your address in our contacts."), _("Unsubscribe")
    html = f'{plain.html}<hr><p><small>{why} <a href="{link}">{way}</a></small></p>'
    return Letter(plain.subject, richtext.page(html, language), f"{plain.text}\n\n-- \n{why}\n{way}: {link}")


def link_of(base_url: str, recipient: int | str) -> str:
    """Where a recipient unsubscribes."""
    return f"{base_url.rstrip('/')}/unsubscribe/{suppression.token(recipient)}"


def headers_of(link: str, mailing_id: int, domain: str) -> dict[str, str]:
    """What mail programs ask of mass mail: RFC 8058 (one click), RFC 2369, RFC 2919."""
    return {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<mailing-{mailing_id}.{domain}>",
        "Precedence": "bulk",
    }

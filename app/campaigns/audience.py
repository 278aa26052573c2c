"""Whom a mailing is for: chosen contacts or those with a tag, as its requester sees them; who of them can't get it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, select

from app.campaigns.models import Mailing, MailingRecipient, Reason, RecipientState
from app.campaigns.suppression import suppressed
from app.contacts.models import Channel, Contact, Medium, contact_tag
from app.contacts.queries import list_loads
from app.core.db import db
from app.core.interface import COUNT_CAP
from app.mailing import message

MOST_CHOSEN = 100_000
SLICE = 1000


def chosen(mailing: Mailing) -> Select[Any]:
    """The ids of its contacts that the actor sees, in order."""
    return select(Contact.id).where(_meant(mailing.audience)).order_by(Contact.id)


def _meant(audience: dict[str, Any]) -> ColumnElement[bool]:
    if ids := audience.get("ids"):
        return Contact.id.in_(ids)
    if tags := audience.get("tags"):
        return exists().where(contact_tag.c.contact_id == Contact.id, contact_tag.c.tag_id.in_(tags))
    return false()


def count(mailing: Mailing, with_email: bool = False) -> int:
    """How many they are, up to COUNT_CAP + 1; or how many of them have an email."""
    some = chosen(mailing).order_by(None)
    if with_email:
        some = some.where(exists().where(Channel.contact_id == Contact.id, Channel.medium == Medium.EMAIL))
    capped = some.limit(COUNT_CAP + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(capped)) or 0


def nth(mailing: Mailing, number: int) -> Contact | None:
    """The contact at this place, from 0."""
    ids = chosen(mailing).offset(number).limit(1)
    found = contacts([pk] if (pk := db.session.scalar(ids)) else [])
    return next(iter(found.values()), None)


def contacts(ids: Sequence[int | None]) -> dict[int, Contact]:
    """The contacts with these ids that the actor sees, with all that a letter may name."""
    rows = select(Contact).where(Contact.id.in_([pk for pk in ids if pk])).options(*list_loads())
    return {contact.id: contact for contact in db.session.scalars(rows)}


def next_slice(mailing: Mailing, after: int) -> list[int]:
    """The next ids to be looked at, after this one."""
    ids = mailing.audience.get("ids")
    if ids:  # thousands of them need not be sent to the database each time
        some = sorted(pk for pk in set(ids) if pk > after)[:SLICE]
        found = select(Contact.id).where(Contact.id.in_(some))
        return sorted({*db.session.scalars(found)}) or ([some[-1]] if some else [])
    return list(db.session.scalars(chosen(mailing).where(Contact.id > after).limit(SLICE)))


def recipients(mailing: Mailing, ids: Sequence[int]) -> list[MailingRecipient]:
    """A row for each of these contacts, waiting or passed over for a reason."""
    found = contacts(ids)
    emails = {pk: c.email.normal if c.email else "" for pk, c in found.items()}
    taken = suppressed(emails.values())
    seen = _had(mailing, set(emails.values()))
    rows = []
    for pk in sorted(found):
        reason = why_not(emails[pk], taken, seen)
        seen |= {emails[pk]} if reason is None else set()
        state = RecipientState.SKIPPED if reason else RecipientState.WAITING
        rows.append(
            MailingRecipient(mailing_id=mailing.id, contact_id=pk, email=emails[pk], state=state, reason=reason)
        )
    return rows


def why_not(email: str, suppressed: set[str], seen: set[str]) -> Reason | None:
    """Why this address gets nothing; None when it does."""
    if not email:
        return Reason.NO_EMAIL
    try:
        message.address(email)
    except ValueError:
        return Reason.INVALID
    if email in suppressed:
        return Reason.UNSUBSCRIBED
    return Reason.DUPLICATE if email in seen else None


def _had(mailing: Mailing, emails: set[str]) -> set[str]:
    """Those of these addresses that the mailing has already."""
    mine = select(MailingRecipient.email).where(MailingRecipient.mailing_id == mailing.id)
    open_ = mine.where(MailingRecipient.email.in_(emails), MailingRecipient.state != RecipientState.SKIPPED)
    return set(db.session.scalars(open_))

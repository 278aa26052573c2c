"""Takes a mailing to its end in small steps, each one transaction that holds the mailing's row.

So a worker killed anywhere leaves a mailing that goes on where it was: a recipient has a row before it has a mail, and
row and mail are tied in the transaction that makes the mail. Sending is the business of the mailing room; here are made
as many mails as the senders need, so that pausing has little to take back.
"""

import time
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.campaigns import audience, letters, merging, service, suppression
from app.campaigns.models import Mailing, MailingRecipient, MailingState, Reason, RecipientState
from app.core import access, clock, entrance
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.jobs import nudge
from app.core.people import load_actor
from app.history.models import HistoryEvent
from app.mailing import service as mailing_service
from app.mailing.models import OutgoingMail
from app.mailing.sending import SENDERS
from app.notices import service as notices
from app.notices.models import Kind
from app.settings.models import PickList
from app.settings.service import names_of

BURST = 2.0  # seconds a worker stays with one mailing
SLICE = 100  # recipients of one step
AHEAD = 1000  # mails made before the senders have taken them
LOOK_AGAIN = 1.0  # seconds
NOTED_TEXT = 2000  # characters of a mail that the history keeps


OPEN = (MailingState.QUEUED, MailingState.RUNNING)


class Next(Enum):
    """What a step leaves."""

    MORE = "there is more to do at once"
    LATER = "the senders must catch up first"
    NOTHING = "somebody else has it, or it is over"


def work(mailing_id: int) -> None:
    """Go on with a mailing for BURST seconds. The caller acts as SYSTEM. Commits."""
    until = time.monotonic() + BURST
    while (left := _step(mailing_id)) is Next.MORE and time.monotonic() < until:
        pass
    if left is not Next.NOTHING:
        nudge("campaigns.run", mailing_id, 0 if left is Next.MORE else LOOK_AGAIN)


def _step(mailing_id: int) -> Next:
    """One transaction. Rights count as they are now: who may write to nobody any more, does not (threat 29)."""
    mailing = _held(mailing_id) if entrance.is_on() else None
    if mailing is None:
        db.session.rollback()
        return Next.NOTHING
    if _note(mailing):
        db.session.commit()
        return Next.MORE
    if mailing.state not in OPEN or (mailing.start_at or clock.now()) > clock.now():
        db.session.rollback()
        return Next.NOTHING
    found = load_actor(mailing.owner_id)
    with access.acting_as(found or access.NOBODY):
        if found is None or not found.is_admin:
            return _end(mailing, MailingState.FAILED, _("Whoever started it may not send mailings any more."))
        return _go_on(mailing)


def _held(mailing_id: int) -> Mailing | None:
    """The mailing, locked until the end of the transaction; None when another worker has it or it is a draft."""
    row = select(Mailing).where(Mailing.id == mailing_id, Mailing.state != MailingState.DRAFT)
    return db.session.scalar(
        row.with_for_update(skip_locked=True, of=Mailing).execution_options(populate_existing=True)
    )


def _go_on(mailing: Mailing) -> Next:
    mailing.state, mailing.claimed_at = MailingState.RUNNING, clock.now()
    mailing.started_at = mailing.started_at or mailing.claimed_at
    if mailing.filled_to is not None:
        return _fill(mailing)
    waiting = _number(mailing, RecipientState.WAITING, MailingRecipient.mail_id.is_not(None), limit=AHEAD)
    if waiting < AHEAD and _make(mailing):
        return Next.MORE
    if waiting or _number(mailing, RecipientState.SENDING, limit=1):
        db.session.commit()
        return Next.LATER
    if _number(mailing, RecipientState.WAITING, limit=1):
        db.session.commit()
        return Next.MORE
    return _end(mailing, MailingState.DONE)


def _fill(mailing: Mailing) -> Next:
    """Look at the next contacts."""
    ids = audience.next_slice(mailing, mailing.filled_to or 0)
    db.session.add_all(audience.recipients(mailing, ids))
    mailing.filled_to = ids[-1] if ids else None
    db.session.commit()
    return Next.MORE


def _make(mailing: Mailing) -> int:
    """Write the letters of the next recipients and put them into the queue; how many recipients were looked at."""
    mine = select(MailingRecipient).where(
        MailingRecipient.mailing_id == mailing.id,
        MailingRecipient.state == RecipientState.WAITING,
        MailingRecipient.mail_id.is_(None),
    )
    rows = list(db.session.scalars(mine.order_by(MailingRecipient.id).limit(SLICE)))
    found, gone = audience.contacts([r.contact_id for r in rows]), suppression.suppressed(r.email for r in rows)
    fields, mails = merging.own_fields(), {}
    for row in rows:
        contact = found.get(row.contact_id or 0)
        if contact is None or row.email in gone:
            row.state, row.reason = RecipientState.SKIPPED, Reason.GONE if contact is None else Reason.UNSUBSCRIBED
            continue
        try:
            mails[row.id] = _mail(mailing, row, contact, fields)
        except RuleBroken:
            row.state, row.reason = RecipientState.SKIPPED, Reason.INVALID
    db.session.add_all(mails.values())
    db.session.flush()
    for row in rows:
        row.mail_id = mails[row.id].id if row.id in mails else None
    db.session.commit()
    for _n in range(SENDERS if mails else 0):
        nudge("mailing.deliver", 0)
    return len(rows)


def _mail(mailing: Mailing, row: MailingRecipient, contact: Any, fields: Any) -> OutgoingMail:
    """Raises RuleBroken where the address can't be one."""
    link = letters.link_of(mailing.base_url, row.id)
    letter = letters.mass_letter(mailing, contact, fields, mailing.language, link)
    headers = letters.headers_of(link, mailing.id, mailing_service.domain())
    return mailing_service.written(
        row.email,
        letter.subject,
        letter.text,
        letter.html,
        language=mailing.language,
        attachments=mailing.attachments,
        bulk=headers,
    )


def _note(mailing: Mailing) -> int:
    """Put mails that have gone into their contacts' history, each once; how many."""
    if not mailing.in_history:
        return 0
    sent = select(MailingRecipient, OutgoingMail.subject, OutgoingMail.text, OutgoingMail.sent_at)
    sent = sent.outerjoin(OutgoingMail, OutgoingMail.id == MailingRecipient.mail_id).where(
        MailingRecipient.mailing_id == mailing.id,
        MailingRecipient.state == RecipientState.SENT,
        ~MailingRecipient.noted,
    )
    rows = db.session.execute(sent.order_by(MailingRecipient.id).limit(SLICE)).all()
    seen = audience.contacts([row.contact_id for row, *_ in rows]) if rows else {}
    category = email_category() if rows else None
    for row, subject, text, sent_at in rows:
        row.noted = True
        if row.contact_id in seen:
            said = f"{subject or mailing.subject}\n\n{text or ''}"[:NOTED_TEXT].strip()
            by = {"created_by": mailing.owner_id, "changed_by": mailing.owner_id}
            event = HistoryEvent(contact_id=row.contact_id, category_id=category, text=said, **by)
            event.happened_at = sent_at or clock.now()
            db.session.add(event)
    return len(rows)


def email_category() -> int | None:
    """The history's category for mails, else its first one."""
    names = names_of(PickList.HISTORY_CATEGORY)
    return names.get("email") or next(iter(names.values()), None)


def _number(mailing: Mailing, state: RecipientState, *where: Any, limit: int) -> int:
    some = select(MailingRecipient.id).where(
        MailingRecipient.mailing_id == mailing.id, MailingRecipient.state == state, *where
    )
    return db.session.scalar(select(func.count()).select_from(some.limit(limit).subquery())) or 0


def _end(mailing: Mailing, state: MailingState, error: str | None = None) -> Next:
    mailing.state, mailing.error, mailing.finished_at = state, error, clock.now()
    counts = service.counts([mailing])[mailing.id]
    said = {key: counts.get(key, 0) for key in ("sent", "refused", "doubt", "skipped")}
    with access.acting_as(access.NOBODY):  # the product tells, not the person
        link = f"/campaigns/{mailing.id}"
        notices.tell([mailing.owner_id], Kind.MAILING, link, name=mailing.subject, error=error, **said)
    db.session.commit()
    return Next.NOTHING

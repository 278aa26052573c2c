"""Mails that came back (MAIL-04): read from their mailbox, or told by a program.

The mail is marked with the words of the receiver's server, and its recipient by the mail's trigger; an address that
lasting ones come back from gets no mass mail any more. Nothing is ever sent for that (RELIABILITY, threat 36)."""

import datetime as dt
import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.campaigns import suppression
from app.campaigns.models import Bounce, MailingRecipient
from app.contacts import rules
from app.core import clock, sealing
from app.core.db import db
from app.core.errors import RuleBroken
from app.mailing import dsn, mailbox, returns, servers
from app.mailing.models import MailServer, MailState, OutgoingMail
from app.settings import preferences

log = logging.getLogger(__name__)
PAUSE = dt.timedelta(minutes=2)  # between two visits of the mailbox
GONE = (MailState.SENT, MailState.DOUBT)
LIMIT = preferences.declare(
    preferences.Choice(
        "mailing.bounces",
        _l("Mails that come back before an address is suppressed"),
        _l("Only those that say the address is lasting bad, such as “no such user”; a full mailbox is counted apart."),
        default=2,
        bounds=range(1, 11),
    )
)


def due() -> bool:
    """Whether the mailbox should be visited."""
    return bool(db.session.scalar(select(MailServer.id).where(*_due())))


def _due() -> tuple[Any, ...]:
    seen = or_(MailServer.bounce_read_at.is_(None), MailServer.bounce_read_at < clock.now() - PAUSE)
    return MailServer.bounce_host != "", seen


def read_new() -> Iterator[int]:
    """Visit the mailbox, unless somebody just has: takes what has come, and gives how many mails came back, some at a
    time, for the caller to commit. What goes wrong is kept for the page. The caller acts as SYSTEM."""
    found = servers.row()
    taken = update(MailServer).where(*_due()).values(bounce_read_at=clock.now()).returning(MailServer.id)
    if found is None or db.session.scalar(taken.execution_options(synchronize_session=False)) is None:
        return
    yield 0
    try:
        box = returns.mailbox(found)
        for place, messages in mailbox.new_messages(box, returns.read_to(found)) if box else ():
            came = sum(take(report) for report in map(_report, messages) if report)
            _remember(bounce_validity=place.validity, bounce_uid=place.uid)
            yield came
        _remember(bounce_error=None)
    except mailbox.Broken as error:
        _remember(bounce_error=mailbox.said(error))
    except sealing.Unreadable:
        _remember(bounce_error=_("The password was stored under another secret key. Type it again."))
    yield 0


def _report(content: bytes) -> dsn.Report | None:
    """One that nobody can read is passed over, or none after it would ever be read."""
    try:
        return dsn.read(content)
    except Exception:
        log.warning("a message of the bounces' mailbox can't be read", exc_info=True)
        return None


def _remember(**values: Any) -> None:
    """No administrator's change: the form's version and the log of settings stay as they are."""
    mine = update(MailServer).where(MailServer.id == 1).values(values)
    db.session.execute(mine.execution_options(synchronize_session=False))


def take(report: dsn.Report) -> bool:
    """Mark the mail that a report speaks of. False where it is none of ours, or was reported before. Flushes."""
    found = select(OutgoingMail).where(OutgoingMail.message_id.in_(report.about)).limit(1)
    mail = db.session.scalar(found) if report.about else None
    if mail is None:
        return False
    return _write(report.key, _address(mail), report.lasting, report.words, mail) is not None


def _address(mail: OutgoingMail) -> str:
    """As the contact has it: what a report names may be where that one's mail is forwarded to."""
    known = db.session.scalar(select(MailingRecipient.email).where(MailingRecipient.mail_id == mail.id))
    try:
        return known or rules.email(mail.recipient)
    except ValueError:
        return mail.recipient.lower()


def _write(key: str, email: str, lasting: bool, words: str, mail: OutgoingMail | None) -> Bounce | None:
    """Once for each report and each mail; None where it is there already."""
    about = mail.message_id if mail else None
    row = {"message_id": key, "about": about, "email": email, "lasting": lasting, "words": words}
    new = insert(Bounce).values(row | {"came_at": clock.now()}).on_conflict_do_nothing().returning(Bounce.id)
    pk = db.session.scalar(new)
    if pk is None:
        return None
    if mail is not None:
        gone = update(OutgoingMail).where(OutgoingMail.id == mail.id, OutgoingMail.state.in_(GONE))
        values = {"state": MailState.REFUSED, "error": words, "changed_at": clock.now()}
        db.session.execute(gone.values(values).execution_options(synchronize_session=False))
    if lasting and _lasting(email) >= preferences.chosen(LIMIT):
        suppression.suppress(email, suppression.BOUNCED, words=words)
    return db.session.get(Bounce, pk)


def _lasting(email: str) -> int:
    counted = select(func.count()).select_from(Bounce).where(Bounce.email == email, Bounce.lasting)
    return db.session.scalar(counted) or 0


def save(data: Mapping[str, Any], _row: Any = None) -> Bounce:
    """What a program tells: `lasting`, `words`, and of which mail (`about`, its Message-ID) or which address (`email`);
    the same `message_id`, that of the report, twice is one. Raises RuleBroken. Flushes."""
    about = str(data.get("about") or "").strip()
    mail = db.session.scalar(select(OutgoingMail).where(OutgoingMail.message_id == about)) if about else None
    if about and mail is None:
        raise RuleBroken({"about": _("No mail with this Message-ID has gone out.")})
    try:
        email = _address(mail) if mail else rules.email(str(data.get("email") or "").strip())
    except ValueError as error:
        raise RuleBroken({"email": str(error)}) from None
    key = str(data.get("message_id") or "").replace("\0", "").strip() or f"<{secrets.token_hex(16)}@api>"
    words = " ".join(str(data.get("words") or "").replace("\0", "").split())
    new = _write(key, email, bool(data.get("lasting")), words, mail)
    same = or_(Bounce.message_id == key, Bounce.about == about) if about else Bounce.message_id == key
    return new or db.session.scalars(select(Bounce).where(same).limit(1)).one()


def delete(bounce: Bounce) -> None:
    """Forget one that was told by mistake: it counts no more. Flushes."""
    db.session.delete(bounce)
    db.session.flush()


def latest(limit: int, offset: int = 0) -> list[Bounce]:
    """The latest first."""
    return list(db.session.scalars(select(Bounce).order_by(Bounce.id.desc()).limit(limit).offset(offset)))


def notes(emails: Sequence[str]) -> list[str]:
    """What is to be said of these addresses on their contact's page: why they get no mass mail, or that mails came
    back."""
    if not emails:
        return []
    gone = suppression.reasons(emails)
    came = select(Bounce.email, func.count(), func.max(Bounce.words)).where(Bounce.email.in_(emails))
    back = {email: (n, words) for email, n, words in db.session.execute(came.group_by(Bounce.email))}
    said = [_("%(email)s gets no mass mail any more: %(why)s.", email=e, why=why) for e, why in gone.items()]
    said += [
        _("Mails to %(email)s came back (%(n)s): %(words)s", email=email, n=n, words=words[:200])
        for email, (n, words) in back.items()
    ]
    return said

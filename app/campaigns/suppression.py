"""The addresses that get no mass mail any more, and the signed links by which people put themselves there (MAIL-04)."""

from collections.abc import Iterable

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.campaigns.models import MailingRecipient, Reason, RecipientState, Suppressed
from app.contacts import rules
from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.text import like_fragment
from app.mailing.models import MailState, OutgoingMail

UNSUBSCRIBED, BOUNCED, BY_HAND = "unsubscribed", "bounced", "by_hand"
WHY = {UNSUBSCRIBED: _l("Unsubscribed"), BOUNCED: _l("Mails came back"), BY_HAND: _l("Put here by hand")}
SAMPLE = "sample"  # what the links of previews and test mails stand for


def token(recipient_id: int | str) -> str:
    """What stands in a recipient's link: it never expires, and nobody can make one for somebody else."""
    return str(_signer().dumps(recipient_id))


def meant_by(token: str) -> int | str | None:
    """The recipient's id, SAMPLE, or None for a token that we did not make."""
    try:
        found = _signer().loads(token)
    except BadData:
        return None
    return found if type(found) is int or found == SAMPLE else None


def _signer() -> URLSafeSerializer:
    keys = [*reversed(current_app.config["FORMER_SECRET_KEYS"]), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt="unsubscribe")


def unsubscribe(recipient: MailingRecipient) -> None:
    """Suppress the recipient's address; what is on its way to it from any mailing stops. Twice is once. Flushes."""
    suppress(recipient.email, UNSUBSCRIBED, recipient.mailing_id)


def suppress(email: str, reason: str, mailing_id: int | None = None, words: str | None = None) -> None:
    """Put an address (in its normal form) on the list. Flushes."""
    row = {"email": email, "reason": reason, "mailing_id": mailing_id, "words": words}
    row["created_by"] = access.current().user_id
    db.session.execute(insert(Suppressed).values(row).on_conflict_do_nothing(index_elements=["email"]))
    mine = (MailingRecipient.email == email, MailingRecipient.state == RecipientState.WAITING)
    mails = select(MailingRecipient.mail_id).where(*mine, MailingRecipient.mail_id.is_not(None))
    queued = delete(OutgoingMail).where(OutgoingMail.id.in_(mails), OutgoingMail.state == MailState.WAITING)
    db.session.execute(queued.execution_options(synchronize_session=False))
    stopped = update(MailingRecipient).where(*mine, MailingRecipient.mail_id.is_(None))
    values = {"state": RecipientState.SKIPPED, "reason": Reason.UNSUBSCRIBED}
    db.session.execute(stopped.values(values).execution_options(synchronize_session=False))


def add(typed: str) -> None:
    """Put an address there by hand. Raises RuleBroken."""
    try:
        email = rules.email(typed.strip())
    except ValueError as error:
        raise RuleBroken({"email": str(error)}) from None
    if suppressed([email]):
        raise RuleBroken({"email": _("“%(email)s” is on the list already.", email=email)})
    suppress(email, BY_HAND)


def remove(row: Suppressed) -> None:
    """Take an address off the list: mailings reach it again."""
    db.session.delete(row)
    db.session.flush()


def suppressed(emails: Iterable[str]) -> set[str]:
    """Those of these addresses that are on the list."""
    return set(db.session.scalars(select(Suppressed.email).where(Suppressed.email.in_(list(emails)))))


def reasons(emails: Iterable[str]) -> dict[str, str]:
    """Those of these addresses that are on the list, and why, in words."""
    rows = select(Suppressed.email, Suppressed.reason).where(Suppressed.email.in_(list(emails)))
    return {email: str(WHY[reason]) for email, reason in db.session.execute(rows)}


def page_of(typed: str, page: int, size: int) -> tuple[list[Suppressed], int]:
    """One page of the list, the latest first, with `typed` in the address; and how many there are."""
    named = Suppressed.email.like(like_fragment(typed.strip().lower()))
    total = db.session.scalar(select(func.count()).select_from(Suppressed).where(named)) or 0
    rows = select(Suppressed).where(named).order_by(Suppressed.id.desc()).limit(size).offset(page * size)
    return list(db.session.scalars(rows)), total

"""The verbs of mass mailings: drafted, started now or later, paused, resumed, cancelled (MAIL-02, MAIL-03)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import IO, Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, exists, func, or_, select, update

from app.campaigns import merging, richtext
from app.campaigns.audience import MOST_CHOSEN
from app.campaigns.models import Mailing, MailingRecipient, MailingState, Reason, RecipientState
from app.contacts.models import Tag
from app.core import access, clock, storage
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.jobs import later
from app.core.links import absolute
from app.mailing import message
from app.mailing.models import MailState, OutgoingMail

AREA = "mailings"
LONGEST_SUBJECT = 255
MOST_ATTACHED = 10_000_000  # bytes of all files of a mailing: what most servers take
LOST = dt.timedelta(seconds=15)  # an open mailing that no worker has looked at for so long is told again
STOPPABLE = (MailingState.QUEUED, MailingState.RUNNING, MailingState.PAUSED)


def draft(audience: Mapping[str, Any]) -> Mailing:
    """A new mailing to chosen contacts, {"ids": […]}, or to those with one of the tags, {"tags": […]} (ids).

    Raises RuleBroken for nobody. Flushes.
    """
    ids = sorted({pk for pk in audience.get("ids", ()) if type(pk) is int and 0 < pk < 2**63})
    tags = sorted({pk for pk in audience.get("tags", ()) if type(pk) is int and 0 < pk < 2**31})
    if len(ids) > MOST_CHOSEN:
        raise RuleBroken({"ids": _("At most %(most)s contacts at once: give them a tag instead.", most=MOST_CHOSEN)})
    if not ids and not db.session.scalar(select(Tag.id).where(Tag.id.in_(tags)).limit(1)):
        raise RuleBroken({"tags": _("Choose at least one tag.")})
    meant = {"ids": ids} if ids else {"tags": tags}
    actor = access.current()
    mailing = Mailing(owner_id=actor.user_id, audience=meant, language=actor.locale or "en", attachments=[])
    db.session.add(mailing)
    db.session.flush()
    return mailing


def save(data: Mapping[str, Any], mailing: Mailing) -> Mailing:
    """Write a draft: subject, html, language, in_history, version. Raises RuleBroken, Conflict. Flushes."""
    if mailing.state != MailingState.DRAFT or data.get("version") not in (None, mailing.version):
        raise Conflict
    clean = check_texts(data)
    if data.get("language") not in current_app.config["LANGUAGES"]:
        raise RuleBroken({"language": _("“%(name)s” is not one of the choices.", name=str(data.get("language"))[:60])})
    mailing.subject, mailing.html = clean["subject"], clean["html"]
    mailing.language, mailing.in_history = str(data["language"]), bool(data.get("in_history"))
    db.session.flush()
    return mailing


def check_texts(data: Mapping[str, Any]) -> dict[str, str]:
    """Subject and body of a mailing, a template or a mail, cleaned. Raises RuleBroken."""
    subject, html = message.CONTROLS.sub(" ", str(data.get("subject") or "")).strip(), str(data.get("html") or "")
    errors: dict[str, str] = {}
    if not subject:
        errors["subject"] = _("This field is required.")
    elif len(subject) > LONGEST_SUBJECT:
        errors["subject"] = _("At most %(limit)s characters.", limit=LONGEST_SUBJECT)
    elif wrong := merging.problem(subject):
        errors["subject"] = wrong
    html = richtext.clean(html.replace("\0", "")) if len(html) <= richtext.LONGEST else html
    if len(html) > richtext.LONGEST:
        errors["html"] = _("At most %(limit)s characters.", limit=richtext.LONGEST)
    elif not richtext.to_plain(html):
        errors["html"] = _("This field is required.")
    elif wrong := merging.problem(html):
        errors["html"] = wrong
    if errors:
        raise RuleBroken(errors)
    return {"subject": subject, "html": html}


def attach(mailing: Mailing, stream: IO[bytes], name: str, kind: str) -> None:
    """Add a file to a draft. Raises RuleBroken when all together are too large, Conflict for what is no draft."""
    if mailing.state != MailingState.DRAFT:
        raise Conflict
    room = MOST_ATTACHED - sum(file["size"] for file in mailing.attachments)
    try:
        key, size = storage.put(stream, AREA, room)
    except storage.TooLarge:
        most = MOST_ATTACHED // 1_000_000
        raise RuleBroken({"files": _("All files together may have %(most)s MB at most.", most=most)}) from None
    name = message.one_line(storage.plain_name(name, "file"))
    kind = kind if kind.isascii() and kind.count("/") == 1 and not message.CONTROLS.search(kind) else ""
    file = {"name": name, "key": key, "type": kind.split(";")[0].strip() or "application/octet-stream", "size": size}
    mailing.attachments = [*mailing.attachments, file]
    db.session.flush()


def detach(mailing: Mailing, key: str) -> None:
    """Take a file off a draft; its bytes go with the sweep. Raises Conflict."""
    if mailing.state != MailingState.DRAFT:
        raise Conflict
    mailing.attachments = [file for file in mailing.attachments if file["key"] != key]
    db.session.flush()


def sweep_files() -> int:
    """Forget files that no mailing has any more; how many."""
    return storage.sweep(AREA, _known, clock.now() - storage.SETTLED)


def _known(keys: list[str]) -> set[str]:
    with_files = select(Mailing.attachments).where(Mailing.attachments != [])
    return {file["key"] for files in db.session.scalars(with_files) for file in files} & set(keys)


def start(mailing: Mailing, at: dt.datetime | None = None) -> None:
    """Let a draft go, now or `at` an instant. Raises RuleBroken for an unfinished one, Conflict for no draft."""
    check_texts({"subject": mailing.subject, "html": mailing.html})
    base_url = absolute("/")
    if not base_url:
        raise RuleBroken({"": _("The address of this installation is not known: set CLIENTELA_BASE_URL.")})
    if at is not None and not clock.now() <= at < clock.now() + dt.timedelta(days=366):
        raise RuleBroken({"start_at": _("Choose a moment within the next year.")})
    _move(mailing, [MailingState.DRAFT], MailingState.QUEUED, start_at=at, base_url=base_url.rstrip("/"))
    later("campaigns.run", mailing)


def pause(mailing: Mailing) -> None:
    """Stop for now: mails that no sender has begun go back. Raises Conflict."""
    _move(mailing, [MailingState.QUEUED, MailingState.RUNNING], MailingState.PAUSED)
    _take_back(mailing)


def resume(mailing: Mailing) -> None:
    """Go on where it was. Raises Conflict."""
    _move(mailing, [MailingState.PAUSED], MailingState.QUEUED, claimed_at=None)
    later("campaigns.run", mailing)


def back_to_draft(mailing: Mailing) -> None:
    """Write on at one that waits for its moment and has not begun. Raises Conflict."""
    if mailing.started_at is not None:
        raise Conflict
    _move(mailing, [MailingState.QUEUED], MailingState.DRAFT, start_at=None)


def cancel(mailing: Mailing) -> None:
    """End it: who has not been written to yet is not any more. Raises Conflict."""
    _move(mailing, STOPPABLE, MailingState.CANCELLED, finished_at=clock.now())
    _take_back(mailing)
    rest = update(MailingRecipient).where(
        MailingRecipient.mailing_id == mailing.id,
        MailingRecipient.state == RecipientState.WAITING,
        MailingRecipient.mail_id.is_(None),
    )
    db.session.execute(rest.values(state=RecipientState.SKIPPED, reason=Reason.CANCELLED))


def delete_draft(mailing: Mailing) -> None:
    """Throw a draft away; what was sent stays for ever, as its links to unsubscribe do. Raises Conflict."""
    if mailing.state != MailingState.DRAFT:
        raise Conflict
    db.session.delete(mailing)
    db.session.flush()


def _move(mailing: Mailing, from_: Iterable[str], to: str, **values: Any) -> None:
    """One conditional UPDATE, so that two people and a worker never both decide. Raises Conflict."""
    moved = update(Mailing).where(Mailing.id == mailing.id, Mailing.state.in_(list(from_)))
    values |= {"state": to, "changed_at": clock.now(), "version": Mailing.version + 1}
    done = db.session.execute(moved.values(values).execution_options(synchronize_session=False))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Conflict
    db.session.expire(mailing)


def _take_back(mailing: Mailing) -> None:
    """Delete its mails that wait: their recipients wait without one again. What a sender has begun goes on."""
    mine = select(MailingRecipient.mail_id).where(
        MailingRecipient.mailing_id == mailing.id, MailingRecipient.state == RecipientState.WAITING
    )
    waiting = delete(OutgoingMail).where(OutgoingMail.id.in_(mine), OutgoingMail.state == MailState.WAITING)
    db.session.execute(waiting.execution_options(synchronize_session=False))


def counts(mailings: Iterable[Mailing]) -> dict[int, dict[str, int]]:
    """How many recipients of each mailing are in each state, in one statement."""
    ids = [m.id for m in mailings]
    state = MailingRecipient.state
    rows = select(MailingRecipient.mailing_id, state, func.count()).where(MailingRecipient.mailing_id.in_(ids))
    found: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    for pk, key, number in db.session.execute(rows.group_by(MailingRecipient.mailing_id, state)):
        found[pk][key] = number
    return found


def mailings(limit: int, offset: int = 0) -> list[Mailing]:
    """The latest first."""
    return list(db.session.scalars(select(Mailing).order_by(Mailing.id.desc()).limit(limit).offset(offset)))


def recipients(mailing: Mailing, state: str, limit: int, offset: int = 0) -> list[tuple[MailingRecipient, str | None]]:
    """A page of its recipients, of one state where it is not "", each with the server's last words."""
    rows = select(MailingRecipient, OutgoingMail.error).outerjoin(
        OutgoingMail, OutgoingMail.id == MailingRecipient.mail_id
    )
    rows = rows.where(MailingRecipient.mailing_id == mailing.id)
    if state:
        rows = rows.where(MailingRecipient.state == state)
    found = db.session.execute(rows.order_by(MailingRecipient.id).limit(limit).offset(offset))
    return [(recipient, words) for recipient, words in found]


def unfinished() -> list[int]:
    """Mailings to be told to a worker again: whose time has come, or that were left; and sent mails to be noted."""
    now = clock.now()
    open_ = Mailing.state.in_([MailingState.QUEUED, MailingState.RUNNING])
    due = or_(Mailing.start_at.is_(None), Mailing.start_at <= now)
    left = or_(Mailing.claimed_at.is_(None), Mailing.claimed_at < now - LOST)
    to_note = exists().where(
        MailingRecipient.mailing_id == Mailing.id,
        MailingRecipient.state == RecipientState.SENT,
        ~MailingRecipient.noted,
    )
    ended = Mailing.state.in_([MailingState.PAUSED, MailingState.DONE, MailingState.CANCELLED])
    wanted = or_(open_ & due & left, ended & Mailing.in_history & to_note)
    return list(db.session.scalars(select(Mailing.id).where(wanted).order_by(Mailing.id).limit(100)))

"""What goes out to the participants of a case: a mail, or an invitation whose answers are recorded (CAS-03)."""

import datetime as dt
from typing import Any

from flask import current_app, url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from icalendar import Calendar, Event, vCalAddress
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.cases.models import Answer, Case, Participant
from app.contacts.models import Contact, Medium
from app.core import access, clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.links import absolute
from app.core.people import User
from app.history import service as history
from app.history.models import Verb
from app.mailing import service as mailing
from app.mailing.service import Writer

MOST = 2000  # mails of one click
LONGEST = 20_000  # characters of a text
SALT = "case-invitation"
LONGEST_MEETING = dt.timedelta(days=60)


def mail(case: Case, data: dict[str, Any]) -> tuple[int, int]:
    """Write to each participant whom the actor sees and who has an email address: one mail each, so that nobody
    learns of the others. Returns (mails, participants without an address). Raises RuleBroken. Flushes."""
    clean = _words(data, {})
    people = _reachable(case)
    for _row, address in people:
        if address:
            mailing.queue(address, clean["subject"], clean["text"], **_as_writer())
    return _counted(people)


def invite(case: Case, data: dict[str, Any]) -> tuple[int, int]:
    """Invite them (RFC 5546, REQUEST): subject, text, place, day (its beginning) and ends (instants). Each mail has a
    calendar entry and an address of its own to answer at. A second time it is a change of the first. As `mail`."""
    errors: dict[str, str] = {}
    begins, ends = data.get("day"), data.get("ends")
    if begins is None:
        errors["day"] = _("Say on which day and at what time it begins.")
    if ends is None or (begins is not None and not begins < ends <= begins + LONGEST_MEETING):
        errors["ends"] = _("It ends after it begins, within 60 days.")
    place = " ".join(str(data.get("place") or "").split())
    if len(place) > 255 or "\0" in place:
        errors["place"] = _("At most %(limit)s characters.", limit=255)
    clean, people = _words(data, errors), _reachable(case)
    case.meets_at, case.ends_at, case.place, case.sequence = begins, ends, place or None, case.sequence + 1
    db.session.flush()
    for row, address in people:
        if address:
            _send(case, row, address, clean)
    history.record(case, Verb.CHANGED, [{"field": "invitation", "old": None, "new": _when(case)}])
    db.session.flush()
    return _counted(people)


def _words(data: dict[str, Any], errors: dict[str, str]) -> dict[str, str]:
    """Subject and text. Raises RuleBroken with `errors` and its own."""
    subject, text = (str(data.get(key) or "").strip() for key in ("subject", "text"))
    if not subject or len(subject) > 255:
        errors["subject"] = _("Write a subject of at most %(limit)s characters.", limit=255)
    if not text or len(text) > LONGEST:
        errors["text"] = _("Write a text of at most %(limit)s characters.", limit=LONGEST)
    if errors:
        raise RuleBroken(errors)
    return {"subject": subject, "text": text}


def _reachable(case: Case) -> list[tuple[Participant, str]]:
    """Participants with their primary email, "" where they have none. Raises RuleBroken where nobody has one."""
    mine = select(Participant).join(Participant.contact).where(Participant.case_id == case.id)
    found = mine.order_by(Contact.sort_name, Contact.id).limit(MOST).options(contains_eager(Participant.contact))
    emails = [(row, row.contact.primary(Medium.EMAIL)) for row in db.session.scalars(found)]
    people = [(row, email.value if email else "") for row, email in emails]
    if not any(address for _row, address in people):
        raise RuleBroken({"": _("No participant has an email address.")})
    return people


def _counted(people: list[tuple[Participant, str]]) -> tuple[int, int]:
    reached = sum(1 for _row, address in people if address)
    return reached, len(people) - reached


def _as_writer() -> dict[str, Any]:
    me = _me()
    return {"language": access.current().locale or "en", "writer": Writer(me.get_full_name().strip(), me.email or "")}


def _me() -> Any:
    return db.session.get_one(User, access.current().user_id)


def _when(case: Case) -> str:
    zone = access.current().timezone
    begins, ends = (clock.to_local(instant, zone) for instant in (case.meets_at, case.ends_at) if instant)
    last = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{ends:%d/%m/%Y %H:%M}"
    return f"{begins:%d/%m/%Y %H:%M} – {last}"


def _send(case: Case, row: Participant, address: str, clean: dict[str, str]) -> None:
    link = absolute(url_for("InvitationView.show", token=token_of(row)))
    lines = [clean["text"], _("When: %(when)s", when=_when(case))]
    lines += [_("Where: %(place)s", place=case.place)] if case.place else []
    lines += [_("Say whether you come: %(link)s", link=link)] if link else []
    entry = {"name": "invito.ics", "type": "text/calendar", "method": "REQUEST"}
    entry["text"] = calendar(case, row, address, clean, link).decode()
    mailing.queue(address, clean["subject"], "\n\n".join(lines), attachments=[entry], **_as_writer())
    row.invited_at = clock.now()


def calendar(case: Case, row: Participant, address: str, clean: dict[str, str], link: str) -> bytes:
    """The entry for one participant's calendar (RFC 5545). Others are not named in it."""
    me, entry, whole = _me(), Event(), Calendar()
    organizer, attendee = vCalAddress(f"mailto:{me.email}"), vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = me.get_full_name().strip()
    attendee.params.update({"CN": row.contact.full_name, "PARTSTAT": "NEEDS-ACTION", "ROLE": "REQ-PARTICIPANT"})
    attendee.params["RSVP"] = "TRUE"
    entry.add("uid", f"case-{case.id}-{row.contact_id}@clientela")
    entry.add("sequence", case.sequence - 1)
    entry.add("dtstamp", clock.now())
    entry.add("dtstart", case.meets_at)
    entry.add("dtend", case.ends_at)
    entry.add("summary", clean["subject"])
    entry.add("description", "\n\n".join(filter(None, (clean["text"], link))))
    if case.place:
        entry.add("location", case.place)
    entry.add("organizer", organizer)
    entry.add("attendee", attendee)
    whole.add("prodid", "-//Clientela//Cases//EN")
    whole.add("version", "2.0")
    whole.add("method", "REQUEST")
    whole.add_component(entry)
    return bytes(whole.to_ical())


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=SALT)


def token_of(row: Participant) -> str:
    """What lets its holder answer for one participant of one case, and nothing else."""
    return str(_signer().dumps([row.case_id, row.contact_id]))


def invited(token: str) -> Participant | None:
    """The participant of a token, who was invited and takes part still in a case that is there. Asked as the product
    itself: the token is the right to see title, time and place of the meeting."""
    try:
        case_id, contact_id = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    mine = select(Participant).join(Participant.case).where(Case.id == case_id, Case.deleted_at.is_(None))
    mine = mine.where(Participant.contact_id == contact_id, Participant.invited_at.is_not(None))
    return db.session.scalar(mine.options(contains_eager(Participant.case).lazyload("*")))


def answer(row: Participant, said: str) -> None:
    """Record what an invited participant says; the last word counts. Raises RuleBroken for another word. Flushes."""
    if said not in list(Answer):
        raise RuleBroken({"answer": _("“%(name)s” is not one of the choices.", name=said[:60])})
    row.answer, row.answered_at = said, clock.now()
    db.session.flush()


def shown_when(case: Case) -> str:
    """When it is, in words, for who is invited."""
    return " – ".join(format_datetime(instant, "full") for instant in (case.meets_at, case.ends_at) if instant)

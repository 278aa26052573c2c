"""The verbs of cases. Every door (page, REST, import) comes through `save`, and so `check`."""

from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import contains_eager

from app.cases import changes, checks
from app.cases.models import Case, Participant, case_participant
from app.contacts.models import Contact
from app.contacts.service import tags_named
from app.core import access
from app.core.db import db
from app.core.errors import Conflict
from app.history import recording
from app.history import service as history
from app.history.models import Verb
from app.notices import telling

PAGES = "/cases/show"
PAGE = 50  # participants shown at once
COUNT_CAP = 9_999


def save(data: dict[str, Any], case: Case | None = None) -> Case:
    """Create a case, or change the given one by the keys present in `data` (CAS-01).

    Keys: title, description, participants (ids), tags, closed, private, shared_with, owner, co_owners, custom, version.
    Raises RuleBroken with the reasons by field, Conflict when `version` is not the present one, NotAllowed when someone
    who does not look after it changes who has access. Flushes, does not commit.
    """
    if case is not None and data.get("version") not in (None, case.version):
        raise Conflict
    clean = cleaned(data, case)
    if case is None:
        case = Case()
        db.session.add(case)
    people = clean.pop("participants", None)
    with telling.told(case, PAGES), changes.recorded(case), db.session.no_autoflush:
        for key in clean.keys() - {"tags"}:
            setattr(case, key, clean[key])
        if "tags" in clean:
            case.tags = tags_named(clean["tags"])
        case.index_words()
    db.session.flush()
    if people is not None:
        _replace(case, people)
    return case


def cleaned(data: dict[str, Any], case: Case | None = None) -> dict[str, Any]:
    """What `save` would write, in clean values. Raises RuleBroken and NotAllowed as it does."""
    clean = checks.check(data, case)
    access.refuse_strangers(case, clean)
    return clean


def _replace(case: Case, people: list[Contact]) -> None:
    """Let these take part, and no other whom the actor sees."""
    present = {contact.id: contact for contact in case.participants}
    wanted = {contact.id: contact for contact in people}
    unlink(case, [contact for key, contact in present.items() if key not in wanted])
    link(case, [contact for key, contact in wanted.items() if key not in present])


def link(case: Case, contacts: list[Contact]) -> None:
    """Let contacts take part; who does already stays as he is. Flushes."""
    if not contacts:
        return
    rows = [{"case_id": case.id, "contact_id": contact.id} for contact in contacts]
    done = insert(case_participant).values(rows).on_conflict_do_nothing().returning(case_participant.c.contact_id)
    new = set(db.session.scalars(done))
    _record(case, [], [contact.id for contact in contacts if contact.id in new])


def unlink(case: Case, contacts: list[Contact]) -> None:
    """Let contacts take part no more. Flushes."""
    gone = delete_rows(Participant).where(
        Participant.case_id == case.id, Participant.contact_id.in_([c.id for c in contacts])
    )
    if contacts:
        db.session.execute(gone.execution_options(synchronize_session=False))
        _record(case, [contact.id for contact in contacts], [])


def _record(case: Case, old: list[int], new: list[int]) -> None:
    if old or new:
        told = {"field": "participants", "old": [{"contact": key} for key in old] or None}
        history.record(case, Verb.CHANGED, [told | {"new": [{"contact": key} for key in new] or None}])
    db.session.flush()
    db.session.expire(case, ["participants"])


def participants(case: Case, page: int = 0, size: int = PAGE) -> list[Participant]:
    """A page of those who take part and whom the actor sees, by name, with how they are reached."""
    mine = select(Participant).join(Participant.contact).where(Participant.case_id == case.id)
    ordered = mine.order_by(Contact.sort_name, Contact.id).limit(size).offset(page * size)
    return list(db.session.scalars(ordered.options(contains_eager(Participant.contact).lazyload(Contact.owner))))


def count_participants(case: Case) -> int:
    """How many take part of those whom the actor sees, counted up to COUNT_CAP."""
    some = select(Participant.contact_id).where(Participant.case_id == case.id).limit(COUNT_CAP).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def set_closed(case: Case, closed: bool) -> None:
    """Close a case or open it again (CAS-02). Flushes."""
    save({"closed": closed}, case)


def delete(case: Case) -> None:
    """Move to the bin. Raises NotAllowed for those who do not look after it."""
    recording.to_bin(case)


def restore(pk: int) -> Case:
    """Take out of the bin what the actor, or anyone for an administrator, has put there. Raises RuleBroken."""
    return recording.from_bin(Case, pk)  # type: ignore[no-any-return]


def of_contact(contact_id: int, limit: int = 50) -> list[Case]:
    """The cases in which a contact takes part and which the actor sees: open ones first, then latest first."""
    mine = select(Case).join(Participant, Participant.case_id == Case.id).where(Participant.contact_id == contact_id)
    ordered = mine.order_by(Case.closed, Case.changed_at.desc(), Case.id.desc())
    return list(db.session.scalars(ordered.limit(limit)))

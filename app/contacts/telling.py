"""Tells colleagues of a contact that became theirs to look after or to see (CON-06, CON-07), through whichever door."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.contacts.models import Contact
from app.core import access
from app.core.db import db
from app.notices import service as notices
from app.notices.models import Kind


@contextmanager
def told(contact: Contact) -> Iterator[None]:
    """Tell those whom the block makes responsible, and those whom it lets see a private contact. Flushes."""
    responsible, shared = (_responsible(contact), _shared(contact)) if contact.id is not None else (set(), set())
    yield
    db.session.flush()
    new = _responsible(contact) - responsible
    _tell(contact, new, Kind.RESPONSIBLE)
    if (with_whom := _shared(contact)) - shared:
        seeing = notices.people_of(shared) | _responsible(contact) | responsible
        _tell(contact, notices.people_of(with_whom) - seeing, Kind.SHARED)


def _responsible(contact: Contact) -> set[int]:
    return {contact.owner_id, *contact.co_owners}


def _shared(contact: Contact) -> set[int]:
    """The principals (users n, groups -n) who see it because they were named; one open to all is shared with none."""
    return set(contact.shared_with) if contact.private else set()


def _tell(contact: Contact, people: set[int], kind: Kind) -> None:
    if people:
        by = access.current().name or "Clientela"
        notices.tell(people, kind, f"/contacts/show/{contact.id}", name=contact.full_name, by=by)

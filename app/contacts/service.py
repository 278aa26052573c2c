"""The verbs of contacts. Every door (page, REST, import, web form, command) comes through `save`, and so `check`."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.contacts import changes, checks, photos
from app.contacts.models import ADDRESS_PARTS, FISCAL, Address, Channel, Contact, Kind, Medium, Merge, Tag
from app.core import access, bins, clock
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.history import service as history
from app.history.models import Verb
from app.notices import telling

LISTS = {"emails": Medium.EMAIL, "phones": Medium.PHONE, "websites": Medium.WEB}
PLAIN = ("first_name", "last_name", "name", "title", "description", "private", "custom", "type_id", "temperature_id",
         *FISCAL)  # fmt: skip


def save(data: dict[str, Any], contact: Contact | None = None) -> Contact:
    """Create a contact, or change the given one by the keys present in `data` (SPEC CON-01…03, 06, 07).

    `data` has the keys of the REST contract: kind, first_name, last_name, name, title, company, type, temperature,
    emails, phones, websites, addresses, vat_number, tax_code, recipient_code, pec, description, tags, private,
    shared_with, owner, co_owners, custom, version; and photo (a stream), remove_photo.
    Raises RuleBroken with the reasons by field, Conflict when `version` is not the present one, NotAllowed when
    someone who does not look after the contact changes who has access. Flushes, does not commit.
    """
    if contact is not None and data.get("version") not in (None, contact.version):
        raise Conflict
    clean = checks.check(data, contact)
    access.refuse_strangers(contact, clean)
    if contact is None:
        contact = Contact(kind=clean["kind"], owner_id=access.current().user_id)
        db.session.add(contact)
    with telling.told(contact, "/contacts/show"), changes.recorded(contact), db.session.no_autoflush:
        _apply(contact, clean)
    db.session.flush()
    return contact


def _apply(contact: Contact, clean: dict[str, Any]) -> None:
    for key in (*PLAIN, "company_id", "owner_id", "co_owners", "shared_with"):
        if key in clean:
            setattr(contact, key, clean[key])
    for key, medium in LISTS.items():
        if key in clean:
            _replace_channels(contact, medium, clean[key])
    if "addresses" in clean:
        _replace_addresses(contact, clean["addresses"])
    if "tags" in clean:
        contact.tags = tags_named(clean["tags"])
    if "photo" in clean:
        contact.photo = photos.stored(clean["photo"])
    contact.index_words()


def _replace_channels(contact: Contact, medium: Medium, wanted: list[dict[str, Any]]) -> None:
    """Rows that stay are kept, so that an unchanged contact is not written again."""
    kept = {(c.kind, c.value, c.is_primary): c for c in contact.channels if c.medium == medium}
    others = [c for c in contact.channels if c.medium != medium]
    mine = [kept.get((w["kind"], w["value"], w["is_primary"])) or Channel(medium=medium, **w) for w in wanted]
    contact.channels = [*others, *mine]


def _replace_addresses(contact: Contact, wanted: list[dict[str, Any]]) -> None:
    """As with channels."""
    columns = ("kind", *ADDRESS_PARTS, "is_primary")
    kept: dict[tuple[Any, ...], Address | None]
    kept = {tuple(getattr(a, c) for c in columns): a for a in contact.addresses}
    contact.addresses = [kept.pop(tuple(w[c] for c in columns), None) or Address(**w) for w in wanted]


def tags_named(names: list[str]) -> list[Tag]:
    """The tags with these names, made where they are new; upper and lower case are one."""
    wanted = {name.lower(): name for name in names}
    found = {t.name.lower(): t for t in db.session.scalars(select(Tag).where(func.lower(Tag.name).in_(wanted)))}
    return [found.get(key) or Tag(name=name) for key, name in wanted.items()]


def delete(contact: Contact) -> None:
    """Move to the bin. Raises NotAllowed for those who do not look after it."""
    if not access.may_manage(contact):
        raise NotAllowed
    contact.deleted_at, contact.deleted_by = clock.now(), access.current().user_id
    history.record(contact, Verb.DELETED)
    db.session.flush()


def restore(contact_id: int) -> Contact:
    """Take out of the bin what the actor, or anyone for an administrator, has put there. Raises RuleBroken."""
    if db.session.scalar(select(Merge.id).where(Merge.gone_id == contact_id)):
        raise RuleBroken({"": _("It was merged into another contact: undo the merge there.")})
    return restored(contact_id)


def restored(contact_id: int) -> Contact:
    """As `restore`, for whoever has seen to the merge that put it there."""
    contact: Contact = bins.take_out(Contact, contact_id)
    history.record(contact, Verb.RESTORED)
    db.session.flush()
    return contact


def link_person(company: Contact, person: Contact) -> None:
    """Make the person one of the company's (CON-01). Raises RuleBroken for the wrong kinds."""
    if company.kind != Kind.COMPANY or person.kind != Kind.PERSON:
        raise RuleBroken({"person": _("Only a person can belong to a company.")})
    with changes.recorded(person):
        person.company_id = company.id
    db.session.flush()


def unlink_person(company: Contact, person: Contact) -> None:
    """Take the person out of the company."""
    if person.company_id == company.id:
        with changes.recorded(person):
            person.company_id = None
        db.session.flush()


def persons_of(company: Contact, limit: int = 200) -> list[Contact]:
    """The company's persons that the actor may see, by name."""
    persons = select(Contact).where(Contact.company_id == company.id).order_by(Contact.sort_name, Contact.id)
    return list(db.session.scalars(persons.limit(limit)))


def share(contact: Contact, private: bool, shared_with: list[int]) -> None:
    """Say who may see the contact (CON-07). Raises NotAllowed."""
    save({"private": private, "shared_with": shared_with}, contact)


def add_tags(contacts: list[Contact], names: list[str]) -> int:
    """Put tags on many contacts (CON-09); returns how many were changed."""
    tags = tags_named(names)
    db.session.add_all(tags)
    changed = 0
    for contact in contacts:
        missing = [t for t in tags if t not in contact.tags]
        with changes.recorded(contact):
            contact.tags.extend(missing)
        changed += bool(missing)
    db.session.flush()
    return changed


def remove_tags(contact: Contact, names: list[str]) -> None:
    """Take tags off a contact, whatever their case (CON-09)."""
    gone = {name.lower() for name in names}
    with changes.recorded(contact):
        contact.tags = [tag for tag in contact.tags if tag.name.lower() not in gone]
    db.session.flush()


def has_any() -> bool:
    """Whether there is a contact that the actor may see."""
    return db.session.scalar(select(Contact.id).limit(1)) is not None


def company_choices(company_id: Any) -> list[tuple[int, str]]:
    """The chosen company alone, as an option of its look-up field; nothing for one that the actor may not see."""
    if not isinstance(company_id, int):
        return []
    found = select(Contact).where(Contact.id == company_id, Contact.kind == Kind.COMPANY)
    return [(c.id, c.full_name) for c in db.session.scalars(found)]

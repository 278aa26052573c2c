"""Makes one contact of two (CON-12): chosen fields are taken over, what hangs on the other moves; it can be undone.

What hangs on a contact is read from the foreign keys of all tables, so that no room can be forgotten. Rows are moved
below the access hook: what its reader may not see hangs on the contact all the same, and nothing of it is shown.
"""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, Index, Table, UniqueConstraint, and_, exists, select, tuple_, update

from app.contacts import service
from app.contacts.models import FISCAL, Contact, Kind, Medium, Merge
from app.core import access, audit
from app.core.db import Model, db
from app.core.errors import NotAllowed, RuleBroken
from app.history import service as history
from app.history import words
from app.history.models import Verb

NAMES = {Kind.PERSON: ("first_name", "last_name", "title", "company"), Kind.COMPANY: ("name",)}
FIELDS = ("type", "temperature", *FISCAL, "description", "owner")
ACCESS = ("private", "shared_with", "co_owners")
KEYS = {"company": "company_id", "type": "type_id", "temperature": "temperature_id", "owner": "owner_id"}
# Written by triggers from the contact's own columns, or notes of
# an import that runs and of a search for duplicates.
DERIVED = {"contact_range", "contact_pair", "import_company", "import_change", "import_kept", Merge.__tablename__}
words.FIELDS["merged"] = _l("Merged with")


def references() -> Iterator[tuple[Table, Column[Any]]]:
    """Each column of each table that points at a contact and moves with it."""
    for table in Model.metadata.sorted_tables:
        if table.name not in DERIVED:
            yield from ((table, fk.parent) for fk in table.foreign_keys if fk.column is Contact.id.property.columns[0])


def fields_of(kept: Contact, gone: Contact) -> list[str]:
    """The fields to choose between: those that differ and that the other one has, as its reader sees them."""
    plain = [f for f in (*NAMES[Kind(kept.kind)], *FIELDS) if _differs(kept, gone, f)]
    own = [f"custom.{key}" for key, value in gone.custom.items() if kept.custom.get(key) != value]
    is_open = any(getattr(kept, key) != getattr(gone, key) for key in ACCESS)
    return [*plain, *own, *(["access"] if is_open else [])]


def _differs(kept: Contact, gone: Contact, field: str) -> bool:
    is_seen = field != "company" or gone.company is not None
    return is_seen and value(gone, field) not in (None, "", value(kept, field))


def value(contact: Contact, field: str) -> Any:
    """What `service.save` takes for a field."""
    if field == "access":
        return {key: getattr(contact, key) for key in ACCESS}
    if field.startswith("custom."):
        return contact.custom.get(field.removeprefix("custom."))
    return getattr(contact, KEYS.get(field, field))


def proposed(kept: Contact, gone: Contact) -> set[str]:
    """What is taken from the other unless somebody says otherwise: what the kept one lacks, and the closer circle of
    those who see it."""
    lacking = {f for f in fields_of(kept, gone) if f != "access" and value(kept, f) in (None, "")}
    return lacking | ({"access"} if gone.private and not kept.private else set())


def merge(kept: Contact, gone: Contact, take: set[str]) -> Merge:
    """Make `kept` of both, with the fields in `take` from the other, which goes to the bin. Flushes.

    Raises RuleBroken for two that can't be one, NotAllowed for who may not delete the other.
    """
    check(kept, gone)
    _lock(kept, gone)
    taken = {f: [value(kept, f), value(gone, f)] for f in fields_of(kept, gone) if f in take}
    _write(kept, {f: new for f, (_old, new) in taken.items()})
    if kept.photo is None:
        kept.photo = gone.photo
    db.session.flush()
    row = Merge(kept_id=kept.id, gone_id=gone.id, taken=taken, moved=_move(gone.id, kept.id))
    name = gone.full_name
    service.delete(gone)
    db.session.expire_all()
    _reread(kept)
    history.record(kept, Verb.MERGED, [{"field": "merged", "old": None, "new": words.short(name)}])
    db.session.add(row)
    audit.note("record.merged", f"contact {row.kept_id}: {words.short(kept.full_name)}", words.short(name))
    db.session.flush()
    return row


def check(kept: Contact, gone: Contact) -> None:
    """Raises as `merge` does."""
    if kept.id == gone.id:
        raise RuleBroken({"other": _("Choose another contact.")})
    if kept.kind != gone.kind:
        raise RuleBroken({"other": _("A person and a company can't be merged.")})
    if not access.may_manage(gone):
        raise NotAllowed


def _lock(*contacts: Contact) -> None:
    ids = sorted(c.id for c in contacts)
    db.session.execute(select(Contact.id).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update(of=Contact))


def _write(contact: Contact, values: dict[str, Any]) -> None:
    data = {f: v for f, v in values.items() if f != "access" and not f.startswith("custom.")}
    own = {f.removeprefix("custom."): v for f, v in values.items() if f.startswith("custom.")}
    data |= values.get("access", {}) | ({"custom": own} if own else {})
    if data:
        service.save(data, contact)


def _move(source: int, target: int) -> dict[str, Any]:
    """Point at `target` what points at `source`; a row that the target has already (a tag of both) stays behind."""
    moved = {}
    for table, column in references():
        keys = [c for c in table.primary_key.columns if c is not column]
        free = [~_has_already(table, column, names, target) for names in _unique(table, column)]
        done = update(table).where(column == source, *free).values({column: target}).returning(*keys)
        if found := [list(row) for row in db.session.execute(done)]:
            moved[f"{table.name}.{column.name}"] = found
    return moved


def _unique(table: Table, column: Column[Any]) -> Iterator[list[str]]:
    """The other columns of each key in which this column must be unique."""
    sets = [c.columns for c in table.constraints if isinstance(c, UniqueConstraint)]
    sets += [i.columns for i in table.indexes if isinstance(i, Index) and i.unique]
    for columns in (table.primary_key.columns, *sets):
        if column.name in columns:
            yield [c.name for c in columns if c.name != column.name]


def _has_already(table: Table, column: Column[Any], names: list[str], target: int) -> Any:
    other = table.alias()
    same = (other.c[name] == table.c[name] for name in names)
    return exists(select(1).where(other.c[column.name] == target, *same))


def _reread(contact: Contact) -> None:
    """What hangs on it has changed below it."""
    for channels in map(contact.of, Medium):
        for number, channel in enumerate(channels):
            channel.is_primary = number == 0
    for number, address in enumerate(sorted(contact.addresses, key=lambda a: not a.is_primary)):
        address.is_primary = number == 0
    contact.index_words()


def merges_of(contact: Contact) -> list[Merge]:
    """The latest merges into a contact, which may be undone."""
    mine = select(Merge).where(Merge.kept_id == contact.id).order_by(Merge.id.desc())
    return list(db.session.scalars(mine.limit(20)))


def of_alias(contact_id: int) -> int | None:
    """The contact that another was merged into, if the actor sees it."""
    if not 0 < contact_id < 2**63:
        return None
    return db.session.scalar(select(Merge.kept_id).where(Merge.gone_id == contact_id))


def undo(row: Merge) -> Contact:
    """Give back the other contact and what was its own; what was changed since stays. Raises RuleBroken where it is not
    in the actor's bin any more. Flushes."""
    kept = row.kept
    gone = service.restored(row.gone_id)
    for name, keys in row.moved.items():
        table_name, column_name = name.split(".")
        table = Model.metadata.tables[table_name]
        _move_back(table, table.c[column_name], keys, kept.id, gone.id)
    _write(kept, {f: old for f, (old, new) in row.taken.items() if value(kept, f) == new})
    if kept.photo == gone.photo:
        kept.photo = None
    db.session.delete(row)
    db.session.flush()
    db.session.expire_all()
    for contact in (kept, gone):
        _reread(contact)
    db.session.flush()
    return gone


def _move_back(table: Table, column: Column[Any], keys: list[list[Any]], source: int, target: int) -> None:
    columns = [c for c in table.primary_key.columns if c is not column]
    for start in range(0, len(keys), 1000):
        mine = tuple_(*columns).in_([tuple(key) for key in keys[start : start + 1000]])
        db.session.execute(update(table).where(and_(column == source, mine)).values({column: target}))

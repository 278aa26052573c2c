"""The rights of a person whose data we hold (CON-15; GDPR, articles 7, 15, 17): consent, a copy of all, erasure."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Table, delete, or_, select, update

from app.contacts import merging
from app.contacts.consents import Consent
from app.contacts.models import FISCAL, Address, Channel, Contact, Kind, Merge, contact_tag
from app.core import access, audit, clock
from app.core.db import Model, db
from app.core.errors import NotAllowed, RuleBroken
from app.history.models import HistoryEvent

# Columns made from others by the product, which tell nothing more.
MADE = {"search", "audience", "sort_name", "import_run_id"}
MOST = 10_000  # rows of one table in a copy
EMPTIED = ("title", "description", "company_id", "photo", "type_id", "temperature_id", *FISCAL)
FORGOTTEN = (HistoryEvent, Channel, Address)
COPIES = ("mailing_recipient", "import_change")  # rooms to the right that keep words of a contact
QUIET = {"synchronize_session": False}


def note(contact: Contact, purpose: str, given: bool, day: dt.date | None, source: str) -> Consent:
    """Write down a consent, or that it is taken back. Raises RuleBroken; flushes."""
    purpose, source, errors = purpose.strip(), source.strip(), {}
    for key, value, limit in (("purpose", purpose, 80), ("source", source, 255)):
        if not value:
            errors[key] = _("This field is required.")
        elif len(value) > limit or "\0" in value:
            errors[key] = _("At most %(limit)s characters.", limit=limit)
    if day is None or day.year < 1990 or day > clock.today(access.current().timezone):
        errors["day"] = _("A day that has been is expected.")
    if errors or day is None:
        raise RuleBroken(errors)
    row = Consent(contact_id=contact.id, purpose=purpose, given=given, day=day, source=source)
    db.session.add(row)
    db.session.flush()
    return row


def consents(contact: Contact) -> list[Consent]:
    """All that was said, the latest first."""
    said = select(Consent).where(Consent.contact_id == contact.id).order_by(Consent.day.desc(), Consent.id.desc())
    return list(db.session.scalars(said.limit(200)))


def held(contact: Contact) -> dict[str, list[dict[str, Any]]]:
    """All that is held on a contact, by table: its own row and each row of each table that points at it.

    Only for administrators, as it holds what their colleagues keep private. Raises NotAllowed.
    """
    if not access.current().is_admin:
        raise NotAllowed
    tables = [(Model.metadata.tables["contact"], "id"), *((t, c.name) for t, c in merging.references())]
    found: dict[str, list[dict[str, Any]]] = {}
    for table, column in tables:
        if rows := list(_rows(table, column, contact.id)):
            found.setdefault(table.name, []).extend(rows)
    return found


def _rows(table: Table, column: str, key: int) -> Iterator[dict[str, Any]]:
    columns = [c for c in table.columns if c.name not in MADE]
    for row in db.session.execute(select(*columns).where(table.c[column] == key).limit(MOST)):
        yield {name: value for name, value in row._mapping.items() if value not in (None, [], {})}


def erase(contact: Contact) -> None:
    """Make a person unknown for good: names, channels, addresses, tags, custom values, photo and history go, with the
    same of what was merged into it. Invoices stay as the law wants, and keep what was printed on them.

    Only for administrators. Raises NotAllowed; flushes.
    """
    if not access.current().is_admin:
        raise NotAllowed
    aliases = list(db.session.scalars(select(Merge.gone_id).where(Merge.kept_id == contact.id)))
    keys = [contact.id, *aliases]
    db.session.execute(
        delete(Merge).where(or_(Merge.kept_id.in_(keys), Merge.gone_id.in_(keys))), execution_options=QUIET
    )
    for model in FORGOTTEN:
        db.session.execute(delete(model).where(model.contact_id.in_(keys)), execution_options=QUIET)
    db.session.execute(delete(contact_tag).where(contact_tag.c.contact_id.in_(keys)))
    for table in (Model.metadata.tables[name] for name in COPIES if name in Model.metadata.tables):
        db.session.execute(delete(table).where(table.c.contact_id.in_(keys)))
    _forget(contact.kind, keys)
    audit.note("record.deleted", f"contact {contact.id}")  # by number: the name is what is forgotten
    db.session.flush()
    db.session.expire_all()


def _forget(kind: str, keys: list[int]) -> None:
    unknown = _("Erased")
    names = {"name": unknown} if kind == Kind.COMPANY else {"first_name": unknown, "last_name": str(keys[0])}
    empty: dict[str, Any] = dict.fromkeys(EMPTIED)
    words = " ".join(reversed(names.values())).lower()
    table = Model.metadata.tables["contact"]
    gone = {**empty, **names, "custom": {}, "sort_name": words, "search": words, "version": table.c.version + 1}
    changed = {"changed_at": clock.now(), "changed_by": access.current().user_id}
    db.session.execute(update(table).where(table.c.id.in_(keys)).values(**gone, **changed))

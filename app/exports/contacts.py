"""Contacts as a table that our own import reads back to the letter (IMP-06): what is primary stands first."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from app.contacts.models import ADDRESS_PARTS, FISCAL, Address, Channel, Contact, Medium, contact_tag
from app.core.db import db
from app.core.tables import joined
from app.exports.cells import own_value, principal_names
from app.exports.sources import Cells, Ids
from app.settings import custom
from app.settings.models import PickList, Tag
from app.settings.service import pick_values

NAMES = {Medium.EMAIL: "email", Medium.PHONE: "phone", Medium.WEB: "website"}
FIRST = ("kind", "first_name", "last_name", "name", "company", "title", "type", "temperature")
LAST = (*FISCAL, "tags", "description", "private", "owner", "co_owners", "shared_with")
OWN = (
    Contact.id, Contact.kind, Contact.first_name, Contact.last_name, Contact.name, Contact.title, Contact.company_id,
    Contact.type_id, Contact.temperature_id, *(getattr(Contact, key) for key in FISCAL),
    Contact.description, Contact.private, Contact.owner_id,
    func.array_to_string(Contact.co_owners, ",").label("co_owners"),
    func.array_to_string(Contact.shared_with, ",").label("shared_with"),
)  # fmt: skip
EMPTY = literal({}, JSONB)
Many = dict[int, list[tuple[Any, ...]]]


class ContactTable:
    """As many columns for emails, phones and the rest as the richest of the chosen contacts needs."""

    def __init__(self, chosen: Any) -> None:
        self.widths = {NAMES[m]: most(Channel, chosen, Channel.medium == m) for m in Medium}
        self.places = most(Address, chosen)
        self.fields = [f for f in custom.fields_of("contact") if f.in_export and f.holds]
        self.words = {v.id: v.label for which in PickList for v in pick_values(which)}
        self.people = principal_names()
        self.lists = {"": ""}
        # As text: most contacts have none, and reading "{}" as JSON would cost as much as all else of them.
        own = (cast(func.nullif(Contact.custom, EMPTY), Text).label("custom"),) if self.fields else ()
        self.select = select(*OWN, *own)
        self.headings = [*FIRST, *self._reached(), *LAST, *(f"custom:{f.key}" for f in self.fields)]
        self.phones = [i for i, heading in enumerate(self.headings) if heading.startswith("phone_")]

    def _reached(self) -> Iterator[str]:
        for name, width in self.widths.items():
            for n in range(1, width + 1):
                yield from (f"{name}_{n}", f"{name}_{n}_kind")
        for n in range(1, self.places + 1):
            yield from (f"address_{n}_{part}" for part in (*ADDRESS_PARTS, "kind"))

    def rows(self, ids: Ids) -> Iterator[Cells]:
        """As `sources.Table.rows`, in a handful of statements."""
        wanted = among(ids)
        found = {row.id: row for row in db.session.execute(self.select.where(Contact.id == wanted))}
        channels = self._channels(list(found))
        addresses = gathered(Address, list(found), *(getattr(Address, part) for part in ADDRESS_PARTS), Address.kind)
        tags, companies = tags_of(list(found)), companies_of({row.company_id for row in found.values()})
        for row_id in ids:
            if row := found.get(row_id):
                yield [
                    row.kind, row.first_name, row.last_name, row.name, companies.get(row.company_id), row.title,
                    self.words.get(row.type_id), self.words.get(row.temperature_id),
                    *self._reaching(row_id, channels), *laid_out(addresses[row_id], self.places, 6),
                    *(getattr(row, key) for key in FISCAL),
                    joined(tags[row_id]), row.description, "yes" if row.private else "no",
                    self.people.get(row.owner_id), self._named(row.co_owners), self._named(row.shared_with),
                    *(self._own(row.custom) if self.fields else ()),
                ]  # fmt: skip

    def _channels(self, ids: list[int]) -> dict[str, Many]:
        result: dict[str, Many] = {medium: defaultdict(list) for medium in Medium}
        for contact_id, several in gathered(Channel, ids, Channel.medium, Channel.value, Channel.kind).items():
            for medium, value, kind in several:
                result[medium][contact_id].append((value, kind))
        return result

    def _reaching(self, row_id: int, channels: dict[str, Many]) -> Iterator[Any]:
        for medium, name in NAMES.items():
            yield from laid_out(channels[medium].get(row_id, []), self.widths[name], 2)

    def _named(self, principals: str) -> str:
        """The names behind "3,-1"; a firm shares in few ways, so each is worked out once."""
        if principals not in self.lists:
            found = (self.people.get(int(p)) for p in principals.split(","))
            self.lists[principals] = joined(name for name in found if name)
        return self.lists[principals]

    def _own(self, stored: str | None) -> list[Any]:
        if stored is None:
            return [None] * len(self.fields)
        values = json.loads(stored)
        return [own_value(field.kind, values.get(field.key)) for field in self.fields]


def among(ids: Any) -> Any:
    """One of many ids, sent as one array."""
    return any_(literal(list(ids), ARRAY(BigInteger)))


def most(child: type[Any], chosen: Any, *where: Any) -> int:
    """How many of these children the richest of the chosen contacts has."""
    counted = select(func.count().label("n")).where(child.contact_id.in_(chosen), *where).group_by(child.contact_id)
    return db.session.scalar(select(func.max(counted.subquery().c.n))) or 0


def gathered(child: type[Any], ids: list[int], *columns: Any) -> Many:
    """The children of contacts by contact, the primary one first."""
    found: Many = defaultdict(list)
    mine = select(child.contact_id, *columns).where(child.contact_id == among(ids))
    for row in db.session.execute(mine.order_by(child.is_primary.desc(), child.id)):
        found[row[0]].append(row[1:])
    return found


def tags_of(ids: list[int]) -> dict[int, list[str]]:
    """The names of the tags of contacts that were seen."""
    found: dict[int, list[str]] = defaultdict(list)
    hung = select(contact_tag.c.contact_id, Tag.name).join(Tag, Tag.id == contact_tag.c.tag_id)
    for contact_id, name in db.session.execute(hung.where(contact_tag.c.contact_id == among(ids)).order_by(Tag.name)):
        found[contact_id].append(name)
    return found


def companies_of(ids: set[int | None]) -> dict[int, str]:
    """Names of the companies that the actor may see."""
    wanted = [i for i in ids if i is not None]
    return {
        row.id: row.name
        for row in db.session.execute(select(Contact.id, Contact.name).where(Contact.id == among(wanted)))
    }


def laid_out(several: list[tuple[Any, ...]], width: int, each: int) -> list[Any]:
    """The values one after the other, with empty cells up to the width."""
    found = [value for one in several for value in one]
    return found + [None] * (each * width - len(found))

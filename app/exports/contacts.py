"""Contacts as a table that our own import reads back to the letter (IMP-06): what is primary stands first.

The database lays a contact's cells out as one text with marks between them, which is many times faster than a statement
a kind of child and a loop over its rows. A value that holds the mark itself shows by the number of cells; then it is
asked again with a mark that nobody can know.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Integer, Subquery, Text, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from app.contacts.models import ADDRESS_PARTS, FISCAL, Address, Channel, Contact, Medium
from app.core.db import Model, db
from app.core.tables import joined
from app.exports.cells import own_value, principal_names
from app.exports.sources import Cells, Ids
from app.settings import custom
from app.settings.models import PickList, Tag
from app.settings.service import pick_values

NAMES = {Medium.EMAIL: "email", Medium.PHONE: "phone", Medium.WEB: "website"}
FIRST = ("kind", "first_name", "last_name", "name", "company", "title", "type", "temperature")
LAST = ("tags", "description", "private", "owner", "co_owners", "shared_with")
MARK = "\x1f"  # between units (ASCII)
EMPTY = literal({}, JSONB)
MOST_LISTS = 10_000  # ways to tag or share that are remembered
Texts = dict[int, list[str]]


class ContactTable:
    """As many columns for emails, phones and the rest as the richest of the chosen contacts needs."""

    def __init__(self, chosen: Any) -> None:
        self.widths = widest(chosen)
        self.places = self.widths.pop("place")
        self.fields = [f for f in custom.fields_of("contact") if f.in_export and f.holds]
        self.words = {str(v.id): v.label for which in PickList for v in pick_values(which)} | {"": ""}
        self.people = {str(key): name for key, name in principal_names().items()}
        tags = db.session.execute(select(Tag.id, Tag.name).order_by(Tag.name))
        self.tags = {str(row[0]): (place, row[1]) for place, row in enumerate(tags)}
        self.lists = {"": ""}
        self.headings = [*FIRST, *self._reached(), *FISCAL, *LAST, *(f"custom:{f.key}" for f in self.fields)]
        self.phones = [i for i, heading in enumerate(self.headings) if heading.startswith("phone_")]
        self.last = len(self.headings) - len(self.fields) - len(LAST)  # where the tags stand

    def _reached(self) -> Iterator[str]:
        for name, width in self.widths.items():
            for n in range(1, width + 1):
                yield from (f"{name}_{n}", f"{name}_{n}_kind")
        for n in range(1, self.places + 1):
            yield from (f"address_{n}_{part}" for part in (*ADDRESS_PARTS, "kind"))

    def fetch(self, ids: Ids) -> tuple[Texts, dict[str, str]]:
        """What the database knows of these contacts: their cells, and the names of their companies."""
        wide = self.last + len(LAST) + bool(self.fields)
        found = self._texts(ids, MARK)
        if odd := [key for key, cells in found.items() if len(cells) != wide]:
            found |= self._texts(odd, secrets.token_hex(8))
        return found, companies_of({cells[4] for cells in found.values()})

    def rows(self, ids: Ids, fetched: tuple[Texts, dict[str, str]]) -> Iterator[Cells]:
        """As `sources.Table.rows`."""
        found, companies = fetched
        last, words, named = self.last, self.words, self._named
        for row_id in ids:
            if cells := found.get(row_id):
                cells[4] = companies.get(cells[4], "")
                cells[6], cells[7] = words.get(cells[6], ""), words.get(cells[7], "")
                cells[last] = self._tagged(cells[last]) if cells[last] else ""
                cells[last + 2] = "yes" if cells[last + 2] == "t" else "no"
                cells[last + 3] = self.people.get(cells[last + 3], "")
                cells[last + 4], cells[last + 5] = named(cells[last + 4]), named(cells[last + 5])
                yield [*cells[:-1], *self._own(cells[-1])] if self.fields else cells

    def _named(self, principals: str) -> str:
        """The names behind "3,-1"; a firm shares in few ways, so each is worked out once."""
        if principals not in self.lists:
            found = (self.people.get(p) for p in principals.split(","))
            self._remember(principals, joined(name for name in found if name))
        return self.lists[principals]

    def _tagged(self, ids: str) -> str:
        """The tags behind "#3,7", by name; remembered too."""
        if ids not in self.lists:
            found = sorted(self.tags[tag] for tag in ids[1:].split(",") if tag in self.tags)
            self._remember(ids, joined(name for _place, name in found))
        return self.lists[ids]

    def _remember(self, key: str, names: str) -> None:
        if len(self.lists) > MOST_LISTS:
            self.lists = {"": ""}
        self.lists[key] = names

    def _own(self, stored: str) -> list[Any]:
        if not stored:
            return [None] * len(self.fields)
        values = json.loads(stored)
        return [own_value(field.kind, values.get(field.key)) for field in self.fields]

    # ------------------------------------------------------------ asked of the database

    def _texts(self, ids: Ids, mark: str) -> Texts:
        """The cells of the contacts that the actor sees."""
        rows = db.session.execute(self._statement(ids, literal(mark, Text)))
        return {key: text.split(mark) for key, text in rows}

    def _statement(self, ids: Ids, mark: Any) -> Any:
        wanted = cast(literal(f"{{{','.join(map(str, ids))}}}", Text), ARRAY(BigInteger))
        channels, places, tags = _channels(wanted, mark), _places(wanted, mark), _tags(wanted)
        reached = [_padded(channels, name, 2 * width, mark, 2) for name, width in self.widths.items() if width]
        reached += [_padded(places, "place", 6 * self.places, mark, 6)] if self.places else []
        own = Contact
        cells = [
            own.kind, own.first_name, own.last_name, own.name, own.company_id, own.title, own.type_id,
            own.temperature_id, *reached, *(getattr(own, key) for key in FISCAL), tags.c.ids,
            own.description, own.private, own.owner_id,
            func.array_to_string(own.co_owners, ","), func.array_to_string(own.shared_with, ","),
            *([cast(func.nullif(own.custom, EMPTY), Text)] if self.fields else ()),
        ]  # fmt: skip
        statement = select(own.id, _together(cells, mark)).where(own.id == any_(wanted))
        for part in (channels, places, tags):
            statement = statement.outerjoin(part, part.c.contact_id == own.id)
        return statement


def _together(cells: Sequence[Any], mark: Any) -> ColumnElement[str]:
    """Cells in one text, with the mark between them; what is null is empty."""
    return func.concat(*[part for cell in cells for part in (mark, cell)][1:])


def _hung(name: str) -> Any:
    """A table of what hangs on contacts. It stands beside a contact that the access hook has let through, and is as
    visible as that is (ACC-06): asked for by its class it would be judged row by row once more."""
    return Model.metadata.tables[name]


def _channels(wanted: Any, mark: Any) -> Subquery:
    """Emails, phones and websites of each contact, with how many there are."""
    table = _hung(Channel.__tablename__).c
    order = (table.is_primary.desc(), table.id)
    value = func.concat(table.value, mark, table.kind)
    columns = []
    for medium, name in NAMES.items():
        mine = table.medium == medium
        columns += [func.string_agg(value, aggregate_order_by(mark, *order)).filter(mine).label(name),
                    func.count().filter(mine).label(f"{name}_count")]  # fmt: skip
    return _by_contact(table, wanted, columns)


def _places(wanted: Any, mark: Any) -> Subquery:
    table = _hung(Address.__tablename__).c
    value = _together([*(table[part] for part in ADDRESS_PARTS), table.kind], mark)
    listed = func.string_agg(value, aggregate_order_by(mark, table.is_primary.desc(), table.id))
    return _by_contact(table, wanted, [listed.label("place"), func.count().label("place_count")])


def _tags(wanted: Any) -> Subquery:
    table = _hung("contact_tag").c
    listed = func.concat("#", func.string_agg(cast(table.tag_id, Text), aggregate_order_by(literal(","), table.tag_id)))
    return _by_contact(table, wanted, [listed.label("ids")])


def _by_contact(table: Any, wanted: Any, columns: list[Any]) -> Subquery:
    grouped = select(table.contact_id, *columns).where(table.contact_id == any_(wanted))
    return grouped.group_by(table.contact_id).subquery()


def _padded(part: Subquery, name: str, cells: int, mark: Any, each: int) -> ColumnElement[str]:
    """The values of a contact, with empty cells up to the width."""
    count = func.coalesce(part.c[f"{name}_count"], 0)
    missing = cells - func.greatest(count * each, 1)
    return func.concat(part.c[name], func.repeat(mark, cast(missing, Integer)))


def widest(chosen: Any) -> dict[str, int]:
    """How many emails, phones, websites and places ("place") the richest of the chosen contacts has; one statement."""
    channel, address = _hung(Channel.__tablename__).c, _hung(Address.__tablename__).c
    counts = [func.count().filter(channel.medium == medium).label(name) for medium, name in NAMES.items()]
    reached = select(channel.contact_id, *counts).where(channel.contact_id.in_(chosen)).group_by(channel.contact_id)
    placed = select(address.contact_id, func.count().label("place")).where(address.contact_id.in_(chosen))
    parts = [reached.subquery(), placed.group_by(address.contact_id).subquery()]
    most = [func.max(column).label(column.name) for part in parts for column in part.c if column.name != "contact_id"]
    statement = select(func.count(Contact.id), *most).where(Contact.id.in_(chosen))
    for part in parts:
        statement = statement.outerjoin(part, part.c.contact_id == Contact.id)
    found = db.session.execute(statement).one()._mapping
    return {column.name: found[column.name] or 0 for column in most}


def companies_of(ids: set[str]) -> dict[str, str]:
    """Names of the companies that the actor may see."""
    wanted = [int(key) for key in ids if key]
    rows = db.session.execute(select(Contact.id, Contact.name).where(Contact.id.in_(wanted))) if wanted else ()
    return {str(row[0]): row[1] for row in rows}

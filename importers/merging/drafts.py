"""A contact as it shall stand after a chunk, whether it is new or was loaded. Pure: no database."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from app.contacts.models import FISCAL, Contact, Kind
from app.core.text import fold

TEXTS = ("first_name", "last_name", "name", "title", "description", *FISCAL)


class Line(NamedTuple):
    """One channel, as `contact_channel` has it."""

    medium: str
    kind: str
    value: str
    normal: str
    is_primary: bool


class Place(NamedTuple):
    """One address, as `contact_address` has it."""

    kind: str
    street: str | None
    city: str | None
    state: str | None
    zip: str | None
    country: str | None
    is_primary: bool

    @property
    def identity(self) -> str:
        """Equal for the same place written with other capitals or blanks."""
        return "\x1f".join(fold(part or "") for part in self[1:6])


@dataclass(slots=True, eq=False)
class Draft:
    """`id` is 0 while new. `fresh_…` is what the chunk adds. `manageable`: the actor may say who has access.
    `people` is whom it gets as `co_owners` and `shared_with`, where its row says so.

    `company` is the draft of the person's company; in a chunk's look-ups that may be new too.
    """

    kind: str
    owner_id: int
    private: bool
    id: int = 0
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    title: str | None = None
    description: str | None = None
    vat_number: str | None = None
    tax_code: str | None = None
    recipient_code: str | None = None
    pec: str | None = None
    type_id: int | None = None
    temperature_id: int | None = None
    company: "Draft | None" = None
    custom: dict[str, Any] = field(default_factory=dict)
    channels: list[Line] = field(default_factory=list)
    addresses: list[Place] = field(default_factory=list)
    manageable: bool = True
    sort_name: str = ""
    search: str = ""
    fresh_channels: list[Line] = field(default_factory=list)
    fresh_addresses: list[Place] = field(default_factory=list)
    fresh_tags: set[str] = field(default_factory=set)
    fresh_notes: dict[str, None] = field(default_factory=dict)
    people: dict[str, list[int]] | None = None
    loaded: tuple[Any, ...] | None = None

    @property
    def company_id(self) -> int | None:
        """Known once the company is written."""
        return self.company.id if self.company else None

    def index_words(self) -> None:
        """The very words that the form's door writes."""
        Contact.index_words(self)  # type: ignore[arg-type]

    def state(self) -> tuple[Any, ...]:
        """All own columns: tells whether a loaded contact was changed."""
        names = tuple([getattr(self, name) for name in TEXTS])
        company = self.company and (self.company.id or self.company)
        return (*names, self.type_id, self.temperature_id, company, self.private, self.owner_id, self.custom)

    @property
    def changed(self) -> bool:
        """Whether its row must be written again."""
        return bool(self.fresh_channels) or self.state() != self.loaded

    @property
    def gains(self) -> bool:
        """Whether something that is no column of its row comes to it."""
        return bool(self.fresh_addresses or self.fresh_tags or self.fresh_notes or self.people)


def name_key(draft: Draft) -> tuple[str, str, str]:
    """What "the same name and company" compares: kind, folded name, folded name of the company or ""."""
    return (draft.kind, draft.sort_name, draft.company.sort_name if draft.company else "")


def sort_name_of(row: Any) -> str:
    """The folded name of a clean row, as lists sort by it."""
    draft = Draft(row.kind, 0, True, first_name=row.first_name, last_name=row.last_name, name=row.name)
    draft.index_words()
    return draft.sort_name


def lay_over(draft: Draft, row: Any, links: dict[str, Any], fill: bool) -> None:
    """Put a row's filled cells on a contact: they win, or with `fill` go only where it has nothing (policy 8).

    `links` are the row's type_id, temperature_id and company, resolved. Channels, addresses and tags are added.
    """
    for key in TEXTS:
        _put(draft, key, getattr(row, key), fill)
    for key, value in links.items():
        _put(draft, key, value, fill)
    draft.fresh_notes.update(dict.fromkeys(row.notes))
    if row.custom:
        draft.custom = {**row.custom, **draft.custom} if fill else {**draft.custom, **row.custom}
    if row.channels:
        _add_channels(draft, row.channels, fill)
    if row.addresses:
        _add_addresses(draft, row.addresses, fill)
    if row.tags:
        draft.fresh_tags.update(row.tags)


@lru_cache(maxsize=50_000)
def folded(name: str) -> str:
    """`fold` for names that come back in many rows: companies."""
    return fold(name)


def _put(draft: Draft, key: str, value: Any, fill: bool) -> None:
    if value is not None and value != "" and not (fill and getattr(draft, key)):
        setattr(draft, key, value)


def _add_channels(draft: Draft, channels: list[dict[str, Any]], fill: bool) -> None:
    had = {c.medium for c in draft.channels}
    seen = {(c.medium, c.normal) for c in draft.channels}
    for c in channels:
        key = (c["medium"], c["normal"])
        if key in seen or (fill and key[0] in had):
            continue
        seen.add(key)
        line = Line(c["medium"], c["kind"], c["value"], c["normal"], bool(c["primary"]) and key[0] not in had)
        draft.channels.append(line)
        draft.fresh_channels.append(line)


def _add_addresses(draft: Draft, addresses: list[dict[str, Any]], fill: bool) -> None:
    had = bool(draft.addresses)
    if fill and had:
        return
    alone = not had and len(addresses) == 1
    seen = {a.identity for a in draft.addresses}
    for a in addresses:
        primary = bool(a["primary"]) and not had
        place = Place(a["kind"], a["street"], a["city"], a["state"], a["zip"], a["country"], primary)
        if alone or place.identity not in seen:
            if not alone:
                seen.add(place.identity)
            draft.addresses.append(place)
            draft.fresh_addresses.append(place)


def new_company(name: str, owner_id: int, private: bool) -> Draft:
    """The company that a person's row names and nobody has yet."""
    draft = Draft(Kind.COMPANY, owner_id, private, name=name)
    draft.index_words()
    return draft

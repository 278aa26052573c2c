"""Tabs of a record page, attached by the rooms that own them: a room to the right hangs its tab on one to its left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import url_for


@dataclass(frozen=True)
class Tab:
    """One tab. `endpoint` gives the panel's HTML for `pk` (and `values`); `count` how many rows stand in it (None
    shows no number). Lower `place` stands first."""

    key: str
    label: Any
    endpoint: str
    count: Callable[[Any], int | None] = lambda _row: None
    place: int = 50
    values: dict[str, Any] = field(default_factory=dict)

    def href(self, row: Any) -> str:
        """Where the panel is fetched from when the tab is first shown."""
        return url_for(self.endpoint, pk=row.id, **self.values)


_tabs: dict[str, dict[str, Tab]] = {}


def add(of: str, tab: Tab) -> None:
    """Hang a tab on the pages of `of` ("contact", "opportunity", "case"); the same key twice is one."""
    _tabs.setdefault(of, {})[tab.key] = tab


def of(kind: str) -> list[Tab]:
    """The tabs of a record page in their order."""
    return sorted(_tabs.get(kind, {}).values(), key=lambda tab: tab.place)


@dataclass(frozen=True)
class Offer:
    """An action on a record's page that leads to another room's form: `endpoint` with the record's id as `argument`."""

    key: str
    label: Any
    icon: str
    endpoint: str
    argument: str

    def href(self, row: Any) -> str:
        """Where the action leads."""
        return url_for(self.endpoint, **{self.argument: row.id})


_offers: dict[str, dict[str, Offer]] = {}


def offer(of: str, action: Offer) -> None:
    """Hang an action on the pages of `of`; the same key twice is one."""
    _offers.setdefault(of, {})[action.key] = action


def offers(kind: str) -> list[Offer]:
    """The actions of a record page."""
    return list(_offers.get(kind, {}).values())


_notes: dict[str, dict[str, Callable[[Any], list[str]]]] = {}


def note(of: str, key: str, said: Callable[[Any], list[str]]) -> None:
    """Let a room to the right say something on the pages of `of`, in sentences; the same key twice is one."""
    _notes.setdefault(of, {})[key] = said


def notes(kind: str, row: Any) -> list[str]:
    """What the rooms have to say of this record."""
    return [sentence for said in _notes.get(kind, {}).values() for sentence in said(row)]

"""The left panel, the "Create new" menu and the settings index, filled by the rooms as they register."""

from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for

from app.core import access


@dataclass
class Entry:
    """One link. `level` is who sees it: "user", "admin" (CRM administrators) or "owner". Lower `place` stands first.
    `also` names further views whose pages belong to it."""

    key: str
    label: Any
    icon: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    level: str = "user"
    description: Any = ""
    place: int = 50
    also: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        return url_for(self.endpoint, **self.values)

    @property
    def active(self) -> bool:
        return (request.endpoint or "").split(".")[0] in (self.endpoint.split(".")[0], *self.also)


class Menu(list[Entry]):
    """Entries by key: an application built twice in one process registers its rooms twice, and shows them once."""

    def append(self, entry: Entry) -> None:
        if entry.key not in {e.key for e in self}:
            super().append(entry)


MAIN, CREATE, SETTINGS = Menu(), Menu(), Menu()


def shown(entries: list[Entry]) -> list[Entry]:
    """The entries that the present actor may follow."""
    actor = access.current()
    levels = {"user"} if actor.user_id and not actor.shut else set()
    levels |= {"admin"} if actor.is_admin else set()
    levels |= {"owner"} if "Owner" in actor.roles else set()
    return sorted((e for e in entries if e.level in levels), key=lambda e: e.place)

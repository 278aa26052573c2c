"""Which tiles stand on somebody's first page, in which order and how wide (REP-04)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.home.models import Dashboard

SIZES = ("narrow", "half", "wide")
# What a new user gets: first what is to be done, then what is to be earned.
USUAL = (
    ("day", "half"), ("pipeline", "half"), ("deals", "narrow"), ("invoices", "narrow"), ("forecast", "narrow"),
    ("events", "half"), ("contacts", "half"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A tile and how wide it is."""

    key: str
    size: str


def of_actor(known: Iterable[str]) -> list[Place]:
    """The actor's tiles, of those that he may see; the usual ones for who has arranged nothing."""
    row = db.session.get(Dashboard, access.current().user_id)
    wanted = USUAL if row is None else [(tile["key"], tile["size"]) for tile in row.tiles]
    return [Place(key, size) for key, size in wanted if key in set(known)]


def arrange(tiles: Any, known: Iterable[str]) -> None:
    """Write the actor's tiles down: [{"key", "size"}], each of the known ones once at most; none is allowed. Raises
    RuleBroken. Flushes."""
    if not isinstance(tiles, list) or not all(isinstance(tile, dict) for tile in tiles):
        raise RuleBroken({"tiles": _("A list of tiles is expected.")})
    keys, sizes = [str(tile.get("key")) for tile in tiles], [str(tile.get("size")) for tile in tiles]
    if unknown := set(keys) - set(known):
        raise RuleBroken({"tiles": _("“%(name)s” is not one of the choices.", name=min(unknown)[:60])})
    if len(set(keys)) < len(keys) or not set(sizes) <= set(SIZES):
        raise RuleBroken({"tiles": _("Each tile can stand there once, in one of its sizes.")})
    row = db.session.get(Dashboard, access.current().user_id)
    if row is None:
        row = Dashboard(user_id=access.current().user_id)
        db.session.add(row)
    row.tiles = [{"key": key, "size": size} for key, size in zip(keys, sizes, strict=True)]
    db.session.flush()


def reset() -> None:
    """Back to the usual tiles. Flushes."""
    row = db.session.get(Dashboard, access.current().user_id)
    if row is not None:
        db.session.delete(row)
        db.session.flush()

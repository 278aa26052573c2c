"""The tiles of the first page, and what is sent when somebody arranges them (REP-04)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from app.core import access, clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.money import format_money
from app.core.roles import ThreeVerbs
from app.history.models import Verb
from app.home import arranging
from app.reporting import choices
from reports import today
from reports.charts import picture


@dataclass(frozen=True)
class Tile:
    """One of them. `make` gives its figures; `permission` is the entity that one must be allowed to read; `report` is
    where more of it stands."""

    key: str
    label: Any
    icon: str
    permission: str
    make: Callable[[today.Ground], today.Figures]
    report: str = ""


_ALL = [
    Tile("day", _l("My day"), "sun", "Task", today.day),
    Tile("pipeline", _l("Pipeline"), "layout-kanban", "Opportunity", today.pipeline, "pipeline"),
    Tile("deals", _l("My opportunities"), "target-arrow", "Opportunity", today.deals),
    Tile("invoices", _l("Invoices to be paid"), "file", "Invoice", today.invoices, "overdue"),
    Tile("forecast", _l("Forecast"), "presentation", "Opportunity", today.forecast, "forecast"),
    Tile("events", _l("Recent events"), "history", "HistoryEvent", today.events),
    Tile("contacts", _l("New contacts"), "users", "Contact", today.contacts, "contacts"),
]
VERBS = {
    Verb.CREATED: _l("Created"), Verb.IMPORTED: _l("Imported"), Verb.CHANGED: _l("Changed"),
    Verb.SHARED: _l("Access changed"), Verb.DELETED: _l("Moved to the bin"), Verb.RESTORED: _l("Restored"),
    Verb.MERGED: _l("Merged"), Verb.MOVED: _l("Stage changed"), Verb.TASK_DONE: _l("Task closed"),
    Verb.FILE: _l("Files"), Verb.BILLED: _l("Invoice billed"),
}  # fmt: skip
TILES = {tile.key: tile for tile in _ALL}


def known() -> dict[str, Tile]:
    """Those that the actor may see."""
    manager = choices.manager()
    return {key: tile for key, tile in TILES.items() if manager.has_access("can_read", tile.permission)}


def drawn(tile: Tile, size: str, ground: today.Ground) -> dict[str, Any]:
    """What the page draws a tile from."""
    figures = tile.make(ground)
    numbers = [(number, choices.address(number.link)) for number in figures.numbers]
    chart = picture(figures.table) if figures.table else None
    return {"tile": tile, "size": size, "figures": figures, "numbers": numbers, "picture": chart}


def page_values() -> dict[str, Any]:
    """For the template of the first page."""
    tiles = known()
    places = arranging.of_actor(tiles)
    shown = {place.key for place in places}
    ground = today.Ground.now()
    drawn_ones = [drawn(tiles[place.key], place.size, ground) for place in places]
    return {"tiles": drawn_ones, "others": [tile for key, tile in tiles.items() if key not in shown], **words()}


def words() -> dict[str, Any]:
    """What tiles are written with."""
    sizes = {"narrow": _l("Narrow"), "half": _l("Half"), "wide": _l("Wide")}
    more: dict[str, Any] = {"now": clock.now(), "day": clock.today(access.current().timezone), "verbs": VERBS}
    return more | {"sizes": sizes, "money": format_money, "month": lambda day: format_date(day, "LLLL yyyy")}


class DashboardView(ThreeVerbs, BaseView):
    """How the actor's own first page is arranged."""

    route_base = "/dashboard"
    class_permission_name = "Dashboard"
    level = "user"

    @expose("/tiles", methods=["POST"])
    @has_access
    @permission_name("list")
    def arrange(self) -> Any:
        """Write down {"tiles": [{"key", "size"}]}; without any, back to the usual ones. Who may only read may do this
        too: it is nobody's but his."""
        body = request.get_json(silent=True)
        wanted = body.get("tiles") if isinstance(body, dict) else None
        try:
            if wanted is None:
                arranging.reset()
            else:
                arranging.arrange(wanted, known())
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            return jsonify(message=str(broken), errors=broken.errors), 400
        return jsonify(tiles=[vars(place) for place in arranging.of_actor(known())])

    @expose("/tile/<key>")
    @has_access
    @permission_name("list")
    def tile(self, key: str) -> Any:
        """One tile by itself, for who adds it."""
        found = known().get(key) or abort(404)
        return self.render_template("home/tile.html", one=drawn(found, "half", today.Ground.now()), **words())

"""The verbs of saved views and of chosen columns. Page and REST come through `save`, and so `check`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.core import access
from app.core.db import appbuilder_of, db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.lists.models import ListChoice, SavedView

LONGEST_NAME, LONGEST_VALUE = 80, 300
MOST_VIEWS, MOST_FILTERS, MOST_COLUMNS = 50, 30, 60  # of one person for one list; in one view; in one list
DIRECTIONS = ("asc", "desc")


@dataclass(frozen=True)
class Offers:
    """What there is in a list to be kept: operators by column, the list's own arguments, what it is sorted by, and the
    columns it can show."""

    list_name: str
    filters: Mapping[str, Collection[str]]
    args: Collection[str]
    orders: Collection[str]
    columns: Collection[str]


def views(of: str | None = None) -> list[SavedView]:
    """The views that the actor may open, of one list or of all, by name."""
    mine = select(SavedView) if of is None else select(SavedView).where(SavedView.list_name == of)
    return list(db.session.scalars(mine.order_by(SavedView.list_name, func.lower(SavedView.name), SavedView.id)))


def save(data: Mapping[str, Any], offers: Offers, view: SavedView | None = None) -> SavedView:
    """Make a view of a list, or change one by the keys present in `data`.

    Keys: name, shared, filters, args, order ({"column", "direction"} or None), columns (None for each reader's own),
    version. Raises RuleBroken with the reasons by field, NotAllowed for those whose view it is not, Conflict. Flushes.
    """
    if view is not None and not may_manage(view):
        raise NotAllowed
    if view is not None and data.get("version") not in (None, view.version):
        raise Conflict
    clean = check(data, offers, view)
    if view is None:
        view = SavedView(list_name=offers.list_name, owner_id=access.current().user_id)
        db.session.add(view)
    for key, value in clean.items():
        setattr(view, key, value)
    db.session.flush()
    return view


def check(data: Mapping[str, Any], offers: Offers, view: SavedView | None) -> dict[str, Any]:
    """Clean values for the keys in `data` (the name too when new). Raises RuleBroken with every reason at once."""
    errors: dict[str, str] = {}
    clean: dict[str, Any] = {}
    if "name" in data or view is None:
        clean["name"] = _name(data.get("name"), offers.list_name, view, errors)
    if "shared" in data:
        clean["shared"] = _shared(data["shared"], view, errors)
    if "filters" in data:
        clean["filters"] = _filters(data["filters"] or [], offers, errors)
    if "args" in data:
        clean["args"] = _args(data["args"] or {}, offers, errors)
    if "order" in data:
        clean["order_column"], clean["order_direction"] = _order(data["order"], offers, errors)
    if "columns" in data:
        clean["columns"] = columns_of(data["columns"], offers, errors)
    if errors:
        raise RuleBroken(errors)
    return clean


def _name(wanted: Any, of: str, view: SavedView | None, errors: dict[str, str]) -> str:
    name = " ".join(str(wanted or "").split())
    owner = view.owner_id if view else access.current().user_id
    others = select(SavedView.name).where(SavedView.list_name == of, SavedView.owner_id == owner)
    taken = [n.lower() for n in db.session.scalars(others.where(SavedView.id != view.id) if view else others)]
    if not name:
        errors["name"] = _("This field is required.")
    elif len(name) > LONGEST_NAME or "\0" in name:
        errors["name"] = _("At most %(limit)s characters.", limit=LONGEST_NAME)
    elif name.lower() in taken:
        errors["name"] = _("You have a view “%(name)s” already.", name=name)
    elif view is None and len(taken) >= MOST_VIEWS:
        errors["name"] = _("At most %(limit)s views of one list.", limit=MOST_VIEWS)
    return name


def _shared(wanted: Any, view: SavedView | None, errors: dict[str, str]) -> bool:
    """To share is to write for others: who may only read keeps views for himself."""
    shared = wanted in (True, "true", "1", "y", "on")
    if shared and not (view and view.shared) and not appbuilder_of().sm.has_access("can_write", "SavedView"):
        errors["shared"] = _("You may keep views for yourself alone.")
    return shared


def _filters(wanted: Any, offers: Offers, errors: dict[str, str]) -> list[dict[str, str]]:
    if not isinstance(wanted, list) or len(wanted) > MOST_FILTERS or not all(isinstance(f, Mapping) for f in wanted):
        errors["filters"] = _("At most %(limit)s filters, each with col, opr and value.", limit=MOST_FILTERS)
        return []
    clean = []
    for one in wanted:
        column, operator, value = (str(one.get(key, "")) for key in ("col", "opr", "value"))
        if operator not in offers.filters.get(column, ()):
            errors["filters"] = _("There is no filter “%(name)s”.", name=f"{column} {operator}"[:80])
        elif len(value) > LONGEST_VALUE or "\0" in value:
            errors["filters"] = _("At most %(limit)s characters.", limit=LONGEST_VALUE)
        clean.append({"col": column, "opr": operator, "value": value})
    return clean


def _args(wanted: Any, offers: Offers, errors: dict[str, str]) -> dict[str, str]:
    if not isinstance(wanted, Mapping):
        errors["args"] = _("An object of values by key is expected.")
        return {}
    clean = {str(key): str(value) for key, value in wanted.items() if value not in (None, "")}
    for key, value in clean.items():
        if key not in offers.args:
            errors["args"] = _("There is no field “%(name)s”.", name=key[:60])
        elif len(value) > LONGEST_VALUE or "\0" in value:
            errors["args"] = _("At most %(limit)s characters.", limit=LONGEST_VALUE)
    return clean


def _order(wanted: Any, offers: Offers, errors: dict[str, str]) -> tuple[str | None, str | None]:
    if not wanted:
        return None, None
    column = wanted.get("column") if isinstance(wanted, Mapping) else None
    direction = wanted.get("direction", "asc") if isinstance(wanted, Mapping) else None
    if column not in offers.orders or direction not in DIRECTIONS:
        errors["order"] = _("This list can't be sorted so.")
    return column, direction


def columns_of(wanted: Any, offers: Offers, errors: dict[str, str]) -> list[str] | None:
    """Columns of a list in their order, each once; None for the list's own."""
    if wanted is None:
        return None
    names = list(dict.fromkeys(str(name) for name in wanted)) if isinstance(wanted, list) else []
    if not names or len(names) > MOST_COLUMNS:
        errors["columns"] = _("Choose at least one column.")
    elif unknown := next((name for name in names if name not in offers.columns), None):
        errors["columns"] = _("There is no column “%(name)s”.", name=unknown[:60])
    return names


def may_manage(view: SavedView) -> bool:
    """Whose view it is; of a shared one administrators too."""
    actor = access.current()
    return view.owner_id == actor.user_id or (actor.is_admin and view.shared)


def delete(view: SavedView) -> None:
    """Take a view away; the records stay. Raises NotAllowed for those whose view it is not."""
    if not may_manage(view):
        raise NotAllowed
    db.session.delete(view)
    db.session.flush()


def choice(of: str) -> ListChoice | None:
    """What the actor has chosen for a list."""
    user = access.current().user_id
    return db.session.get(ListChoice, (user, of)) if user else None


def choose(of: str, **values: Any) -> None:
    """Write down the actor's `columns` or `view_id` for a list; two pages at once don't meet. Flushes."""
    row = {"user_id": access.current().user_id, "list_name": of, **values}
    kept = insert(ListChoice).values(row).on_conflict_do_update(index_elements=["user_id", "list_name"], set_=values)
    db.session.execute(kept)
    db.session.expire_all()

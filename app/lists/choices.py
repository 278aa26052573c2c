"""Between a list's address and a saved view: what the address asks for, and the address that a view stands for."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from app.core.db import appbuilder_of
from app.lists.models import SavedView
from app.lists.service import Offers

FILTER, COLUMNS, VIEW, NONE = "_flt_", "cols", "view", "0"
Pairs = list[tuple[str, str]]
Asked = dict[str, Any]


def lists() -> dict[str, Any]:
    """The pages that list something and take part, by the name of their list."""
    views = appbuilder_of().baseviews
    return {view.list_name: view for view in views if getattr(view, "list_name", "")}


def readable() -> dict[str, Any]:
    """Those of them that the actor may open."""
    may = appbuilder_of().sm.has_access
    return {name: page for name, page in lists().items() if may("can_read", page.class_permission_name)}


def list_or_404(name: str) -> Any:
    """The page of a list that the actor may open."""
    found = readable().get(name)
    if found is None:
        raise NotFound
    return found


def offers(page: Any) -> Offers:
    """What can be kept of it."""
    known = {col: [str(f.arg_name) for f in found] for col, found in page.filters_offered().items()}
    return Offers(page.list_name, known, page.own_args, page.order_columns, [c.name for c in page.columns_offered()])


def args_of(query: str) -> "MultiDict[str, str]":
    """The arguments of an address, from its query."""
    return MultiDict(parse_qsl(query))


def asked(page: Any, args: "MultiDict[str, str]") -> Asked:
    """What a list's address asks for, as `service.save` takes it."""
    column, direction = args.get(f"_oc_{page.endpoint}"), args.get(f"_od_{page.endpoint}", "asc")
    return {
        "filters": list(filters_asked(page, args)),
        "args": {key: args[key].strip() for key in page.own_args if args.get(key, "").strip()},
        "order": {"column": column, "direction": direction} if column in page.order_columns else None,
    }


def filters_asked(page: Any, args: "MultiDict[str, str]") -> Iterable[dict[str, str]]:
    """The filters of an address, by their columns and operators; what the list does not offer is passed over."""
    known = page.filters_offered()
    for key, value in args.items(multi=True):
        number, _mark, column = key.removeprefix(FILTER).partition("_")
        if key.startswith(FILTER) and number.isdecimal() and int(number) < len(known.get(column, ())):
            yield {"col": column, "opr": str(known[column][int(number)].arg_name), "value": value}


def kept(view: SavedView) -> Asked:
    """The same of a saved view."""
    order = {"column": view.order_column, "direction": view.order_direction} if view.order_column else None
    return {"filters": view.filters, "args": view.args, "order": order}


def is_changed(page: Any, view: SavedView, args: "MultiDict[str, str]") -> bool:
    """Whether the address asks for something else than the view that it was opened with."""
    now, was = asked(page, args), kept(view)
    for one in (now, was):
        one["filters"] = sorted(tuple(sorted(f.items())) for f in one["filters"])
    return now != was or (COLUMNS in args and args[COLUMNS].split(",") != view.columns)


def address(page: Any, view: SavedView) -> tuple[str, list[str]]:
    """Where a view leads, and the names of what it asked for that is not there any more (GEN-09)."""
    known, lost = page.filters_offered(), []
    pairs: Pairs = [(VIEW, str(view.id))]
    for one in view.filters:
        operators = [str(f.arg_name) for f in known.get(one["col"], ())]
        if one["opr"] in operators and page.has_choice(one["col"], one["value"]):
            pairs.append((f"{FILTER}{operators.index(one['opr'])}_{one['col']}", one["value"]))
        else:
            lost.append(page.name_of(one["col"]))
    pairs += [(key, value) for key, value in view.args.items() if key in page.own_args]
    if view.order_column and view.order_column in page.order_columns:
        pairs += [(f"_oc_{page.endpoint}", view.order_column), (f"_od_{page.endpoint}", view.order_direction or "asc")]
    columns = {column.name for column in page.columns_offered()}
    lost += [page.name_of(name) for name in view.columns or [] if name not in columns]
    return at(page, pairs), list(dict.fromkeys(lost))


def at(page: Any, pairs: Iterable[tuple[str, str]]) -> str:
    """The address of a list with these arguments."""
    query = urlencode(list(pairs))
    return url_for(f"{page.endpoint}.list") + (f"?{query}" if query else "")

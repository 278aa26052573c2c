"""Which filters a door lets through: those that the list itself offers, and no others."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from app.core.db import appbuilder_of
from app.core.errors import RuleBroken
from app.exports import filters
from app.exports.sources import SOURCES, Source
from app.settings import custom

SEARCH = "search"  # as REST lists name it


def of_address(entity: str, args: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The arguments of a list's address that choose rows."""
    source = SOURCES.get(entity)
    if source is None:
        return {}
    known = offered(source)
    column = {name: name.removeprefix(filters.PREFIX).partition("_")[2] for name in args}
    return {
        name: values
        for name, values in args.items()
        if name in source.searches or (name.startswith(filters.PREFIX) and column[name] in known)
    }


def columns(entity: str, names: str) -> list[list[str]] | None:
    """The columns that the list's page shows, by their names with commas between: each with what it is called there;
    None where none is named. Raises RuleBroken for what the list can't show."""
    wanted = [name for name in names.split(",") if name]
    source = SOURCES.get(entity)
    view = next((v for v in appbuilder_of().baseviews if source and v.endpoint == source.view), None)
    if not wanted or view is None or not hasattr(view, "columns_offered"):
        return None
    known = {column.name: str(column.label) for column in view.columns_offered()}
    if entity == "tasks":  # which its list always shows
        known, wanted = {"title": str(view.label_columns["title"]), **known}, ["title", *wanted]
    if unknown := next((name for name in wanted if name not in known), None):
        raise RuleBroken({"columns": _("There is no column “%(name)s”.", name=unknown[:60])})
    return [[name, known[name]] for name in dict.fromkeys(wanted)]


def of_rest(entity: str, wanted: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The same from `[{"col", "opr", "value"}]`, the filters of REST's lists. Raises RuleBroken."""
    source = SOURCES.get(entity)
    if source is None:
        return {}
    args: dict[str, list[str]] = {}
    for one in wanted:
        name = _argument(source, one)
        args.setdefault(name, []).append(str(one.get("value", "")))
    return args


def _argument(source: Source, one: Mapping[str, Any]) -> str:
    column, operator = str(one.get("col")), str(one.get("opr"))
    if column == SEARCH and "q" in source.searches:
        return "q"
    known = filters.offered(source, source.interface())._all_filters if column in offered(source) else {}
    for number, own in enumerate(known.get(column, [])):
        if own.arg_name == operator:
            return f"{filters.PREFIX}{number}_{column}"
    raise RuleBroken({"filters": _("There is no filter “%(name)s”.", name=f"{column} {operator}"[:80])})


def offered(source: Source) -> set[str]:
    """The columns that the list's page filters by."""
    view = next((v for v in appbuilder_of().baseviews if v.endpoint == source.view), None)
    own = custom.fields_of(source.model.__tablename__)
    return {*getattr(view, "search_columns", ()), *source.filters, *(f.name for f in own if f.in_filter and f.holds)}

"""A list's filters outside of its page: which rows its address means."""

from collections.abc import Mapping
from typing import Any

from flask_appbuilder.exceptions import FABException
from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.exc import ArgumentError

from app.core.db import db
from app.core.errors import RuleBroken
from app.exports.sources import Source
from app.settings import custom
from app.settings.filters import CustomFilters

PREFIX = "_flt_"
Args = Mapping[str, list[str]]


def chosen(source: Source, args: Args) -> Select[Any]:
    """The ids of the rows that a list's address shows (`_flt_0_type=3`, `q=rossi`), in no order.

    Which columns may be filtered by is settled at the doors. Raises RuleBroken for what can't be a filter.
    """
    interface = source.interface()
    filters = offered(source, interface)
    try:
        for name, values in args.items():
            if name != "ids":
                _add(source, filters, name, values)
        query = interface.apply_filters(db.session.query(source.model), interface.get_inner_filters(filters))
    except (FABException, LookupError, TypeError, ValueError, AttributeError, ArgumentError):
        raise RuleBroken({"filters": _("This filter can't be applied.")}) from None
    if "ids" in args:  # named one by one, by a group operation
        query = query.filter(source.model.id.in_([int(key) for key in args["ids"]]))
    ids: Select[Any] = query.with_entities(source.model.id).statement
    return ids


def offered(source: Source, interface: Any) -> Any:
    """All filters of the entity, those by custom fields among them."""
    filters = interface.get_filters()
    if isinstance(filters, CustomFilters):
        filters.offer(custom.fields_of(source.model.__tablename__))
    return filters


def _add(source: Source, filters: Any, name: str, values: list[str]) -> None:
    if name.startswith(PREFIX):
        number, _mark, column = name.removeprefix(PREFIX).partition("_")
        filters.add_filter_index(column, int(number), values)
    elif values[0].strip():
        column, own = source.searches[name]
        filters.add_filter_related_view(column, own, values[0].strip()[:200])

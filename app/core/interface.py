"""Flask-AppBuilder's data interface with counts and pages that stay flat when a table grows (STACK.md, trap 2)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_appbuilder.exceptions import (
    FABException,
    InvalidColumnFilterFABException,
    InvalidOperationFilterFABException,
)
from flask_appbuilder.models.filters import BaseFilter, Filters
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from sqlalchemy import ARRAY, asc, desc, func, select
from sqlalchemy.sql.base import ExecutableOption

from app.core import access
from app.core.db import db
from app.core.decimals import CANONICAL, local_decimal

COUNT_CAP = 10_000
FOUND_CAP = 2_000  # of more hits than are counted
# Whether the page being read has few hits: told to `apply_order_by`, which the framework calls in between.
_few_hits: ContextVar[bool] = ContextVar("few_hits", default=False)


class SafeFilters(Filters):
    """Filters that pass over an index nobody offers, instead of failing on a mistyped address, and that use a
    column's own way of being equal where its interface names one."""

    def _get_filters(self, cols: list[str]) -> dict[str, list[BaseFilter]]:
        found: dict[str, list[BaseFilter]] = super()._get_filters(cols)
        for column, own in self.datamodel.equal.items():
            if column in found:
                others = [f for f in found[column] if f.arg_name != FilterEqual.arg_name] if _in_days(own) else []
                found[column] = [own(column, self.datamodel), *others]
                found[column][0].arg_name = FilterEqual.arg_name
        return found

    def add_filter(self, column_name: str, filter_class: type[BaseFilter], value: Any) -> "SafeFilters":
        own = self.datamodel.equal.get(column_name, filter_class) if filter_class is FilterEqual else filter_class
        return super().add_filter(column_name, own, value)

    def rest_add_filters(self, data: list[dict[str, Any]]) -> None:
        """The column's own filter of that operator. Flask-AppBuilder asks a table that all models share, where the
        filter made last stands for every other of its operator. Raises FABException for one that isn't there."""
        for asked in data:
            column, operator = str(asked.get("col")), str(asked.get("opr"))
            if column not in self.search_columns:
                raise InvalidColumnFilterFABException(f"Filter column: {column[:80]} not allowed to filter")
            own = next((f for f in self._search_filters.get(column, []) if f.arg_name == operator), None)
            if own is None or "value" not in asked:
                raise InvalidOperationFilterFABException(f"Filter operation: {operator[:80]} not allowed on {column}")
            self._add_filter(own(column, self.datamodel) if isinstance(own, type) else own, asked["value"])

    def _add_filter(self, filter_instance: BaseFilter, value: Any) -> None:
        if self.datamodel.is_datetime(filter_instance.column_name) and not _in_days(filter_instance):
            value = [_instant(v) for v in value] if isinstance(value, list) else _instant(value)
        elif self.datamodel.is_numeric(filter_instance.column_name):
            value = [_number(v) for v in value] if isinstance(value, list) else _number(value)
        super()._add_filter(filter_instance, value)

    def add_filter_index(self, column_name: str, filter_instance_index: int, value: Any) -> None:
        if filter_instance_index < len(self._all_filters.get(column_name, [])):
            super().add_filter_index(column_name, filter_instance_index, value)


def _in_days(own: Any) -> bool:
    """Whether a filter on instants takes days, and stands beside those by instants."""
    return getattr(own, "in_days", False)


def _instant(typed: Any) -> dt.datetime:
    """An ISO 8601 day or instant; without a zone it is meant in the reader's. Raises FABException."""
    try:
        instant = dt.datetime.fromisoformat(typed)
    except (TypeError, ValueError):
        raise FABException(_("“%(text)s” is not a date.", text=str(typed)[:60])) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(access.current().timezone))


def _number(typed: Any) -> Decimal:
    """An exact number, with a dot or as the reader writes it. Raises FABException."""
    text = str(typed).strip()
    try:
        return Decimal(text if CANONICAL.fullmatch(text) else local_decimal(text))
    except ValueError as error:
        raise FABException(str(error)) from None


class CrmInterface(SQLAInterface):
    """Counts up to COUNT_CAP + 1 rows ("more than 10,000"), and never skips further than that.

    `loads` are loader options for lists, so that a shown relation costs no statement a row; `equal` names columns with
    their own filter for equality; `named` is the column by whose words a search finds and a list is sorted.
    """

    def __init__(
        self,
        obj: type[Any],
        session: Any = None,
        loads: Sequence[ExecutableOption] = (),
        equal: Mapping[str, type[BaseFilter]] | None = None,
        named: str = "sort_name",
    ) -> None:
        super().__init__(obj, session)
        self.loads, self.equal, self.named = loads, equal or {}, named

    def apply_all(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        return super().apply_all(query, *args, **kwargs).options(*self.loads)

    def get_columns_list(self) -> list[str]:
        """Arrays are no business of lists and filters."""
        arrays = {name for name, column in self.list_columns.items() if isinstance(column.type, ARRAY)}
        return [name for name in super().get_columns_list() if name not in arrays]

    def get_filters(self, search_columns: list[str] | None = None, search_filters: Any = None) -> Filters:
        return SafeFilters(self.filter_converter_class, self, search_columns or [], search_filters)

    def rows(self, ids: list[int]) -> list[Any]:
        """The rows with these primary keys that the actor may see, in one statement."""
        return list(db.session.scalars(select(self.obj).where(self.obj.id.in_(ids)).options(*self.loads)))

    def ids(self, filters: Any, limit: int) -> list[int]:
        """The primary keys of all rows that the filters let through and the actor may see, unsorted; at most
        `limit` + 1 of them."""
        rows = self._apply_inner_all(self.session.query(self.obj), filters, aliases_mapping={}).order_by(None)
        return list(db.session.scalars(rows.with_entities(self.obj.id).limit(limit + 1).statement))

    def query_count(self, query: Any, filters: Any = None, select_columns: Any = None) -> int:
        rows = self._apply_inner_all(query, filters, aliases_mapping={}).order_by(None)
        capped = rows.with_entities(self.obj.id).limit(COUNT_CAP + 1).subquery()
        return int(db.session.scalar(select(func.count()).select_from(capped)) or 0)

    def apply_pagination(self, query: Any, page: int | None, page_size: int | None) -> Any:
        if page and page_size:
            page = max(0, min(page, COUNT_CAP // page_size))
        return super().apply_pagination(query, page, page_size)

    def query(self, filters: Any = None, order_column: str = "", *args: Any, **kwargs: Any) -> tuple[int, list[Any]]:
        """Count and one page. Few hits are sorted as they are found: an index walked in the order's direction until
        enough of them turn up can pass a million others first (deploy/decisions/access-forms.md). So it would when
        names are searched and sorted by: there FOUND_CAP hits stand for all; who has more types another letter."""
        count, asked = self.query_count(self.session.query(self.obj), filters), self.session.query(self.obj)
        few = bool(filters and filters.filters) and count <= COUNT_CAP
        if count > COUNT_CAP and self._column(order_column) == self.named and _searches(filters):
            asked, few = asked.filter(self.obj.id.in_(self._first_found(filters))), True
        token = _few_hits.set(few)
        try:
            rows = self.apply_all(asked, filters, order_column, *args, **kwargs).all()
        finally:
            _few_hits.reset(token)
        return count, [row if isinstance(row, self.obj) else row[0] for row in rows]

    def _first_found(self, filters: Any) -> Any:
        rows = self._apply_inner_all(self.session.query(self.obj), filters, aliases_mapping={}).order_by(None)
        return select(rows.with_entities(self.obj.id).limit(FOUND_CAP).subquery().c.id)

    def _column(self, order_column: str) -> str:
        """The column that an order is by, which may be that of a method that draws several."""
        return str(getattr(getattr(self.obj, order_column or "", None), "_col_name", order_column))

    def apply_order_by(self, query: Any, order_column: str, order_direction: str, **kwargs: Any) -> Any:
        """The primary key breaks ties, so that no row is shown on two pages or on none."""
        if order_column and _few_hits.get():
            direction, column = asc if order_direction == "asc" else desc, getattr(self.obj, self._column(order_column))
            return query.order_by(direction(func.greatest(column)), direction(self.obj.id))
        return super().apply_order_by(query, order_column, order_direction, **{**kwargs, "add_pk": True})


def _searches(filters: Any) -> bool:
    """Whether somebody typed words."""
    return any(condition.arg_name == "search" for condition in filters.filters) if filters else False

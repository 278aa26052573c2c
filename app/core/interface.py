"""Flask-AppBuilder's data interface with counts and pages that stay flat when a table grows (STACK.md, trap 2)."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder.models.filters import Filters
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ARRAY, func, select
from sqlalchemy.sql.base import ExecutableOption

from app.core.db import db

COUNT_CAP = 10_000


class SafeFilters(Filters):
    """Filters that pass over an index nobody offers, instead of failing on a mistyped address."""

    def add_filter_index(self, column_name: str, filter_instance_index: int, value: Any) -> None:
        if filter_instance_index < len(self._all_filters.get(column_name, [])):
            super().add_filter_index(column_name, filter_instance_index, value)


class CrmInterface(SQLAInterface):
    """Counts up to COUNT_CAP + 1 rows ("more than 10,000"), and never skips further than that.

    `loads` are loader options for lists, so that a shown relation costs no statement a row.
    """

    def __init__(self, obj: type[Any], session: Any = None, loads: Sequence[ExecutableOption] = ()) -> None:
        super().__init__(obj, session)
        self.loads = loads

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

    def query_count(self, query: Any, filters: Any = None, select_columns: Any = None) -> int:
        rows = self._apply_inner_all(query, filters, aliases_mapping={}).order_by(None)
        capped = rows.with_entities(self.obj.id).limit(COUNT_CAP + 1).subquery()
        return int(db.session.scalar(select(func.count()).select_from(capped)) or 0)

    def apply_pagination(self, query: Any, page: int | None, page_size: int | None) -> Any:
        if page and page_size:
            page = max(0, min(page, COUNT_CAP // page_size))
        return super().apply_pagination(query, page, page_size)

    def apply_order_by(self, query: Any, order_column: str, order_direction: str, **kwargs: Any) -> Any:
        """The primary key breaks ties, so that no row is shown on two pages or on none."""
        return super().apply_order_by(query, order_column, order_direction, **{**kwargs, "add_pk": True})

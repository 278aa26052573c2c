"""Lists filtered by custom fields, each kind in its ways, by indexes that serve all fields alike (SET-08).

Equality is containment (`custom @> {"key": value}`), answered by one GIN index for any number of fields.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask import has_request_context
from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Numeric, Text, and_, bindparam, cast, false, not_, or_

from app.core.decimals import CANONICAL, local_decimal
from app.core.interface import CrmInterface, SafeFilters
from app.core.text import like_fragment
from app.settings import custom, values
from app.settings.models import CustomField
from app.settings.values import FieldKind

TEXTS = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.LINK)
RANGES = (FieldKind.NUMBER, FieldKind.MONEY, FieldKind.DATE)
EMPTY: ColumnElement[Any] = bindparam("no_values", "{}", Text, literal_execute=True)  # as the index says it


class CustomFilter(BaseFilter):
    """One condition on one custom field. What can't be a value of the field finds nothing."""

    operator = ""

    def __init__(self, field: CustomField, datamodel: Any) -> None:
        super().__init__(field.name, datamodel)
        self.key, self.kind, self.options = field.key, field.kind, list(field.options)
        self.arg_name = self.operator  # on the instance: a class's name would stand in for others' filters

    def apply(self, query: Any, value: Any) -> Any:
        try:
            condition = self.condition(value[0] if isinstance(value, list) else value)
        except ValueError:
            condition = false()
        return query.filter(condition)

    def condition(self, value: Any) -> ColumnElement[bool]:
        """The rows that fit. Raises ValueError for what can't be a value of the field."""
        raise NotImplementedError

    def holds(self, *contents: Any) -> ColumnElement[bool]:
        """Rows that have one of these values."""
        return and_(self.model.custom != EMPTY, or_(*(self.model.custom.contains({self.key: c}) for c in contents)))

    def text(self) -> ColumnElement[str]:
        """The value as text."""
        return self.model.custom[self.key].astext

    def number(self, value: Any) -> Decimal:
        """What was typed, with a dot or as the reader writes it."""
        typed = str(value).strip()
        plain = typed if CANONICAL.fullmatch(typed) else local_decimal(typed)
        return values.decimal(plain)


class Equal(CustomFilter):
    """`is`."""

    name = _l("is")
    operator = "eq"

    def condition(self, value: Any) -> ColumnElement[bool]:
        if self.kind == FieldKind.MONEY:  # in any currency
            number = self.number(value)
            exact = [f"{number:.{places}f}" for places in (0, 2, 3) if number == round(number, places)]
            return self.holds(*({"amount": amount} for amount in exact))
        if self.kind == FieldKind.NUMBER:
            value = str(self.number(value))
        normal = values.clean(self.kind, value, self.options)
        return self.holds(normal) if normal is not None else false()


class Yes(CustomFilter):
    """A checkbox is ticked, or is not."""

    name = _l("is")
    operator = "eq"

    def condition(self, value: Any) -> ColumnElement[bool]:
        ticked = self.holds(True)
        return ticked if value in (True, "y", "1", "true", "True") else not_(ticked)


class Contains(CustomFilter):
    """`contains`, in any case."""

    name = _l("contains")
    operator = "ct"

    def condition(self, value: Any) -> ColumnElement[bool]:
        if not str(value).strip():
            raise ValueError
        return and_(self.model.custom != EMPTY, self.text().ilike(like_fragment(str(value).strip())))


class From(CustomFilter):
    """From a day or amount on."""

    name = _l("from")
    operator = "from"

    def condition(self, value: Any) -> ColumnElement[bool]:
        return self.compared(value, lambda column, bound: column >= bound)

    def compared(self, value: Any, compare: Any) -> ColumnElement[bool]:
        """The value compared with a bound of its own type; days compare as text."""
        if self.kind == FieldKind.DATE:
            return and_(self.model.custom != EMPTY, compare(self.text(), dt.date.fromisoformat(str(value)).isoformat()))
        text = self.model.custom[self.key]["amount"].astext if self.kind == FieldKind.MONEY else self.text()
        return and_(self.model.custom != EMPTY, compare(cast(text, Numeric), self.number(value)))


class To(From):
    """Up to a day or amount."""

    name = _l("to")
    operator = "to"

    def condition(self, value: Any) -> ColumnElement[bool]:
        return self.compared(value, lambda column, bound: column <= bound)


def ways(field: CustomField) -> Iterable[type[CustomFilter]]:
    """How a field may be filtered."""
    if field.kind == FieldKind.CHECKBOX:
        return (Yes,)
    if field.kind == FieldKind.LONG_TEXT:
        return (Contains,)
    return (Equal, Contains) if field.kind in TEXTS else (Equal, From, To) if field.kind in RANGES else (Equal,)


class CustomFilters(SafeFilters):
    """A list's filters, those by custom fields among them."""

    search_columns: list[str]

    def offer(self, fields: Iterable[CustomField]) -> None:
        """Add the fields that may be filtered by."""
        for field in (f for f in fields if f.in_filter and f.holds):
            own = [way(field, self.datamodel) for way in ways(field)]
            self._search_filters[field.name] = self._all_filters[field.name] = own
            self.search_columns = [*self.search_columns, field.name]

    def add_filter(self, column_name: str, filter_class: Any, value: Any) -> "SafeFilters":
        if not column_name.startswith("custom."):
            return super().add_filter(column_name, filter_class, value)
        own = (f for f in self._search_filters.get(column_name, []) if f.arg_name == filter_class.arg_name)
        for instance in own:
            self._add_filter(instance, value)
        return self


class CustomInterface(CrmInterface):
    """Of an entity with custom fields: lists are filtered by them too. Asked anew for each request, as they change."""

    def get_filters(self, search_columns: list[str] | None = None, search_filters: Any = None) -> SafeFilters:
        filters = CustomFilters(self.filter_converter_class, self, search_columns or [], search_filters)
        if search_columns and has_request_context():
            filters.offer(custom.fields_of(self.obj.__tablename__))
        return filters

    def get_inner_filters(self, filters: Any) -> Any:
        """Flask-AppBuilder takes a dot in a name for a relation and would leave ours out."""
        inner = super().get_inner_filters(filters)
        for own, value in filters.get_filters_values() if filters else ():
            if isinstance(own, CustomFilter):
                inner.filters.append(own)
                inner.values.append(value)
        return inner

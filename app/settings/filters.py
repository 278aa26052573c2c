"""Lists filtered by custom fields, each kind in its ways, by indexes that serve all fields alike (SET-08).

Equality is containment (`custom @> {"key": value}`), answered by one GIN index for any number of fields; words by one
trigram index; ranges by a table that triggers keep. Figures: deploy/decisions/custom-fields.md.
"""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Any

from flask import has_request_context
from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, false, not_, or_, select

from app.core.db import Model
from app.core.decimals import CANONICAL, local_decimal
from app.core.interface import CrmInterface, SafeFilters
from app.core.text import like_fragment
from app.settings import custom, values
from app.settings.models import CustomField
from app.settings.values import FieldKind

TEXTS = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.LINK)
RANGES = (FieldKind.NUMBER, FieldKind.MONEY, FieldKind.DATE)
EPOCH = dt.date(1970, 1, 1)
SPREAD, HALF = Decimal(10) ** 16, Decimal("0.5")  # as the migration of contact_range says it
EXACT = Context(prec=60)
EMPTY: ColumnElement[Any] = bindparam("no_values", "{}", Text, literal_execute=True)  # as the index says it


def place_of_day(field_id: int, day: dt.date) -> Decimal:
    """Where a day of a custom field stands among all places of the entity's range table."""
    return EXACT.add(field_id * SPREAD, Decimal((day - EPOCH).days))


def ranges_of(model: type[Any]) -> Any:
    """The table of places of a model with custom fields."""
    return Model.metadata.tables[f"{model.__tablename__}_range"]


class CustomFilter(BaseFilter):
    """One condition on one custom field. What can't be a value of the field finds nothing."""

    operator = ""

    def __init__(self, field: CustomField, datamodel: Any) -> None:
        super().__init__(field.name, datamodel)
        self.field = field
        self.key, self.kind = field.key, field.kind
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
        normal = values.clean(self.kind, value, self.field.options)
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
        """The trigram index stands on the whole column, in which JSON has escaped quotes and the like.

        The database lowers ASCII alone: other letters are looked for as typed, all small and all capital.
        """
        typed = str(value).strip()
        if not typed:
            raise ValueError
        forms = {typed} if typed.isascii() else {typed, typed.lower(), typed.upper()}
        anywhere, own = cast(self.model.custom, Text), self.model.custom[self.key].astext
        escaped = (like_fragment(json.dumps(form, ensure_ascii=False)[1:-1]) for form in forms)
        found = or_(*(anywhere.ilike(pattern) for pattern in escaped))
        return and_(self.model.custom != EMPTY, found, or_(*(own.ilike(like_fragment(form)) for form in forms)))


class From(CustomFilter):
    """From a day or amount on."""

    name = _l("from")
    operator = "from"

    def condition(self, value: Any) -> ColumnElement[bool]:
        return self.within(self.place(value), (self.field.id + HALF) * SPREAD)

    def place(self, value: Any) -> Decimal:
        """Where a day or amount of this field stands among all (see the table `contact_range`). Raises ValueError."""
        if self.kind == FieldKind.DATE:
            return place_of_day(self.field.id, dt.date.fromisoformat(str(value)))
        return EXACT.add(self.field.id * SPREAD, self.number(value))

    def within(self, low: Decimal, high: Decimal) -> ColumnElement[bool]:
        """Rows that have a value between two places."""
        ranges = ranges_of(self.model)
        return self.model.id.in_(select(ranges.c.record_id).where(ranges.c.place.between(low, high)))


class To(From):
    """Up to a day or amount."""

    name = _l("to")
    operator = "to"

    def condition(self, value: Any) -> ColumnElement[bool]:
        return self.within((self.field.id - HALF) * SPREAD, self.place(value))


class Between(From):
    """`from` and `to` of one field together: two conditions would each find half of all and then compare them."""

    def condition(self, value: Any) -> ColumnElement[bool]:
        low, high = value
        return self.within(self.place(low), self.place(high))


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
        ours = [(f, v) for f, v in filters.get_filters_values() if isinstance(f, CustomFilter)] if filters else []
        for own, value in joined(ours):
            inner.filters.append(own)
            inner.values.append(value)
        return inner


def joined(filters: list[tuple[CustomFilter, Any]]) -> list[tuple[CustomFilter, Any]]:
    """The filters with each pair of `from` and `to` of one field as one."""
    ends = {(f.key, f.arg_name): f for f, _ in filters if isinstance(f, From)}
    values = {(f.key, f.arg_name): v[0] if isinstance(v, list) else v for f, v in filters}
    pairs = {key for key, _ in ends if (key, "from") in ends and (key, "to") in ends}
    rest = [(f, v) for f, v in filters if f.key not in pairs or not isinstance(f, From)]
    return rest + [(_between(ends[key, "from"]), (values[key, "from"], values[key, "to"])) for key in sorted(pairs)]


def _between(own: CustomFilter) -> Between:
    return Between(own.field, own.datamodel)

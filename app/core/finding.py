"""How lists of titled records are filtered: by words, by who sees them, and by the records they are linked to."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ARRAY, ColumnElement, Integer, and_, cast, false, select

from app.core import access
from app.core.text import fold, like_fragment

SHORTEST = 3  # letters that a trigram index can find


def matching(model: type[Any], typed: str) -> ColumnElement[bool]:
    """Records in whose words each typed word is found; one or two letters are looked for where titles begin, as the
    trigram index knows nothing shorter than three (deploy/decisions/access-forms.md)."""
    words = fold(typed).split()[:8]
    if not any(len(word) >= SHORTEST for word in words):
        return model.sort_name.like(like_fragment(" ".join(words))[1:])  # type: ignore[no-any-return]
    return and_(*(model.search.like(like_fragment(word)) for word in words))


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


class FilterSearch(BaseFilter):
    """`search` in the page's box and in REST (`{"col": "search", "opr": "search", "value": …}`)."""

    name = _l("Contains")
    arg_name = "search"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(matching(self.model, str(_one(value))))


class FilterKey(BaseFilter):
    """Rows whose link is an id: {"col": "contact", "opr": "eq", "value": 5}. What is no id finds nothing, nor does a
    linked row that the actor does not see: that a seen row hangs on it is nobody's business (ACC-06)."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        text = str(_one(value))
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        linked = getattr(self.model, self.column_name).property.mapper.class_
        seen = select(linked.id).where(linked.id == number)
        return query.filter(getattr(self.model, f"{self.column_name}_id").in_(seen))


class FilterDays(BaseFilter):
    """Instants of a day of the reader's ("2026-11-27"), or from one to another ("2026-11-01..2026-11-30")."""

    name = _l("is")
    in_days = True  # its values are no instants

    def apply(self, query: Any, value: Any) -> Any:
        first, _dots, last = str(_one(value)).partition("..")
        zone, column = ZoneInfo(access.current().timezone), getattr(self.model, self.column_name)
        try:
            begin, end = (
                dt.datetime.combine(dt.date.fromisoformat(d), dt.time(), zone) for d in (first, last or first)
            )
        except ValueError:
            return query.filter(false())
        return query.filter(column >= begin, column < end + dt.timedelta(days=1))


class FilterPrivate(BaseFilter):
    """Limited rows, or open ones. Those who are no administrators ask for limited ones without "everyone", so that the
    small index on them is used instead of a walk through the whole table."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        wanted = str(_one(value)).lower() in ("y", "1", "true")
        query = query.filter(self.model.private.is_(wanted))
        actor = access.current()
        if not wanted or actor.is_admin:
            return query
        mine = [p for p in actor.principals if p != access.EVERYONE]
        return query.filter(self.model.audience.op("&&")(cast(mine, ARRAY(Integer))))

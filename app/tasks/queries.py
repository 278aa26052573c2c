"""How lists of tasks are searched and loaded: no statement a row, no page that grows with the table."""

from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import joinedload

from app.core.interface import CrmInterface
from app.core.people import User
from app.core.text import fold, like_fragment
from app.tasks.models import LINKS, Task


def loads(task: Any = Task) -> tuple[Any, ...]:
    """Relations that a list shows, of the tasks or of an alias of them."""
    names = joinedload(task.owner).load_only(User.first_name, User.last_name)
    links = (joinedload(getattr(task, name)).lazyload("*") for name in LINKS)
    return (names, joinedload(task.category), *links)


def matching(typed: str) -> ColumnElement[bool]:
    """Tasks in whose title or description each typed word is found."""
    return and_(*(Task.search.like(like_fragment(word)) for word in fold(typed).split()[:8]))


class FilterSearch(BaseFilter):
    """`search` in REST: {"col": "search", "opr": "search", "value": …}."""

    name = _l("Contains")
    arg_name = "search"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(matching(str(value)))


class FilterKey(BaseFilter):
    """Tasks whose link is an id: {"col": "contact", "opr": "eq", "value": 5}. What is no id finds nothing."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        number = int(value) if str(value).isdecimal() and len(str(value)) < 10 else -1
        return query.filter(getattr(Task, f"{self.column_name}_id") == number)


def interface() -> CrmInterface:
    """The data interface of page and REST."""
    return CrmInterface(Task, loads=loads(), equal=dict.fromkeys((*LINKS, "category", "owner"), FilterKey))

"""REST for what happened: /api/v1/events/ in Flask-AppBuilder's shape."""

from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from app.core.api import CrmApi
from app.core.interface import CrmInterface
from app.history import service
from app.history.models import PARENTS, HistoryEvent
from app.history.schema import EventSchema
from app.history.timeline import author


class FilterLink(BaseFilter):
    """Events whose foreign key is an id: {"col": "contact", "opr": "eq", "value": 5}. What is no id finds nothing."""

    name = _l("is")

    def apply(self, query: Any, value: Any) -> Any:
        column = {"author": "created_by"}.get(self.column_name, f"{self.column_name}_id")
        number = int(value) if str(value).isdecimal() and len(str(value)) < 10 else -1
        return query.filter(getattr(HistoryEvent, column) == number)


class EventApi(CrmApi):
    """What people wrote down and what the product recorded, of the records that the caller sees."""

    datamodel = CrmInterface(
        HistoryEvent,
        loads=(
            joinedload(HistoryEvent.category),
            author(),
            *(joinedload(getattr(HistoryEvent, name)).lazyload("*") for name in PARENTS),
        ),
        equal=dict.fromkeys((*PARENTS, "category", "author"), FilterLink),
    )
    service = service
    schema = EventSchema()
    resource_name = "events"
    class_permission_name = "HistoryEvent"
    list_columns = ["id"]
    show_columns = ["id"]
    order_columns = ["id", "happened_at"]
    search_columns = ["id", "verb", "happened_at", *PARENTS, "category", "author"]
    base_order = ("id", "desc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(EventApi)

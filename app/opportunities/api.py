"""REST for opportunities: /api/v1/opportunities/ in Flask-AppBuilder's shape."""

from typing import Any

from app.core.api import CrmApi
from app.core.finding import FilterSearch
from app.opportunities import service
from app.opportunities.queries import KEYS, api_interface
from app.opportunities.schema import OpportunitySchema


class OpportunityApi(CrmApi):
    """Possible sales, of all that the caller sees."""

    datamodel = api_interface()
    service = service
    schema = OpportunitySchema()
    resource_name = "opportunities"
    class_permission_name = "Opportunity"
    list_columns = ["id"]
    show_columns = ["id"]
    order_columns = ["id", "sort_name", "expected_close", "closed_on", "stage_changed_at", "created_at", "changed_at"]
    search_columns = [
        "id",
        "title",
        "currency",
        "private",
        "expected_close",
        "closed_on",
        "created_at",
        "changed_at",
        "search",
        *KEYS,
    ]
    search_filters = {"search": [FilterSearch]}
    base_order = ("id", "desc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(OpportunityApi)

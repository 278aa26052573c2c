"""REST for cases: /api/v1/cases/ in Flask-AppBuilder's shape."""

from typing import Any

from app.cases import service
from app.cases.queries import api_interface
from app.cases.schema import CaseSchema
from app.core.api import CrmApi
from app.core.finding import FilterSearch


class CaseApi(CrmApi):
    """Cases, open and closed, of all that the caller sees."""

    datamodel = api_interface()
    service = service
    schema = CaseSchema()
    resource_name = "cases"
    class_permission_name = "Case"
    list_columns = ["id"]
    show_columns = ["id"]
    order_columns = ["id", "sort_name", "closed_at", "created_at", "changed_at"]
    search_columns = [
        "id", "title", "private", "closed", "closed_at", "created_at", "changed_at", "search", "owner", "participants",
    ]  # fmt: skip
    search_filters = {"search": [FilterSearch]}
    base_order = ("id", "desc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(CaseApi)

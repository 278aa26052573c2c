"""REST for tasks: /api/v1/tasks/ in Flask-AppBuilder's shape."""

from typing import Any

from app.core.api import CrmApi
from app.tasks import service
from app.tasks.models import LINKS
from app.tasks.queries import FilterSearch, interface
from app.tasks.schema import TaskSchema


class TaskApi(CrmApi):
    """What is to be done, of all that the caller sees."""

    datamodel = interface()
    service = service
    schema = TaskSchema()
    resource_name = "tasks"
    class_permission_name = "Task"
    list_columns = ["id"]
    show_columns = ["id"]
    order_columns = ["id", "due_at", "changed_at"]
    search_columns = ["id", "title", "due_on", "due_at", "closed_at", "created_at", "changed_at", "search", "category",
                      "owner", *LINKS]  # fmt: skip
    search_filters = {"search": [FilterSearch]}
    base_order = ("id", "desc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(TaskApi)

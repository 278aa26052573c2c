"""REST for projects: /api/v1/projects/ in Flask-AppBuilder's shape."""

from typing import Any

from app.core.api import CrmApi
from app.core.finding import FilterSearch
from app.projects import service
from app.projects.queries import KEYS, interface
from app.projects.schema import ProjectSchema


class ProjectApi(CrmApi):
    """The work that follows a sale, of all that the caller sees."""

    datamodel = interface()
    service = service
    schema = ProjectSchema()
    resource_name = "projects"
    class_permission_name = "Project"
    list_columns = ["id"]
    show_columns = ["id"]
    order_columns = ["id", "sort_name", "end_on", "created_at", "changed_at"]
    search_columns = ["id", "title", "status", "private", "start_on", "end_on", "changed_at", "search", *KEYS]
    search_filters = {"search": [FilterSearch]}
    base_order = ("id", "desc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(ProjectApi)

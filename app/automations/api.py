"""REST of automations: /api/v1/automations/ for administrators."""

from typing import Any

from marshmallow import Schema, fields

from app.automations import service
from app.automations.models import Automation
from app.core.api import CrmApi
from app.core.interface import CrmInterface


class AutomationSchema(Schema):
    """`trigger` is set when it is made; `detail`, `conditions` and `actions` are texts by key, as on their page."""

    id = fields.Integer(dump_only=True)
    name = fields.String()
    is_on = fields.Boolean()
    trigger = fields.String()
    detail = fields.Dict()
    conditions = fields.List(fields.Dict())
    actions = fields.List(fields.Dict())
    owner_id = fields.Integer(dump_only=True)
    version = fields.Integer()


class AutomationApi(CrmApi):
    """Make, change, delete (SET-10). It acts as whoever saved it last."""

    datamodel = CrmInterface(Automation)
    service = service
    schema = AutomationSchema()
    level = "admin"
    resource_name = "automations"
    class_permission_name = "Automation"
    list_columns = show_columns = ["id", "name", "is_on", "trigger"]
    search_columns = order_columns = ["id", "name", "is_on", "trigger"]
    base_order = ("name", "asc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(AutomationApi)

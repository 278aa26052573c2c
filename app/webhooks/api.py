"""REST of webhooks: /api/v1/webhooks/ for administrators."""

from typing import Any

from marshmallow import Schema, fields

from app.core.api import CrmApi
from app.core.interface import CrmInterface
from app.webhooks import service
from app.webhooks.models import Webhook


class WebhookSchema(Schema):
    """`secret` is told in the answer to the POST that makes one, and never again."""

    id = fields.Integer(dump_only=True)
    name = fields.String()
    url = fields.String()
    events = fields.List(fields.String())
    is_on = fields.Boolean()
    failing_since = fields.DateTime(dump_only=True, format="iso")
    owner_id = fields.Integer(dump_only=True)
    secret = fields.Function(lambda webhook: webhook.told_once)
    version = fields.Integer()


class WebhookApi(CrmApi):
    """Make, change, delete (SET-10). It sees what whoever saved it last sees."""

    datamodel = CrmInterface(Webhook)
    service = service
    schema = WebhookSchema()
    level = "admin"
    resource_name = "webhooks"
    class_permission_name = "Webhook"
    list_columns = show_columns = ["id", "name", "url", "is_on"]
    search_columns = order_columns = ["id", "name", "url", "is_on"]
    base_order = ("name", "asc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(WebhookApi)

"""REST for mails that came back: /api/v1/bounces/ for administrators, such as what a mail provider's hook tells."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.campaigns import bounces
from app.campaigns.models import Bounce
from app.core.api import CrmApi
from app.core.interface import CrmInterface


class BounceSchema(Schema):
    """`about` is the Message-ID of our mail, else `email` says which address; `report` is the teller's own id of it."""

    id = fields.Integer(dump_only=True)
    email = fields.String(validate=validate.Length(max=320))
    about = fields.String(validate=validate.Length(max=300))
    report = fields.String(attribute="message_id", data_key="report", validate=validate.Length(max=500))
    lasting = fields.Boolean(required=True)
    words = fields.String(load_default="", validate=validate.Length(max=1000))
    came_at = fields.AwareDateTime(dump_only=True)

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_more: Any) -> None:
        """Which mail or address it is."""
        if not data.get("about") and not data.get("email"):
            raise ValidationError({"email": [_("Say which mail (about) or which address (email).")]})


class BounceApi(CrmApi):
    """Told, listed, and forgotten where it was a mistake; what was told is not changed (MAIL-04)."""

    datamodel = CrmInterface(Bounce)
    service = bounces
    schema = BounceSchema()
    level = "admin"
    resource_name = "bounces"
    class_permission_name = "Bounce"
    include_route_methods = {"get_list", "get", "post", "delete", "info"}
    list_columns = show_columns = ["id"]
    order_columns = ["id", "came_at"]
    search_columns = ["id", "email", "about", "lasting", "came_at"]
    base_order = ("id", "desc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(BounceApi)

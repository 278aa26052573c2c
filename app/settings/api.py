"""REST for tags: /api/v1/tags/ for administrators. Others meet tags on what they may see, and in the look-up."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from app.core.api import CrmApi
from app.core.errors import RuleBroken
from app.core.interface import CrmInterface
from app.settings import tags
from app.settings.models import Tag


class TagSchema(Schema):
    """A tag is a name."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True)


class TagApi(CrmApi):
    """Make, rename, delete unused (TAG-01)."""

    datamodel = CrmInterface(Tag)
    service = tags
    schema = TagSchema()
    level = "admin"
    resource_name = "tags"
    class_permission_name = "Tag"
    list_columns = show_columns = search_columns = order_columns = ["id", "name"]
    base_order = ("name", "asc")

    def delete_headless(self, pk: Any) -> Response:
        try:
            return super().delete_headless(pk)
        except RuleBroken as broken:
            return self._refuse(409, broken.errors)


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(TagApi)

"""The REST shape of a case."""

from typing import Any

from marshmallow import Schema, fields

from app.history.schema import Linked
from app.settings.schema import CustomValues


class CaseSchema(Schema):
    """Unknown keys are refused (marshmallow's default), so nothing is set by accident (threat 14)."""

    id = fields.Integer(dump_only=True)
    title = fields.String(allow_none=True)
    description = fields.String(allow_none=True)
    participants = fields.List(Linked(), allow_none=True)
    tags = fields.List(fields.String(), allow_none=True)
    closed = fields.Boolean()
    closed_at = fields.DateTime(dump_only=True, format="iso")
    private = fields.Boolean()
    shared_with = fields.List(fields.Integer(), allow_none=True)
    owner = Linked(allow_none=True)
    co_owners = fields.List(fields.Integer(), allow_none=True)
    custom = CustomValues("case", allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime(dump_only=True, format="iso")
    changed_at = fields.DateTime(dump_only=True, format="iso")

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        return [tag.name for tag in obj.tags] if attr == "tags" else super().get_attribute(obj, attr, default)

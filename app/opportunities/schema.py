"""The REST shape of an opportunity. Money is a string with a dot beside its currency's code."""

from typing import Any

from marshmallow import Schema, fields

from app.core import money
from app.history.schema import Linked
from app.settings.schema import CustomValues


class Money(fields.Raw):
    """Read as a number or a text; shown as an exact text with all minor digits of the row's currency."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return money.plain(value, obj.currency) if value is not None else None


class OpportunitySchema(Schema):
    """Unknown keys are refused (marshmallow's default), so nothing is set by accident (threat 14)."""

    id = fields.Integer(dump_only=True)
    title = fields.String(allow_none=True)
    description = fields.String(allow_none=True)
    contact = Linked(allow_none=True)
    participants = fields.List(Linked(), allow_none=True)
    stage = Linked(allow_none=True)
    stage_changed_at = fields.DateTime(dump_only=True, format="iso")
    probability = fields.Integer(allow_none=True)
    currency = fields.String(allow_none=True)
    amount = Money(allow_none=True)
    budget_type = fields.String(allow_none=True)
    periods = fields.Integer(allow_none=True)
    total = Money(dump_only=True)
    expected_close = fields.Date(allow_none=True)
    closed_on = fields.Date(allow_none=True)
    lost_reason = Linked(allow_none=True)
    tags = fields.List(fields.String(), allow_none=True)
    private = fields.Boolean()
    shared_with = fields.List(fields.Integer(), allow_none=True)
    owner = Linked(allow_none=True)
    co_owners = fields.List(fields.Integer(), allow_none=True)
    custom = CustomValues("opportunity", allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime(dump_only=True, format="iso")
    changed_at = fields.DateTime(dump_only=True, format="iso")

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        return [tag.name for tag in obj.tags] if attr == "tags" else super().get_attribute(obj, attr, default)

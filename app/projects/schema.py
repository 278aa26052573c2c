"""The REST shape of a project."""

from marshmallow import Schema, fields

from app.history.schema import Linked


class ProjectSchema(Schema):
    """Unknown keys are refused (marshmallow's default), so nothing is set by accident (threat 14)."""

    id = fields.Integer(dump_only=True)
    title = fields.String(allow_none=True)
    description = fields.String(allow_none=True)
    opportunity = Linked(allow_none=True)
    contact = Linked(allow_none=True)
    status = fields.String()
    start_on = fields.Date(allow_none=True)
    end_on = fields.Date(allow_none=True)
    private = fields.Boolean()
    shared_with = fields.List(fields.Integer(), allow_none=True)
    owner = Linked(allow_none=True)
    co_owners = fields.List(fields.Integer(), allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime(dump_only=True, format="iso")
    changed_at = fields.DateTime(dump_only=True, format="iso")

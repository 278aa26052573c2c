"""The REST shape of a task."""

from typing import Any

from marshmallow import Schema, fields

from app.history.schema import Linked


class TaskSchema(Schema):
    """Unknown keys are refused (marshmallow's default), so nothing is set by accident (threat 14).

    `due` and `time` are day and hour where the responsible person is, `due_at` is the instant they are.
    """

    id = fields.Integer(dump_only=True)
    title = fields.String(allow_none=True)
    category = Linked(allow_none=True)
    contact = Linked(allow_none=True)
    opportunity = Linked(allow_none=True)
    case = Linked(allow_none=True)
    project = Linked(allow_none=True)
    due = fields.Date(allow_none=True, attribute="due_on", data_key="due")
    time = fields.Time(allow_none=True, format="%H:%M", attribute="due_time", data_key="time")
    zone = fields.String(dump_only=True)
    due_at = fields.DateTime(dump_only=True, format="iso")
    reminder = fields.Integer(allow_none=True, strict=True)
    reminded_at = fields.DateTime(dump_only=True, format="iso")
    owner = Linked()
    notify = fields.Boolean(load_only=True)
    description = fields.String(allow_none=True)
    rule = fields.String(allow_none=True)
    closed = fields.Boolean(attribute="is_closed", data_key="closed")
    closed_at = fields.DateTime(dump_only=True, format="iso")
    version = fields.Integer()
    created_at = fields.DateTime(dump_only=True, format="iso")
    changed_at = fields.DateTime(dump_only=True, format="iso")

    KEYS = {"due_on": "due", "due_time": "time", "is_closed": "closed"}

    def load(self, *args: Any, **kwargs: Any) -> Any:
        """By the keys of the service."""
        return {self.KEYS.get(key, key): value for key, value in super().load(*args, **kwargs).items()}

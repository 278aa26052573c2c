"""The REST shape of an event."""

from typing import Any

from marshmallow import Schema, fields, post_dump

from app.history.words import in_words


def _named(row: Any) -> dict[str, Any] | None:
    return {"id": row.id, "name": str(row).strip()} if row is not None else None


class Linked(fields.Raw):
    """Read as an id, a name or an object with `id`; shown as {"id", "name"}."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return _named(value)


class EventSchema(Schema):
    """Unknown keys are refused (marshmallow's default), so nothing is set by accident (threat 14)."""

    id = fields.Integer(dump_only=True)
    contact = Linked()
    opportunity = Linked()
    case = Linked()
    project = Linked()
    category = Linked(allow_none=True)
    text = fields.String(allow_none=True)
    told = fields.List(fields.Integer(), allow_none=True)
    happened_at = fields.AwareDateTime(format="iso", allow_none=True)
    verb = fields.String(dump_only=True)
    changes = fields.Raw(dump_only=True)
    author = Linked(dump_only=True)
    version = fields.Integer()
    created_at = fields.DateTime(dump_only=True, format="iso")
    changed_at = fields.DateTime(dump_only=True, format="iso")

    @post_dump(pass_collection=True, pass_original=True)
    def word(self, data: Any, events: Any, many: bool, **_kwargs: Any) -> Any:
        """Changes in the reader's words, looked up once for all events of the answer."""
        events, rows = (events, data) if many else ([events], [data])
        words = in_words(events, programs=True)
        for event, row in zip(events, rows, strict=True):
            row["changes"] = words[event.id]
        return data

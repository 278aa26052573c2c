"""The REST shape of a document."""

from typing import Any

from marshmallow import Schema, fields

from app.files.models import Document


class Linked(fields.Raw):
    """Shown as {"id", "name"}."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return {"id": value.id, "name": str(value).strip()} if value is not None else None


class DocumentSchema(Schema):
    """Unknown keys are refused (marshmallow's default), so nothing is set by accident (threat 14)."""

    id = fields.Integer(dump_only=True)
    name = fields.String()
    contact = Linked(dump_only=True)
    opportunity = Linked(dump_only=True)
    case = Linked(dump_only=True)
    project = Linked(dump_only=True)
    size = fields.Function(lambda document: document.latest.size)
    sha256 = fields.Function(lambda document: document.latest.sha256)
    media_type = fields.Function(lambda document: document.latest.media_type)
    versions = fields.Function(lambda document: document.latest.number)
    author = Linked(dump_only=True)
    version = fields.Integer()
    created_at = fields.DateTime(dump_only=True, format="iso")
    changed_at = fields.DateTime(dump_only=True, format="iso")


def shown(document: Document) -> dict[str, Any]:
    """One document as JSON."""
    return dict(DocumentSchema().dump(document))

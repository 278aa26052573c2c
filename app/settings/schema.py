"""Custom values in REST: `custom: {key: value}` with the fields that are open to programs."""

from typing import Any

from flask import g
from marshmallow import ValidationError, fields

from app.settings import custom
from app.settings.models import CustomField


def fields_for_programs(entity: str) -> dict[str, CustomField]:
    """The fields that REST reads and writes, by key; asked once a request."""
    known: dict[str, dict[str, CustomField]] = g.setdefault("fields_for_programs", {})
    if entity not in known:
        known[entity] = {f.key: f for f in custom.fields_of(entity) if f.in_api and f.holds}
    return known[entity]


class CustomValues(fields.Field[dict[str, Any]]):
    """Reads and writes the open fields alone; a key that is not one of them is refused by its name."""

    def __init__(self, entity: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.entity = entity

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any]:
        known = fields_for_programs(self.entity)
        return {key: stored for key, stored in (value or {}).items() if key in known}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("Not a valid mapping type.")
        custom.refuse_unknown(value, fields_for_programs(self.entity))
        return value

"""The REST shape of a contact, as promised in the contracts."""

from typing import Any

from marshmallow import Schema, fields

from app.contacts.models import Address, Channel, Contact, Medium
from app.settings.schema import CustomValues


class Loose(fields.Raw):
    """An id, a name or an object with `id`, as the service understands them; shown by `show`."""

    def __init__(self, show: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.show = show

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.show(obj) if self.show else value


def _channels(medium: Medium) -> Any:
    return lambda contact: [_channel(c) for c in contact.of(medium)]


def _channel(channel: Channel) -> dict[str, Any]:
    return {"value": channel.value, "kind": channel.kind, "primary": channel.is_primary}


def _address(address: Address) -> dict[str, Any]:
    parts = {part: getattr(address, part) for part in ("street", "city", "state", "zip", "country")}
    return {"kind": address.kind, **parts, "primary": address.is_primary}


def _named(name: str) -> Any:
    def show(contact: Contact) -> dict[str, Any] | None:
        row = getattr(contact, name)
        return {"id": row.id, "name": str(row).strip()} if row is not None else None

    return show


class ContactSchema(Schema):
    """Unknown keys are refused (marshmallow's default), so nothing is set by accident (threat 14)."""

    id = fields.Integer(dump_only=True)
    kind = fields.String()
    first_name = fields.String(allow_none=True)
    last_name = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    full_name = fields.String(dump_only=True)
    title = fields.String(allow_none=True)
    company = Loose(_named("company"), allow_none=True)
    type = Loose(_named("type"), allow_none=True)
    temperature = Loose(_named("temperature"), allow_none=True)
    emails = fields.List(fields.Raw(), allow_none=True)
    phones = fields.List(fields.Raw(), allow_none=True)
    websites = fields.List(fields.Raw(), allow_none=True)
    addresses = fields.List(fields.Dict(), allow_none=True)
    vat_number = fields.String(allow_none=True)
    tax_code = fields.String(allow_none=True)
    recipient_code = fields.String(allow_none=True)
    pec = fields.String(allow_none=True)
    description = fields.String(allow_none=True)
    tags = fields.List(fields.String(), allow_none=True)
    private = fields.Boolean()
    shared_with = fields.List(fields.Integer(), allow_none=True)
    owner = Loose(_named("owner"), allow_none=True)
    co_owners = fields.List(fields.Integer(), allow_none=True)
    custom = CustomValues("contact", allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime(dump_only=True, format="iso")
    changed_at = fields.DateTime(dump_only=True, format="iso")

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        readers = {
            "emails": _channels(Medium.EMAIL),
            "phones": _channels(Medium.PHONE),
            "websites": _channels(Medium.WEB),
            "addresses": lambda contact: [_address(a) for a in contact.addresses],
            "tags": lambda contact: [t.name for t in contact.tags],
        }
        return readers[attr](obj) if attr in readers else super().get_attribute(obj, attr, default)

"""The REST shape of invoices, items and taxes: money as text with a dot, its currency beside it; days as YYYY-MM-DD."""

from typing import Any

from marshmallow import Schema, fields

from app.contacts.schema import Loose
from app.core.money import plain
from app.invoices import payments
from app.invoices.models import Invoice, InvoiceLine, Payment
from app.invoices.reading import number


def _named(name: str, key: str) -> Any:
    """The record at the other end, by id alone where the reader doesn't see it."""

    def show(invoice: Invoice) -> dict[str, Any] | None:
        row = getattr(invoice, name) if getattr(invoice, key) else None
        return {"id": row.id, "name": str(row)} if row is not None else None

    return show


def _line(line: InvoiceLine) -> dict[str, Any]:
    texts = {"item": line.item_id, "name": line.name, "description": line.description}
    numbers = {key: number(getattr(line, key)) for key in ("quantity", "price", "discount")}
    return {**texts, **numbers, "taxes": line.taxes, "net": plain(line.net, line.invoice.currency)}


def _payment(payment: Payment) -> dict[str, Any]:
    amount = plain(payment.amount, payment.invoice.currency)
    return {"id": payment.id, "date": payment.date.isoformat(), "amount": amount, "method": payment.method}


class TaxSchema(Schema):
    """A tax; `rate` is a percentage."""

    id = fields.Integer(dump_only=True)
    name = fields.String()
    rate = Loose(lambda tax: number(tax.rate))
    description = fields.String(allow_none=True)
    exemption = fields.String(allow_none=True)
    version = fields.Integer()


class ItemSchema(Schema):
    """An item; `taxes` are ids."""

    id = fields.Integer(dump_only=True)
    name = fields.String()
    description = fields.String(allow_none=True)
    price = Loose(lambda item: number(item.price))
    sku = fields.String(allow_none=True)
    taxes = Loose(allow_none=True)
    stock_tracked = fields.Boolean()
    stock = Loose(lambda item: number(item.stock))
    version = fields.Integer()


class InvoiceSchema(Schema):
    """Unknown keys are refused (marshmallow's default)."""

    id = fields.Integer(dump_only=True)
    kind = fields.String(dump_only=True)
    number = fields.String(allow_none=True)
    status = fields.String()
    client = Loose(_named("client", "client_id"), allow_none=True)
    consignee = Loose(_named("consignee", "consignee_id"), allow_none=True)
    opportunity = Loose(_named("opportunity", "opportunity_id"), allow_none=True)
    credits = fields.Integer(attribute="credits_id", dump_only=True)
    date = fields.Raw()
    due_date = fields.Raw(allow_none=True)
    due_days = fields.Integer(load_only=True, allow_none=True)
    overdue = fields.Boolean(attribute="is_overdue", dump_only=True)
    language = fields.String()
    currency = fields.String()
    order_number = fields.String(allow_none=True)
    terms = fields.String(allow_none=True)
    notes = fields.String(allow_none=True)
    billing = fields.Dict(allow_none=True)
    delivery = fields.Dict(allow_none=True)
    lines = Loose(lambda invoice: [_line(line) for line in invoice.lines], allow_none=True)
    taxes = fields.Raw(dump_only=True)
    net = Loose(lambda invoice: plain(invoice.net, invoice.currency), dump_only=True)
    tax = Loose(lambda invoice: plain(invoice.tax, invoice.currency), dump_only=True)
    total = Loose(lambda invoice: plain(invoice.total, invoice.currency), dump_only=True)
    paid = Loose(lambda invoice: plain(invoice.paid, invoice.currency), dump_only=True)
    payments = Loose(lambda invoice: [_payment(p) for p in invoice.payments], dump_only=True)
    version = fields.Integer()
    billed_at = fields.DateTime(dump_only=True, format="iso")
    sent_at = fields.DateTime(dump_only=True, format="iso")
    created_at = fields.DateTime(dump_only=True, format="iso")
    changed_at = fields.DateTime(dump_only=True, format="iso")

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        value = super().get_attribute(obj, attr, default)
        return value.isoformat() if attr in ("date", "due_date") else value


class PaymentSchema(Schema):
    """What a payment is made of."""

    date = fields.Raw()
    amount = fields.Raw()
    method = fields.String(metadata={"enum": payments.METHODS})
    note = fields.String(allow_none=True)


class SendingSchema(Schema):
    """What a mail with an invoice is made of; all by default."""

    to = fields.String()
    subject = fields.String()
    text = fields.String()

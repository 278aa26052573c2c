"""What the editor asks for while one types: amounts, addresses, a new item or tax made in place."""

from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.decimals import local_decimal, shown_decimal
from app.core.errors import RuleBroken
from app.core.money import format_money
from app.core.roles import ThreeVerbs
from app.invoices import addresses, checks, forms, items, lines, lookups, service, taxes
from app.invoices.reading import number
from app.settings.values import DEFAULT_CURRENCY


class InvoiceEditorView(ThreeVerbs, BaseView):
    """JSON for the editor (INV-02, INV-04)."""

    route_base = "/invoices"
    class_permission_name = "Invoice"
    level = "user"

    @expose("/totals", methods=["POST"])
    @has_access
    @permission_name("edit")
    def totals(self) -> Any:
        """What the editor shows while one types: amounts of the form's lines, by the rule that saving uses."""
        form = forms.InvoiceForm()
        if not form.lines.validate(form):
            return {"errors": [_("An amount can't be read.")]}, 400
        errors: dict[str, list[str]] = {}
        given = forms.lines_of(form)
        rows = lines.check(given, errors)
        currency = form.currency.data if form.currency.data in dict(form.currency.choices) else DEFAULT_CURRENCY
        if errors:
            return {"errors": errors["lines"]}, 400
        sums = lines.amounts(rows, currency)
        nets = iter(sums.nets)
        return {
            "nets": ["" if lines.is_blank(row) else format_money(next(nets), currency) for row in given],
            "net": format_money(sums.net, currency),
            "taxes": [[f"{t.name} {shown_decimal(number(t.percent))} %", format_money(t.amount, currency)]
                      for t in sums.taxes],
            "total": format_money(sums.total, currency),
        }  # fmt: skip

    @expose("/address/<pk>")
    @has_access
    @permission_name("edit")
    def address(self, pk: str) -> Any:
        """The billing or delivery (`kind=postal`) address of a contact, for the editor."""
        contact = checks.contact_seen(pk)
        if contact is None:
            raise NotFound
        kind = "postal" if request.args.get("kind") == "postal" else "billing"
        more = service.last_billing(contact.id) if kind == "billing" else {}
        return {**more, **addresses.of(contact, kind)}

    @expose("/item", methods=["POST"])
    @has_access
    @permission_name("edit")
    def create_item(self) -> Any:
        """Make an item without leaving the editor (INV-04); JSON of the item's fields, numbers as the reader writes."""
        body = request.get_json(silent=True) or {}
        body["taxes"] = [tax for tax in (body.pop("tax1", None), body.pop("tax2", None)) if tax and tax != "0"]
        item = items.save(localized(body, "price"))
        db.session.commit()
        return lookups.choice(item), 201

    @expose("/tax", methods=["POST"])
    @has_access
    @permission_name("edit")
    def create_tax(self) -> Any:
        """Make a tax without leaving the editor (INV-04)."""
        tax = taxes.save(localized(request.get_json(silent=True) or {}, "rate"))
        db.session.commit()
        return {"value": tax.id, "text": f"{tax.name} ({number(tax.rate)} %)"}, 201


def localized(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Numbers as their reader writes them, made exact; one that can't be read is left for the rules to refuse."""
    for key in keys:
        try:
            data[key] = local_decimal(str(data[key])) if data.get(key) else None
        except ValueError as error:
            raise RuleBroken({key: str(error)}) from None
    return data

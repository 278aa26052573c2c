"""Form fields for the values of custom fields, made anew for each form, and what the form of a field itself sends."""

import datetime as dt
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from flask import Request, current_app
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, Form, SelectField, StringField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import TextInput

from app.core.decimals import local_decimal, shown_decimal
from app.settings import custom
from app.settings.models import BOTH, CustomField
from app.settings.values import DEFAULT_CURRENCY, FieldKind

KIND_NAMES = {
    FieldKind.TEXT: _l("Text"),
    FieldKind.LONG_TEXT: _l("Long text"),
    FieldKind.CHOICE: _l("Choice"),
    FieldKind.CHECKBOX: _l("Checkbox"),
    FieldKind.DATE: _l("Date"),
    FieldKind.NUMBER: _l("Number"),
    FieldKind.MONEY: _l("Money"),
    FieldKind.LINK: _l("Link"),
    FieldKind.HEADING: _l("Heading"),
}
APPLIES = {BOTH: _l("Persons and companies"), "person": _l("Persons"), "company": _l("Companies")}
ENTITY_NAMES = {"contact": _l("Contacts"), "opportunity": _l("Opportunities"), "case": _l("Cases")}
FLAG_NAMES = {
    "required": _l("Required"),
    "in_list": _l("A column of the list"),
    "in_filter": _l("A filter of the list"),
    "in_import": _l("Importable"),
    "in_export": _l("Exported"),
    "in_api": _l("Readable and writable by REST"),
}


class NumberText(StringField):
    """A number in the reader's way of writing; what can't be read is shown again as it was typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].strip() if valuelist else None
        if self.data:
            self.data = local_decimal(self.data)

    def _value(self) -> str:
        return shown_decimal(self.data) if self.data is not None else ""


class MoneyText(Field):
    """An amount and its currency, two inputs of one name (drawn by settings/custom.html)."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        amount, currency = [*(v.strip() for v in valuelist), "", ""][:2]
        self.data = {"amount": amount, "currency": currency} if amount else None
        if self.data:
            self.data["amount"] = local_decimal(amount)

    @property
    def shown(self) -> tuple[str, str]:
        """The texts of the two inputs."""
        data = self.data or {}
        return shown_decimal(data.get("amount", "")), data.get("currency") or DEFAULT_CURRENCY


CONTROLS: dict[str, type[Field]] = {
    FieldKind.TEXT: StringField,
    FieldKind.LONG_TEXT: TextAreaField,
    FieldKind.CHECKBOX: BooleanField,
    FieldKind.NUMBER: NumberText,
    FieldKind.MONEY: MoneyText,
    FieldKind.LINK: StringField,
}


def control(field: CustomField, blank: Any = "—") -> Any:
    """The unbound WTForms field of a custom field; rules live in `custom.check` alone."""
    if field.kind == FieldKind.CHOICE:
        choices = [("", blank), *((o, o) for o in field.options)]
        return SelectField(field.label, choices=choices, validate_choice=False)
    if field.kind == FieldKind.DATE:
        return DateField(field.label, validators=[Optional()])
    return CONTROLS[field.kind](field.label)


def filter_control(field: CustomField) -> Any:
    """The unbound field by which a list is filtered: plain texts for what the filter itself reads."""
    plain = field.kind in (FieldKind.LONG_TEXT, FieldKind.NUMBER, FieldKind.MONEY, FieldKind.LINK)
    if field.kind == FieldKind.CHOICE:
        return SelectField(field.label, choices=[(o, o) for o in field.options], validate_choice=False)
    return StringField(field.label) if plain else control(field)


def filters_of(form: type[Form], fields: Iterable[CustomField]) -> list[tuple[str, Any]]:
    """As `added_to`, for the form of a list's filters."""
    return [*form._unbound_fields, *((f.name, filter_control(f)) for f in fields)]


def added_to(form: type[Form], fields: Iterable[CustomField]) -> list[tuple[str, Any]]:
    """What a form that is being built sets as its `_unbound_fields`, so that it has these fields besides its own."""
    return [*form._unbound_fields, *((f.name, control(f)) for f in fields if f.holds)]


def mark_required(form: Form, fields: Iterable[CustomField]) -> None:
    """Let labels say which must be filled in."""
    for field in fields:
        if field.required and field.name in form:
            form[field.name].flags.required = True


def values_of(data: dict[str, Any], fields: Iterable[CustomField], kind: str) -> dict[str, Any]:
    """Takes the fields' values out of a form's data; by key, those alone that a record of this kind has."""
    values = {f: data.pop(f.name) for f in fields if f.holds}
    return {f.key: value for f, value in values.items() if f.fits(kind)}


def shown_values(stored: dict[str, Any], fields: Iterable[CustomField]) -> dict[str, Any]:
    """Stored values as form fields take them, by form name."""
    return {f.name: _shown(f, stored.get(f.key)) for f in fields if f.holds}


def _shown(field: CustomField, value: Any) -> Any:
    return dt.date.fromisoformat(value) if field.kind == FieldKind.DATE and value else value


def form_of(fields: list[CustomField], formdata: Any = None, stored: Any = None) -> Form:
    """A form of these fields alone, for one that is edited in place or was just made."""

    class CustomForm(Form):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._unbound_fields = added_to(type(self), fields)
            super().__init__(*args, **kwargs)

    form = CustomForm(formdata, obj=SimpleNamespace(**shown_values(stored or {}, fields)))
    mark_required(form, fields)
    return form


def posted_field(request: Request, entity: str) -> dict[str, Any]:
    """What describes a field, from its own form or as JSON; a first look at the form gets its defaults."""
    if request.is_json:
        body = request.get_json(silent=True)
        body = body if isinstance(body, dict) else {}
        options = body.get("options")
        lines = options.splitlines() if isinstance(options, str) else options if isinstance(options, list) else []
        return {"applies_to": BOTH, **body, "entity": entity, "options": lines}
    form = request.form
    pairs = zip(form.getlist("was"), form.getlist("option"), strict=False)
    data: dict[str, Any] = {
        "entity": entity,
        "label": form.get("label", ""),
        "kind": form.get("kind", FieldKind.TEXT.value),
        "applies_to": form.get("applies_to", BOTH),
        "options": [{"was": was, "text": text} for was, text in pairs],
        "version": form.get("version", type=int),
    }
    first = request.method == "GET"
    return data | {flag: flag in form or (first and flag not in ("required", "in_list")) for flag in custom.FLAGS}


def cell(field: CustomField) -> Any:
    """Draws the value of a field in a list."""

    def draw(value: Any) -> Any:
        return current_app.jinja_env.get_template("settings/custom.html").module.value(field, value)  # type: ignore[attr-defined]

    return draw

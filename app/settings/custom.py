"""Custom fields: which there are, and the one check of their values for every door (SET-08, CON-08)."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import case, func, select, update

from app.core import audit
from app.core.cleaning import Cleaning
from app.core.db import Model, db
from app.core.errors import Conflict, RuleBroken
from app.core.text import fold
from app.settings import uses, values
from app.settings.models import BOTH, CustomField
from app.settings.values import FieldKind

ENTITIES = ("contact", "opportunity", "case")
MOST_FIELDS, MOST_OPTIONS, LONGEST_OPTION = 200, 200, 200
FLAGS = ("required", "in_list", "in_filter", "in_import", "in_export", "in_api")


def entities() -> list[str]:
    """The entities whose room is there: each keeps the values in a column `custom` of its table."""
    return [e for e in ENTITIES if e in Model.metadata.tables and "custom" in Model.metadata.tables[e].columns]


def fields_of(entity: str, *, removed: bool = False) -> list[CustomField]:
    """The fields of an entity in their order, headings among them; or the removed ones, whose values are kept."""
    mine = select(CustomField).where(CustomField.entity == entity, CustomField.removed == removed)
    return list(db.session.scalars(mine.order_by(CustomField.position, CustomField.id)))


def check(entity: str, kind: str, wanted: Any, present: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The whole of a record's custom values after `wanted` was put over `present`, all in normal form.

    `kind` is person or company ("" for entities without kinds); None or an empty text takes a value away; a value that
    stays as it is is not judged again. Raises RuleBroken with each reason under `custom.<key>`, for an unknown key too.
    """
    if not isinstance(wanted, Mapping):
        raise RuleBroken({"custom": _("An object of values by key is expected.")})
    known = {f.key: f for f in fields_of(entity)}
    clean, errors = dict(present or {}), {}
    for key, value in wanted.items():
        try:
            _put(clean, key, value, known.get(key), kind)
        except ValueError as error:
            errors[f"custom.{str(key)[:60]}"] = str(error.args[0])
    for field in known.values():
        if field.required and field.fits(kind) and clean.get(field.key) in (None, False):
            errors.setdefault(field.name, _("“%(name)s” is required.", name=field.label))
    if errors:
        raise RuleBroken(errors)
    return clean


def clean(cleaning: Cleaning, entity: str, kind: str = "") -> None:
    """Put a record's custom values into a `Cleaning`, as `check` has them: the whole of them, and a new record is asked
    for the required ones even when none are given (CON-08)."""
    if cleaning.row is not None and not cleaning.given("custom"):
        return
    present = cleaning.row.custom if cleaning.row is not None else None
    try:
        cleaning.clean["custom"] = check(entity, kind, cleaning.data.get("custom") or {}, present)
    except RuleBroken as broken:
        cleaning.errors.update(broken.errors)


def refuse_unknown(wanted: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Raises RuleBroken, under `custom.<key>`, for each key that is not known."""
    unknown = [str(key)[:60] for key in wanted if key not in known]
    if unknown:
        raise RuleBroken({f"custom.{key}": _("There is no field “%(name)s”.", name=key) for key in unknown})


def _put(clean: dict[str, Any], key: Any, value: Any, field: CustomField | None, kind: str) -> None:
    if key in clean and clean[key] == value and type(clean[key]) is type(value):
        return
    if field is None or not field.holds:
        raise ValueError(_("There is no field “%(name)s”.", name=str(key)[:60]))
    normal = values.clean(field.kind, value, field.options)
    if normal is None:
        clean.pop(key, None)
    elif not field.fits(kind):
        raise ValueError(_("“%(name)s” is not a field of this kind of contact.", name=field.label))
    else:
        clean[key] = normal


def save(data: Mapping[str, Any], field: CustomField | None = None) -> CustomField:
    """Make a field, or change one (its entity, key and kind stay). Raises RuleBroken with reasons by key, Conflict.

    `data`: entity, kind, label, applies_to, options (texts, or {"was", "text"} to rename one everywhere), the FLAGS,
    version.
    """
    if field is not None and data.get("version") != field.version:
        raise Conflict
    entity, kind = (field.entity, field.kind) if field else (data.get("entity"), data.get("kind"))
    errors: dict[str, str] = {}
    label = _label(str(data.get("label") or ""), str(entity), field, errors)
    if entity not in entities() or kind not in list(FieldKind):
        errors["kind"] = _("Choose what the field holds.")
    if data.get("applies_to") not in (BOTH, "person", "company"):
        errors["applies_to"] = _("Choose what the field is for.")
    options = _options(data.get("options") or [], errors) if kind == FieldKind.CHOICE else []
    if errors:
        raise RuleBroken(errors)
    if field is None:
        field = _new(str(entity), str(kind), label)
    else:
        _rename_options(field, options)
    field.label, field.applies_to, field.options = label, str(data["applies_to"]), [text for _was, text in options]
    for flag in FLAGS:
        setattr(field, flag, bool(data.get(flag, getattr(field, flag))) and field.holds)
    db.session.flush()
    return field


def _label(label: str, entity: str, field: CustomField | None, errors: dict[str, str]) -> str:
    label = " ".join(label.split())
    others = [f for f in fields_of(entity) if f is not field]
    if not label:
        errors["label"] = _("This field is required.")
    elif len(label) > 80 or "\0" in label:
        errors["label"] = _("At most %(limit)s characters.", limit=80)
    elif fold(label) in {fold(f.label) for f in others}:
        errors["label"] = _("There is a field “%(name)s” already.", name=label)
    elif len(others) >= MOST_FIELDS:
        errors["label"] = _("At most %(limit)s fields.", limit=MOST_FIELDS)
    return label


def _options(wanted: list[Any], errors: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs of (former text, text), without empty ones and repeats."""
    pairs = [(o.get("was", ""), o.get("text", "")) if isinstance(o, Mapping) else ("", o) for o in wanted]
    kept: dict[str, tuple[str, str]] = {}
    for was, text in pairs:
        words = " ".join(str(text).split())
        if words:
            kept.setdefault(words.casefold(), (str(was), words))
    if not kept:
        errors["options"] = _("Write at least one choice.")
    elif len(kept) > MOST_OPTIONS or any(len(t) > LONGEST_OPTION or "\0" in t for _was, t in kept.values()):
        errors["options"] = _("At most %(n)s choices of %(limit)s characters.", n=MOST_OPTIONS, limit=LONGEST_OPTION)
    return list(kept.values())


def _new(entity: str, kind: str, label: str) -> CustomField:
    last = db.session.scalar(select(func.max(CustomField.position)).where(CustomField.entity == entity))
    field = CustomField(entity=entity, kind=kind, key=_key(entity, label), position=0 if last is None else last + 1)
    field.required, field.in_list, field.removed = False, False, False
    field.in_filter = field.in_import = field.in_export = field.in_api = True
    db.session.add(field)
    return field


def _key(entity: str, label: str) -> str:
    """A name for programs, made of the label once and for all, that no other field has or had."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in fold(label)).split()
    stem = "_".join(words)[:50].strip("_") or "field"
    stem = f"field_{stem}" if stem[0].isdigit() else stem
    taken = set(db.session.scalars(select(CustomField.key).where(CustomField.entity == entity)))
    return next(k for k in (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3))) if k not in taken)


def _rename_options(field: CustomField, options: list[tuple[str, str]]) -> None:
    for was, text in options:
        if was and was != text and was in field.options:
            uses.replace_custom(field.entity, field.key, was, text)


def order(entity: str, ids: list[int]) -> None:
    """Put the fields in the order of `ids`, all of them. Raises Conflict when there are other fields now."""
    if sorted(ids) != sorted(f.id for f in fields_of(entity)):
        raise Conflict
    places = case({pk: place for place, pk in enumerate(ids)}, value=CustomField.id)
    db.session.execute(
        update(CustomField).where(CustomField.entity == entity, ~CustomField.removed).values(position=places)
    )
    audit.note("setting.changed", f"custom_field: order ({entity})")


def remove(field: CustomField) -> None:
    """Take the field off everywhere; its values stay until `erase`."""
    field.removed = True
    db.session.flush()


def restore(field: CustomField) -> None:
    """Bring a removed field back with its values. Raises RuleBroken when another one has its label now."""
    if fold(field.label) in {fold(f.label) for f in fields_of(field.entity)}:
        raise RuleBroken({"label": _("There is a field “%(name)s” already.", name=field.label)})
    field.removed = False
    db.session.flush()


def erase(field: CustomField) -> int:
    """Delete a removed field and its values for good; returns how many records had one."""
    count = uses.erase_custom(field.entity, field.key)
    db.session.delete(field)
    db.session.flush()
    return count

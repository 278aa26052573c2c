"""The stages of a sale and the ones that are shipped (OPP-03, SET-07)."""

from typing import Any

from flask_babel import force_locale, gettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select, update

from app.core import audit
from app.core.cleaning import Cleaning
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.opportunities.models import Stage, StageKind
from app.settings import uses
from app.settings.models import COLORS

DEFAULTS = [
    ("First contact", "gray", 10, StageKind.OPEN),
    ("Needs", "blue", 20, StageKind.OPEN),
    ("Proposal", "violet", 50, StageKind.OPEN),
    ("Negotiation", "orange", 75, StageKind.OPEN),
    ("Won", "green", 100, StageKind.WON),
    ("Lost", "red", 0, StageKind.LOST),
]
SHIPPED_NAMES = [_l("First contact"), _l("Needs"), _l("Proposal"), _l("Negotiation"), _l("Won"), _l("Lost")]


def seed() -> None:
    """Fill an empty list of stages with those of SPEC OPP-03."""
    if not db.session.scalar(select(func.count()).select_from(Stage)):
        rows = [
            Stage(name=name, color=color, probability=percent, kind=kind, position=place)
            for place, (name, color, percent, kind) in enumerate(DEFAULTS)
        ]
        db.session.add_all(rows)


def all_stages() -> list[Stage]:
    """The stages in their order."""
    return list(db.session.scalars(select(Stage).order_by(Stage.position, Stage.id)))


def lost() -> list[int]:
    """The stages that mean that it is lost, by id."""
    return [stage.id for stage in all_stages() if stage.kind == StageKind.LOST]


def names(known: list[Stage], languages: tuple[str, ...] = ("en", "it")) -> dict[str, int]:
    """Lower-case name, in any of our languages, to id: what an import or an API user may write."""
    found = {stage.name.lower(): stage.id for stage in known}
    for language in languages:
        with force_locale(language):
            for stage in known:
                found.setdefault(gettext(stage.name).lower(), stage.id)
    return found


def save(data: dict[str, Any], stage: Stage | None = None) -> Stage:
    """Make a stage at the end of the list, or change one: name, color, probability, kind, version (OPP-03). Raises
    RuleBroken with the reasons by field, Conflict when `version` is not the present one. Flushes."""
    if stage is not None and data.get("version") not in (None, stage.version):
        raise Conflict
    clean = _checked(data, stage)
    if stage is None:
        last = db.session.scalar(select(func.max(Stage.position)))
        stage = Stage(position=0 if last is None else last + 1)
        db.session.add(stage)
    for key, value in clean.items():
        setattr(stage, key, value)
    db.session.flush()
    return stage


def _checked(data: dict[str, Any], stage: Stage | None) -> dict[str, Any]:
    cleaning = Cleaning(data, stage)
    cleaning.text("name", 80, required=True)
    cleaning.choice("color", COLORS)
    cleaning.whole("probability", range(101))
    cleaning.choice("kind", StageKind)
    name, others = cleaning.clean.get("name"), [s for s in all_stages() if s is not stage]
    if name and str(name).lower() in names(others):
        cleaning.refuse("name", _("“%(name)s” is in the list already.", name=name))
    if stage is not None and name == stage.label:
        cleaning.clean.pop("name")  # a shipped name sent back as it is shown stays translated
    kind = cleaning.clean.get("kind")
    if stage is not None and kind not in (None, stage.kind):
        if uses.counts(Stage, [stage.id])[stage.id]:
            cleaning.refuse("kind", _("It is in use: its kind stays."))
        elif stage.is_open and not any(other.is_open for other in others):
            cleaning.refuse("kind", _("At least one stage is open."))
    return cleaning.done()


def order(ids: list[int]) -> None:
    """Put the stages in the order of `ids`, all of them. Raises Conflict when there are other stages now."""
    if sorted(ids) != sorted(stage.id for stage in all_stages()):
        raise Conflict
    places = case({pk: place for place, pk in enumerate(ids)}, value=Stage.id)
    db.session.execute(update(Stage).values(position=places))
    audit.note("setting.changed", "stage: order")


def delete(stage: Stage, into: Stage | None) -> int:
    """Delete a stage; what stands in it, and its history, get `into`, one of the same kind. Returns how many rows were
    moved. Raises RuleBroken where that is missing, or it is the last open one."""
    others = [other for other in all_stages() if other is not stage]
    if stage.is_open and not any(other.is_open for other in others):
        raise RuleBroken({"move_to": _("At least one stage is open.")})
    if into is None and uses.counts(Stage, [stage.id])[stage.id]:
        raise RuleBroken({"move_to": _("It is in use: choose what its records get instead.")})
    if into is not None and (into is stage or into.kind != stage.kind):
        raise RuleBroken({"move_to": _("Choose another stage of the same kind.")})
    moved = uses.move(Stage, stage.id, into.id) if into is not None else 0
    db.session.delete(stage)
    db.session.flush()
    return moved

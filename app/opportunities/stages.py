"""The stages of a sale and the ones that are shipped (OPP-03, SET-07)."""

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core.db import db
from app.opportunities.models import Stage, StageKind

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


def names(known: list[Stage], languages: tuple[str, ...] = ("en", "it")) -> dict[str, int]:
    """Lower-case name, in any of our languages, to id: what an import or an API user may write."""
    found = {stage.name.lower(): stage.id for stage in known}
    for language in languages:
        with force_locale(language):
            for stage in known:
                found.setdefault(gettext(stage.name).lower(), stage.id)
    return found

"""Verbs of the settings room."""

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core.db import db
from app.settings.models import PickList, PickValue

# Named here once so that the catalogues hold their Italian too.
DEFAULTS: dict[PickList, list[tuple[str, str]]] = {
    PickList.CONTACT_TYPE: [("Client", "green"), ("Supplier", "blue"), ("Partner", "violet"), ("Competitor", "red")],
    PickList.TEMPERATURE: [("Cold", "blue"), ("Warm", "orange"), ("Hot", "red")],
}
SHIPPED_NAMES = [
    _l("Client"),
    _l("Supplier"),
    _l("Partner"),
    _l("Competitor"),
    _l("Cold"),
    _l("Warm"),
    _l("Hot"),
]


def seed_pick_lists() -> None:
    """Fill the lists that are still empty with the values of SPEC CON-02 and CON-10."""
    for which, values in DEFAULTS.items():
        if not db.session.scalar(select(func.count()).where(PickValue.list == which).select_from(PickValue)):
            rows = [PickValue(list=which, name=n, color=c, position=i) for i, (n, c) in enumerate(values)]
            db.session.add_all(rows)


def pick_values(which: PickList) -> list[PickValue]:
    """The values of a list, in their order."""
    return list(db.session.scalars(select(PickValue).where(PickValue.list == which).order_by(PickValue.position)))


def names_of(which: PickList, languages: tuple[str, ...] = ("en", "it")) -> dict[str, int]:
    """Lower-case name, in any of our languages, to id: what an import or an API user may write."""
    names: dict[str, int] = {}
    for value in pick_values(which):
        names[value.name.lower()] = value.id
        for language in languages:
            with force_locale(language):
                names.setdefault(gettext(value.name).lower(), value.id)
    return names


def add_pick_value(which: PickList, name: str) -> PickValue:
    """A new value at the end of the list."""
    position = db.session.scalar(select(func.max(PickValue.position)).where(PickValue.list == which)) or 0
    value = PickValue(list=which, name=name, color="gray", position=position + 1)
    db.session.add(value)
    db.session.flush()
    return value

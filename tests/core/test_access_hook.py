"""The choke point itself: whatever the form of an ORM statement, a row that is not for the actor is not in it.

Each probe is asked as Nino (a stranger), as nobody and as Sergio (the owner): nothing, nothing, something. Without
the hook of `app/core/access.py` all of them fail.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, exists, func, insert, literal, select, union, update
from sqlalchemy.orm import aliased, joinedload, lazyload, selectinload, subqueryload

from app.contacts import service
from app.contacts.models import Address, Channel, Contact, Kind, Tag, contact_tag
from app.core import access
from app.core.access import ForAdministrators, guarded_models
from app.core.db import db
from app.exports.models import ExportRun
from app.lists.models import SavedView
from app.notices.models import Notice
from tests.factories import FACTORIES, Maker, Someone, acting, unique

# What administrators see of these, where it is not what their owner sees.
ADMINISTRATORS = {Notice: 0, ExportRun: 0, SavedView: 0}
ADMINISTRATORS |= {model: 1 for model in guarded_models() if issubclass(model, ForAdministrators)}
Probe = Callable[[int, int], Any]
Other = aliased(Contact)
NamesOfAll = select(Contact.id).cte("all_of_them")


def rows(statement: Any) -> list[Any]:
    return list(db.session.scalars(statement).unique())


def one(statement: Any) -> Any:
    return db.session.scalar(statement)


def of_shown(load: Any) -> list[Any]:
    """The company of a person open to all, whose company is hidden, by one way of loading."""
    persons = rows(select(Contact).where(Contact.first_name == "Aperta").options(load))
    return [p.company for p in persons if p.company is not None]


def bulk(statement: Any) -> int:
    count = db.session.execute(statement).rowcount
    db.session.rollback()
    return int(count)


PROBES: dict[str, Probe] = {
    "select": lambda c, p: rows(select(Contact).where(Contact.id == c)),
    "select of a column": lambda c, p: rows(select(Contact.name).where(Contact.id == c)),
    "legacy query": lambda c, p: db.session.query(Contact).filter(Contact.id == c).all(),
    "legacy query get": lambda c, p: db.session.query(Contact).get(c),
    "get": lambda c, p: db.session.get(Contact, c),
    "get one of several": lambda c, p: rows(select(Contact).where(Contact.id.in_([c, p]))),
    "alias": lambda c, p: rows(select(Other).where(Other.id == c)),
    "alias of a subquery": lambda c, p: rows(
        select(aliased(Contact, select(Contact).where(Contact.id == c).subquery()))
    ),
    "join to the hidden": lambda c, p: rows(select(Other.name).join(Contact, Contact.company_id == Other.id)),
    "join along the relation": lambda c, p: rows(select(Other.name).join(Contact.company.of_type(Other))),
    "outer join": lambda c, p: [
        n for n in rows(select(Other.name).join_from(Contact, Other, Contact.company, isouter=True)) if n
    ],
    "joined loading": lambda c, p: of_shown(joinedload(Contact.company)),
    "select-in loading": lambda c, p: of_shown(selectinload(Contact.company)),
    "subquery loading": lambda c, p: of_shown(subqueryload(Contact.company)),
    "lazy loading": lambda c, p: of_shown(lazyload(Contact.company)),
    "subquery": lambda c, p: rows(select(select(Contact.id).where(Contact.id == c).subquery().c.id)),
    "scalar subquery": lambda c, p: one(select(select(Contact.name).where(Contact.id == c).scalar_subquery())),
    "in a subquery": lambda c, p: rows(
        select(Contact.id).where(Contact.company_id.in_(select(Other.id).where(Other.id == c)))
    ),
    "common table": lambda c, p: [i for i in rows(select(NamesOfAll.c.id)) if i in (c, p)],
    "recursive": lambda c, p: rows(recursive(c)),
    "union": lambda c, p: rows(
        union(select(Contact.id).where(Contact.id == c), select(Contact.id).where(Contact.id == p))
    ),
    "exists": lambda c, p: one(select(exists().where(Contact.id == c))),
    "exists along the relation": lambda c, p: rows(
        select(Contact.id).where(Contact.company.of_type(Other).has(Other.id == c))
    ),
    "exists of children": lambda c, p: rows(select(Contact.id).where(Contact.id == c, Contact.channels.any())),
    "count": lambda c, p: one(select(func.count()).select_from(Contact).where(Contact.id.in_([c, p]))),
    "count of a column": lambda c, p: one(select(func.count(Contact.id)).where(Contact.id.in_([c, p]))),
    "legacy count": lambda c, p: db.session.query(Contact).filter(Contact.id == c).count(),
    "sum": lambda c, p: one(select(func.sum(Contact.version)).where(Contact.id == c)),
    "max": lambda c, p: one(select(func.max(Contact.name)).where(Contact.id == c)),
    "group by": lambda c, p: rows(select(func.count()).where(Contact.id == c).group_by(Contact.kind)),
    "window": lambda c, p: rows(select(func.row_number().over(order_by=Contact.id)).where(Contact.id == c)),
    "bulk update": lambda c, p: bulk(update(Contact).where(Contact.id == c).values(title="x")),
    "bulk delete": lambda c, p: bulk(delete(Contact).where(Contact.id == c)),
    "update where exists": lambda c, p: bulk(update(Channel).where(Channel.contact_id == p).values(kind="home")),
    "delete of children": lambda c, p: bulk(delete(Address).where(Address.contact_id == p)),
    "channels": lambda c, p: rows(select(Channel).where(Channel.contact_id == p)),
    "channels by value": lambda c, p: rows(select(Channel.value).where(Channel.normal.like("%segreto%"))),
    "addresses": lambda c, p: rows(select(Address).where(Address.contact_id == p)),
    "channel joined to its contact": lambda c, p: rows(select(Contact.name).join(Channel).where(Contact.id == c)),
    "persons of the company": lambda c, p: rows(select(Contact.id).where(Contact.company_id == c, Contact.private)),
    "tags through their table": lambda c, p: rows(
        select(Tag.name).join(contact_tag).join(Contact, Contact.id == contact_tag.c.contact_id).where(Contact.id == p)
    ),
    "search": lambda c, p: rows(select(Contact).where(Contact.search.contains("segreto"))),
    "streamed": lambda c, p: list(
        db.session.scalars(select(Contact).where(Contact.id == c).execution_options(yield_per=5))
    ),
    "literal beside": lambda c, p: db.session.execute(select(literal(1), Contact.name).where(Contact.id == c)).all(),
}


def recursive(company: int) -> Any:
    tree = select(Contact.id).where(Contact.id == company).cte("tree", recursive=True)
    return select(tree.union_all(select(Contact.id).join(tree, Contact.company_id == tree.c.id)).c.id)


@pytest.fixture
def hidden(make: Maker) -> tuple[int, int]:
    """A private company and a private person in it, both Sergio's, and a person open to all in that company."""
    fields = {"emails": ["segreto@example.com"], "addresses": [{"city": "Segreto"}], "tags": [unique("segreto")]}
    company = make.contact(kind=Kind.COMPANY, name="Segreto spa", private=True, **fields)
    person = make.contact(company=company, private=True, **fields)
    make.contact(first_name="Aperta", company=company)
    return company, person


@pytest.mark.parametrize("name", PROBES)
def test_a_row_is_for_its_actor_alone(app: Flask, make: Maker, hidden: tuple[int, int], name: str) -> None:
    """ACC-06, threat 28: nothing for a stranger, nothing without an actor, something for the owner."""
    asked = {}
    for who in (make["nino"], None, make["sergio"]):
        with app.app_context(), acting(who):
            asked[who.username if who else "nobody"] = bool(PROBES[name](*hidden))
            db.session.remove()
    assert asked == {"nino": False, "nobody": False, "sergio": True}


@pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)
def test_each_guarded_table(app: Flask, make: Maker, model: type[Any]) -> None:
    """ACC-06: rows of every guarded table, children too, are for their owner and administrators; notices,
    exports and saved views that are not shared are for one person alone, administrators' work for them alone."""
    with app.app_context():
        FACTORIES[model](make["sergio"], private=True)
    seen = {name: count(app, make[name], model) for name in ("sergio", "ada", "marta", "nino", "livia", "renzo")}
    assert seen["ada"] == seen["marta"] == ADMINISTRATORS.get(model, seen["sergio"])
    assert seen["ada" if issubclass(model, ForAdministrators) else "sergio"] > 0
    assert seen["nino"] == seen["livia"] == seen["renzo"] == count(app, None, model) == 0


def test_each_guarded_table_has_a_factory() -> None:
    """A new entity is not tested until it can be made: it has a line in FACTORIES."""
    assert set(guarded_models()) == set(FACTORIES)


def count(app: Flask, who: Someone | None, model: type[Any]) -> int:
    with app.app_context(), acting(who):
        return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def test_sharing_reaches_persons_and_groups(app: Flask, make: Maker) -> None:
    """CON-07, ACC-06: named users and groups see it, and stop seeing it when taken off."""
    friend, outsider = make.user(), make.user()
    group = make.group("", friend)
    contact = make.contact(private=True, shared_with=[-group, make["livia"].id])
    assert [sees(app, who, contact) for who in (friend, make["livia"], outsider)] == [True, True, False]
    with app.app_context(), acting(make["sergio"]):
        service.share(db.session.get(Contact, contact), True, [])
        db.session.commit()
    assert [sees(app, who, contact) for who in (friend, make["livia"], make["sergio"])] == [False, False, True]


def test_the_bin_is_closed_to_all(app: Flask, make: Maker) -> None:
    """GEN-07: what is in the bin is seen by nobody, administrators included, and by no count."""
    contact = make.contact()
    with app.app_context(), acting(make["sergio"]):
        service.delete(db.session.get(Contact, contact))
        db.session.commit()
    assert not any(sees(app, make[name], contact) for name in make.cast)


def test_the_audience_is_kept_by_the_database(app: Flask, make: Maker) -> None:
    """CON-07: a writer that knows nothing of audiences cannot forget it."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        made = db.session.scalars(
            insert(Contact)
            .values(
                kind="person", last_name="X", private=True, owner_id=make["sergio"].id, co_owners=[make["livia"].id]
            )
            .returning(Contact.id)
        ).one()
        db.session.commit()
    assert [sees(app, make[n], made) for n in ("sergio", "livia", "nino")] == [True, True, False]


def sees(app: Flask, who: Someone, contact: int) -> bool:
    with app.app_context(), acting(who):
        return db.session.get(Contact, contact) is not None

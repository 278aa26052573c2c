"""Finds contacts that may be one (CON-13): blocks by what must be equal, and near names within them.

A worker looks through all contacts as the product itself. What it finds is shown to whoever sees both of a pair.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from app.contacts import likeness
from app.contacts.models import Channel, Contact, Kind, Medium
from app.contacts.pairs import DuplicateSearch, Pair
from app.core import access, clock, runs
from app.core.db import db
from app.core.jobs import later
from app.core.runs import ENDED

REASONS = {
    "email": _l("Same email"),
    "phone": _l("Same phone"),
    "vat": _l("Same VAT number"),
    "name_company": _l("Same name and company"),
    "name": _l("Same name"),
    "near": _l("Similar name"),
}
SCORES = {"email": 92, "phone": 80, "vat": 95, "name_company": 90, "name": 60, "near": 70}
MOST_ALIKE = 12  # who share one email, phone or name: more of them are a switchboard, not one person
MOST_PAIRS = 50_000  # the best are kept
STRANGERS = 45  # of 100: below, a shared email or phone is a household's
FETCH = 20_000
STEPS = 6
Found = dict[tuple[int, int], set[str]]


def search() -> Iterator[int]:
    """Look through all contacts and write the pairs; gives the number of the step that is done, from 1 to STEPS.

    The caller acts as SYSTEM and commits at the end.
    """
    found: Found = {}
    runs.snapshot()
    for number, step in enumerate((_channels, _vat_numbers, _names, _near_persons, _near_companies), 1):
        for reason, ids in step():
            for one, other in combinations(sorted(set(ids)), 2):
                found.setdefault((one, other), set()).add(reason)
        yield number
    rows = _scored(found)
    db.session.commit()
    _write(rows)
    yield STEPS


def _rows(statement: Any) -> Iterable[Any]:
    """Read as they come, and not into memory first."""
    return db.session.execute(statement.execution_options(yield_per=FETCH))


def _grouped(key: Any, *columns: Any) -> Select[Any]:
    ids = func.array_agg(key)
    return select(*columns, ids).group_by(*columns).having(func.count().between(2, MOST_ALIKE))


def _channels() -> Iterator[tuple[str, list[int]]]:
    same = _grouped(Channel.contact_id, Channel.medium, Channel.normal)
    same = same.join(Contact, Contact.id == Channel.contact_id).where(Contact.deleted_at.is_(None))
    for medium, _normal, ids in _rows(same.where(Channel.medium.in_([Medium.EMAIL, Medium.PHONE]))):
        yield medium, ids


def _vat_numbers() -> Iterator[tuple[str, list[int]]]:
    same = _grouped(Contact.id, Contact.vat_number).where(Contact.vat_number.is_not(None), Contact.deleted_at.is_(None))
    for _number, ids in _rows(same):
        yield "vat", ids


def _names() -> Iterator[tuple[str, list[int]]]:
    same = _grouped(Contact.id, Contact.kind, Contact.sort_name, Contact.company_id).where(Contact.deleted_at.is_(None))
    for kind, _name, company, ids in _rows(same.where(Contact.sort_name != "")):
        yield ("name_company" if company or kind == Kind.COMPANY else "name"), ids


def _near_persons() -> Iterator[tuple[str, list[int]]]:
    """Near names at one company."""
    named = select(Contact.company_id, Contact.id, Contact.sort_name).where(Contact.deleted_at.is_(None))
    at_one = named.where(Contact.company_id.is_not(None)).order_by(Contact.company_id)
    for block in _blocks((company, (key, name)) for company, key, name in _rows(at_one)):
        yield from (("near", [one, other]) for one, other, _score in likeness.near(block))


def _near_companies() -> Iterator[tuple[str, list[int]]]:
    """Near names of companies, their legal forms left out, among those that begin alike."""
    firms = select(Contact.id, Contact.sort_name).where(Contact.kind == Kind.COMPANY, Contact.deleted_at.is_(None))
    cores = ((key, likeness.company_core(name)) for key, name in _rows(firms.order_by(Contact.sort_name)))
    for block in _blocks((core[: likeness.PREFIX], (key, core)) for key, core in cores):
        yield from (("near", [one, other]) for one, other, _score in likeness.near(block))


def _blocks(rows: Iterable[tuple[Any, likeness.Named]]) -> Iterator[list[likeness.Named]]:
    """The neighbours with one key; the rows come in its order."""
    block: list[likeness.Named] = []
    last = None
    for key, named in rows:
        if key != last and block:
            yield block
            block = []
        last = key
        block.append(named)
    if block:
        yield block


def _scored(found: Found) -> list[dict[str, Any]]:
    """The best pairs of one kind, as rows."""
    names = _names_of({key for pair in found for key in pair})
    rows: list[dict[str, Any]] = []
    for (one, other), reasons in found.items():
        (kind, name), (other_kind, other_name) = names[one], names[other]
        if kind == other_kind:
            score = _score(reasons, likeness.alike(name, other_name))
            rows.append({"low_id": one, "high_id": other, "score": score, "reasons": sorted(reasons)})
    return sorted(rows, key=lambda row: -row["score"])[:MOST_PAIRS]


def _score(reasons: set[str], alike: float) -> int:
    best = max(SCORES[reason] for reason in reasons) + 4 * (len(reasons) - 1)
    return max(1, min(99, best - (30 if alike < STRANGERS else 0)))


def _names_of(ids: set[int]) -> dict[int, tuple[str, str]]:
    wanted, names = sorted(ids), {}
    for start in range(0, len(wanted), FETCH):
        some = select(Contact.id, Contact.kind, Contact.sort_name).where(Contact.id.in_(wanted[start : start + FETCH]))
        names.update({key: (kind, name) for key, kind, name in db.session.execute(some)})
    return names


def _write(rows: list[dict[str, Any]]) -> None:
    """In place of what was found before; what a person has decided stays."""
    db.session.execute(
        delete(Pair).where(Pair.dismissed_at.is_(None)), execution_options={"synchronize_session": False}
    )
    for start in range(0, len(rows), 5000):
        db.session.execute(insert(Pair).values(rows[start : start + 5000]).on_conflict_do_nothing())


def start() -> DuplicateSearch:
    """Queue a search, or give the one that is on its way. Flushes."""
    going = db.session.scalar(select(DuplicateSearch).where(DuplicateSearch.state.notin_(ENDED)).limit(1))
    if going is not None:
        return going
    run = DuplicateSearch(total=STEPS, queued_at=clock.now(), locale=str(get_locale() or "en")[:5])
    db.session.add(run)
    db.session.flush()
    later("contacts.duplicates", run)
    return run


def latest() -> DuplicateSearch | None:
    """The search begun last."""
    return db.session.scalar(select(DuplicateSearch).order_by(DuplicateSearch.id.desc()).limit(1))


def pairs(limit: int, after: tuple[int, int] | None = None) -> list[Pair]:
    """The pairs that the actor sees, the likeliest first, after the one with this (score, id)."""
    both = [joinedload(side).joinedload(Contact.company).lazyload("*") for side in (Pair.low, Pair.high)]
    rows = select(Pair).where(Pair.dismissed_at.is_(None)).options(*both)
    rows = rows.order_by(Pair.score.desc(), Pair.id.desc()).limit(limit)
    return list(db.session.scalars(rows.where(tuple_(Pair.score, Pair.id) < tuple_(*after)) if after else rows))


def dismiss(pair: Pair) -> None:
    """Say that they are two. Flushes."""
    pair.dismissed_at, pair.dismissed_by = clock.now(), access.current().user_id
    db.session.flush()

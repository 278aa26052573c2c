"""Search over everything at once (GEN-06): one statement a kind of record, each by its trigram index.

What begins with the words comes first. Where hardly anything holds what was typed, names that are merely alike are
looked for. Every row goes through the access hook, so that nothing hidden is found, or counted.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import format_currency
from flask_babel import lazy_gettext as _l
from psycopg.errors import QueryCanceled
from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select, union_all
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload, lazyload

from app.cases.models import Case
from app.contacts import queries as contacts
from app.contacts.models import Channel, Contact, Medium
from app.core.db import db
from app.core.finding import SHORTEST, matching
from app.core.text import fold, like_fragment
from app.invoices.models import Invoice
from app.opportunities.models import Opportunity
from app.projects.models import Project
from app.tasks import queries as tasks
from app.tasks.models import Task

log = logging.getLogger(__name__)
LONGEST = 100  # letters of a question
LOOKED_AT = 200  # rows of a kind that are put in order, of however many hold the words
FEW = 3  # hits below which names that are merely alike are looked for
ALIKE = "0.45"  # of pg_trgm's word similarity: "rosi" finds Rossi, "bianci" finds Bianchi
PATIENCE = "100ms"  # for names of a kind that are alike
TYPO_FROM = 4  # letters: shorter ones are alike to too much


@dataclass(frozen=True)
class Source:
    """A kind of record that is searched. `holds` gives its condition for typed words, None where they are too short
    for its index; `named` is the text that hits are sorted by; `about` is what stands beside a hit's name."""

    key: str
    label: Any
    icon: str
    permission: str
    page: str
    listed: str
    model: type[Any]
    holds: Callable[[str], ColumnElement[bool] | None]
    named: Any
    loads: tuple[Any, ...] = ()
    about: Callable[[Any], str] = lambda _row: ""
    list_values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """The first hits of a kind, in their order; `more` tells whether there are others, `alike` that they do not hold
    the words but names like them."""

    source: Source
    rows: list[Any]
    more: bool = False
    alike: bool = False
    subs: dict[int, str] = field(default_factory=dict)

    def sub(self, row: Any) -> str:
        """What stands beside the name of a hit."""
        return self.subs.get(row.id) or self.source.about(row)


def _long_enough(typed: str) -> bool:
    return any(len(word) >= SHORTEST for word in fold(typed).split())


def _of_title(model: type[Any]) -> Callable[[str], ColumnElement[bool]]:
    return lambda typed: matching(model, typed)


def _of_task(typed: str) -> ColumnElement[bool] | None:
    return tasks.matching(typed) if _long_enough(typed) else None


def _of_invoice(typed: str) -> ColumnElement[bool] | None:
    """Words of number, client and order; a short number is the end of an invoice's, after a zero or a mark."""
    words = fold(typed).split()[:8]
    if len(words) == 1 and words[0].isdigit() and len(words[0]) < SHORTEST:
        return or_(*(Invoice.search.like(f"%{mark}{words[0]} %") for mark in ("0", "/", "-")))
    holds = and_(*(Invoice.search.like(like_fragment(word)) for word in words))
    return holds if _long_enough(typed) else None


def _opportunity(row: Opportunity) -> str:
    worth = format_currency(row.total, row.currency) if row.total is not None else ""
    return " · ".join(filter(None, (str(row.contact or ""), row.stage.label, worth)))


def _invoice(row: Invoice) -> str:
    return " · ".join(filter(None, (row.client_name, format_currency(row.total, row.currency))))


def _linked(*names: str) -> Callable[[Any], str]:
    return lambda row: str(next(filter(None, (getattr(row, name) for name in names)), ""))


def _with(model: type[Any], *names: str) -> tuple[Any, ...]:
    return tuple(joinedload(getattr(model, name)).lazyload("*") for name in names)


SOURCES = (
    Source(
        "contact", _l("Contacts"), "users", "Contact", "ContactView.show", "ContactView.list", Contact,
        contacts.matching, Contact.sort_name,
    ),
    Source(
        "opportunity", _l("Opportunities"), "target-arrow", "Opportunity", "OpportunityView.show",
        "OpportunityView.list", Opportunity, _of_title(Opportunity), Opportunity.sort_name,
        _with(Opportunity, "contact", "stage"), _opportunity,
    ),
    Source(
        "invoice", _l("Invoices"), "file", "Invoice", "InvoiceView.show", "InvoiceView.list", Invoice,
        _of_invoice, Invoice.search, (), _invoice,
    ),
    Source(
        "task", _l("Tasks"), "checkbox", "Task", "TaskView.show", "TaskView.list", Task, _of_task, Task.search,
        _with(Task, "contact", "opportunity", "case", "project"),
        _linked("opportunity", "case", "project", "contact"), {"who": "everyone"},
    ),
    Source(
        "case", _l("Cases"), "inbox", "Case", "CaseView.show", "CaseView.list", Case, _of_title(Case),
        Case.sort_name, (), lambda row: row.place or "", {"state": "all"},
    ),
    Source(
        "project", _l("Projects"), "briefcase", "Project", "ProjectView.show", "ProjectView.list", Project,
        _of_title(Project), Project.sort_name, _with(Project, "contact", "opportunity"),
        _linked("contact", "opportunity"),
    ),
)  # fmt: skip


def find(typed: str, sources: Iterable[Source], most: int) -> list[Found]:
    """The first `most` hits of each of these kinds that has any. At most one statement a kind, one for the emails of
    contacts, and, where fewer than FEW hold the words, one more for each kind that has names."""
    typed, sources = " ".join(typed[:LONGEST].replace("\0", " ").split()), list(sources)
    found = [_holding(source, typed, most) for source in sources] if typed else []
    if found and count(found) < FEW and _is_name(typed):
        found = _or_alike(found, typed, most)
    return [_with_emails(one) for one in found if one.rows]


def _is_name(typed: str) -> bool:
    """Whether it can be a name that is written otherwise: no number, no address."""
    return len(typed) >= TYPO_FROM and not any(mark.isdigit() or mark in "@/_" for mark in typed)


def _holding(source: Source, typed: str, most: int) -> Found:
    holds, model = source.holds(typed), source.model
    if holds is None:
        return Found(source, [])
    start = source.named.like(like_fragment(fold(typed))[1:])
    ids = [select(select(model.id).where(holds).limit(LOOKED_AT).subquery().c.id)]
    if hasattr(model, "sort_name"):  # its index begins with it: what lies beyond LOOKED_AT is still found first
        ids.append(select(model.id).where(start).order_by(model.sort_name, model.id).limit(most + 1))
    rows = _rows(source, select(model).where(model.id.in_(union_all(*ids))), most, case((start, 0), else_=1))
    return Found(source, rows[:most], more=len(rows) > most)


def _or_alike(found: list[Found], typed: str, most: int) -> list[Found]:
    """The kinds that have no hit with names that are not quite so written; what takes longer than PATIENCE is given
    up, so that a question never holds up who types on."""
    likeness, timeout = "pg_trgm.word_similarity_threshold", "statement_timeout"
    try:
        with db.session.begin_nested():
            usual = db.session.scalar(select(func.current_setting(timeout)))
            db.session.execute(select(func.set_config(likeness, ALIKE, True), func.set_config(timeout, PATIENCE, True)))
            found = [one if one.rows else _alike(one.source, typed, most) for one in found]
            db.session.execute(select(func.set_config(timeout, usual, True)))
    except OperationalError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        log.info("gave up looking for names like the typed one")
    return found


def _alike(source: Source, typed: str, most: int) -> Found:
    """The likest of the first LOOKED_AT rows in which some words are like those."""
    model, word = source.model, cast(fold(typed), String)
    if not hasattr(model, "sort_name"):
        return Found(source, [])
    some = select(model.id).where(model.search.op("%>", is_comparison=True)(word)).limit(LOOKED_AT).subquery()
    likest = func.strict_word_similarity(word, model.sort_name).desc()
    return Found(
        source, _rows(source, select(model).where(model.id.in_(select(some.c.id))), most, likest)[:most], alike=True
    )


def _rows(source: Source, rows: Select[Any], most: int, first: Any) -> list[Any]:
    """One more than `most`, to know whether there are others. What hangs on a row is not loaded with it."""
    rows = rows.options(lazyload("*"), *source.loads).order_by(first, source.named, source.model.id.desc())
    return list(db.session.scalars(rows.limit(most + 1)).unique())


def _with_emails(found: Found) -> Found:
    """Contacts are told apart by their address."""
    if found.source.model is not Contact:
        return found
    mine = (Channel.contact_id.in_([row.id for row in found.rows]), Channel.medium == Medium.EMAIL)
    emails = db.session.execute(select(Channel.contact_id, Channel.value).where(*mine).order_by(Channel.is_primary))
    found.subs.update({row[0]: row[1] for row in emails})
    found.subs.update({row.id: row.title for row in found.rows if row.id not in found.subs and row.title})
    return found


def count(found: Sequence[Found]) -> int:
    """How many hits are shown."""
    return sum(len(one.rows) for one in found)

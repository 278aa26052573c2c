"""The figures of the first page (REP-04): each is counted up to a cap and leads to the list that it counts.

Nothing here grows with the tables: a figure looks at COUNT_CAP + 1 rows at most. The lists count up to the same cap.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import case, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, lazyload

from app.contacts.models import Contact
from app.core import access, clock
from app.core.db import db
from app.core.interface import COUNT_CAP
from app.core.people import User
from app.history.models import HistoryEvent, Verb
from app.invoices.models import Invoice, Kind, Status
from app.opportunities import service, stages
from app.opportunities.models import Opportunity, Stage, StageKind
from app.opportunities.queries import STALE
from app.settings import currencies
from app.tasks import lists
from app.tasks.lists import Group, Wanted
from app.tasks.models import Task
from app.tasks.queries import loads
from reports.asking import later
from reports.grouping import month_of
from reports.tables import Chart, Link, Table, headed, within
from reports.tables import Kind as Cell

ROWS = 6  # records that a tile shows
RECENT = dt.timedelta(days=30)
SOON = 30  # days in which an invoice falls due
NEW = (7, 30)  # days
MONTHS = 3
LATEST = 200  # contacts among which the newest are looked for: they come in the order of their ids, or nearly
GREATER = (Verb.MOVED, Verb.TASK_DONE, Verb.BILLED, Verb.MERGED, Verb.FILE)


@dataclass(frozen=True)
class Number:
    """A figure: what it counts, how many up to a cap, the list that it counts; `amount` is what they are worth."""

    label: Any
    count: int
    link: Link
    amount: Decimal | None = None
    bad: bool = False
    cap: int = COUNT_CAP


@dataclass(frozen=True)
class Ground:
    """What several tiles stand on: the stages, and the rates of the day. Asked for once a page."""

    stages: list[Stage]
    rates: currencies.Rates

    @classmethod
    def now(cls) -> "Ground":
        """As things are."""
        return cls(stages.all_stages(), currencies.rates_of())

    def ids(self, kind: StageKind) -> list[int]:
        """The stages of a kind."""
        return [stage.id for stage in self.stages if stage.kind == kind]


@dataclass
class Figures:
    """What a tile shows: numbers, records, a table with its chart; amounts are in `currency`."""

    numbers: list[Number] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    table: Table | None = None
    currency: str = ""


def _today() -> dt.date:
    return clock.today(access.current().timezone)


def _capped(found: Any) -> Any:
    """At most COUNT_CAP + 1 rows of a statement, to be counted and added up."""
    return found.limit(COUNT_CAP + 1).subquery()


def day(_ground: Ground) -> Figures:
    """My tasks: what is late and what is due today or this week; then whose reminder comes first."""
    mine = Wanted(owner=access.current().user_id)
    counts = lists.counts(mine)
    labels = {Group.OVERDUE: _("Overdue"), Group.TODAY: _("Today"), Group.WEEK: _("This week")}
    numbers = [
        Number(label, counts[group], Link("task", {"group": group.value}), bad=group is Group.OVERDUE, cap=lists.CAP)
        for group, label in labels.items()
    ]
    open_ones = (Task.deleted_at.is_(None), Task.closed_at.is_(None), Task.owner_id == mine.owner)
    first = func.least(Task.due_at, Task.remind_at)
    soon = or_(Task.due_at < clock.now() + dt.timedelta(1), Task.remind_at < clock.now() + dt.timedelta(1))
    rows = select(Task).where(*open_ones, soon).order_by(first, Task.id).limit(ROWS).options(*loads())
    return Figures(numbers, list(db.session.scalars(rows)))


def pipeline(ground: Ground) -> Figures:
    """Open opportunities by stage, with what they are worth."""
    known = [stage for stage in ground.stages if stage.is_open]
    columns = (Opportunity.stage_id, Opportunity.currency, Opportunity.total)
    parts = [select(_capped(select(*columns).where(Opportunity.stage_id == stage.id))) for stage in known]
    found = union_all(*parts).subquery() if parts else None
    sums = _sums(found.c, found.c.stage_id, ground) if found is not None else {}
    numbers = [
        Number(stage.label, count, Link("opportunity", {"stage": stage.id}), amount)
        for stage in known
        for count, amount in [sums.get(stage.id, (0, Decimal(0)))]
    ]
    rows = [[number.label, number.count, number.amount] for number in numbers]
    shown = headed(("stage", _("Stage")), ("count", _("Opportunities"), Cell.COUNT), ("total", _("Total"), Cell.MONEY))
    return Figures(numbers, [], Table(shown, rows, Chart(0, 2), ground.rates.currency), ground.rates.currency)


def _sums(columns: Any, key: Any, ground: Ground) -> dict[Any, tuple[int, Decimal]]:
    """Count and sum, in the default currency by the rates of the day, of rows with `currency` and `total` by a key."""
    rates = ground.rates.factors
    found: dict[Any, tuple[int, Decimal]] = {}
    statement = select(key, columns.currency, func.count(), func.sum(columns.total)).group_by(key, columns.currency)
    for one, code, count, total in db.session.execute(statement):
        before = found.get(one, (0, Decimal(0)))
        worth = currencies.EXACT.multiply(total or Decimal(0), rates.get(code) or Decimal(0))
        found[one] = (before[0] + count, before[1] + worth)
    return found


def deals(ground: Ground) -> Figures:
    """My open opportunities, and those of them that were left alone."""
    me = access.current().user_id
    open_ones = ground.ids(StageKind.OPEN)
    mine = (Opportunity.owner_id == me, Opportunity.stage_id.in_(open_ones))
    left = (Opportunity.owner_id == me, service.stale(open_ones))
    counts = [
        select(func.count()).select_from(_capped(select(literal(1)).select_from(Opportunity).where(*which)))
        for which in (mine, left)
    ]
    total, stale = db.session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    numbers = [
        Number(_("My open ones"), total, Link("opportunity", {"stage": "open", "owner": me})),
        Number(_("Neglected"), stale, Link("opportunity", {"stage": STALE, "owner": me}), bad=True),
    ]
    rows = select(Opportunity).where(*mine).order_by(Opportunity.expected_close, Opportunity.id).limit(ROWS)
    rows = rows.options(lazyload("*"), joinedload(Opportunity.contact).lazyload("*"), joinedload(Opportunity.stage))
    return Figures(numbers, list(db.session.scalars(rows)))


def invoices(ground: Ground) -> Figures:
    """Invoices that should have been paid, and those that fall due in SOON days, with what is open of them."""
    today = _today()
    end = today + dt.timedelta(days=SOON)
    late = case((Invoice.due_date < today, literal("late")), else_=literal("due")).label("key")
    billed = (Invoice.status == Status.BILLED, Invoice.kind == Kind.INVOICE)
    open_amount = (Invoice.total - Invoice.paid).label("total")
    spans = (Invoice.due_date < today, Invoice.due_date.between(today, end))
    parts = [select(_capped(select(late, Invoice.currency, open_amount).where(*billed, span))) for span in spans]
    found = union_all(*parts).subquery()
    sums = _sums(found.c, found.c.key, ground)
    overdue = Link("invoice", {"status": "overdue", "kind": Kind.INVOICE.value})
    days = within("due_date", today, end)
    due = Link("invoice", {"status": Status.BILLED.value, "kind": Kind.INVOICE.value, **days})
    nothing = (0, Decimal(0))
    numbers = [
        Number(_("Overdue"), sums.get("late", nothing)[0], overdue, sums.get("late", nothing)[1], bad=True),
        Number(_("Due in 30 days"), sums.get("due", nothing)[0], due, sums.get("due", nothing)[1]),
    ]
    rows = select(Invoice).where(*billed, Invoice.due_date <= end).order_by(Invoice.due_date, Invoice.id).limit(ROWS)
    return Figures(numbers, list(db.session.scalars(rows.options(lazyload("*")))), None, ground.rates.currency)


def forecast(ground: Ground) -> Figures:
    """What is expected to close in this month and the next ones, and what was won in them."""
    first = _today().replace(day=1)
    end = later(first, MONTHS)
    days = {StageKind.OPEN: Opportunity.expected_close, StageKind.WON: Opportunity.closed_on}
    parts = [
        select(
            _capped(
                select(
                    (func.to_char(month_of(day), "YYYY-MM") + f" {kind}").label("key"),
                    Opportunity.currency,
                    Opportunity.total,
                ).where(Opportunity.stage_id.in_(ground.ids(kind)), day >= first, day < end)
            )
        )
        for kind, day in days.items()
    ]
    found = union_all(*parts).subquery()
    sums = _sums(found.c, found.c.key, ground)
    return Figures([*_months(sums, first)], [], None, ground.rates.currency)


def _months(sums: dict[Any, tuple[int, Decimal]], first: dt.date) -> list[Number]:
    numbers = []
    for n in range(MONTHS):
        month, after = later(first, n), later(first, n + 1)
        for kind, column in ((StageKind.OPEN, "expected_close"), (StageKind.WON, "closed_on")):
            days = within(column, month, after - dt.timedelta(1))
            count, amount = sums.get(f"{month:%Y-%m} {kind}", (0, Decimal(0)))
            numbers.append(Number(month, count, Link("opportunity", {"stage": kind.value, **days}), amount))
    return numbers


def events(_ground: Ground) -> Figures:
    """What people wrote down lately, and the greater things that happened by themselves, of what the actor sees."""
    parents = [joinedload(getattr(HistoryEvent, name)).lazyload("*") for name in HistoryEvent.parents]
    names = joinedload(HistoryEvent.author).load_only(User.first_name, User.last_name)
    recent = select(HistoryEvent).where(HistoryEvent.happened_at.between(clock.now() - RECENT, clock.now()))
    recent = recent.where(or_(HistoryEvent.category_id.is_not(None), HistoryEvent.verb.in_(GREATER)))
    recent = recent.options(*parents, joinedload(HistoryEvent.category), names)
    newest = recent.order_by(HistoryEvent.happened_at.desc(), HistoryEvent.id.desc())
    return Figures(rows=list(db.session.scalars(newest.limit(ROWS))))


def contacts(_ground: Ground) -> Figures:
    """Contacts that came in the last days."""
    today = _today()
    counts, numbers = [], []
    for days in NEW:
        since = lists.due.instant(today - dt.timedelta(days - 1), dt.time(), access.current().timezone)
        some = _capped(select(literal(1)).select_from(Contact).where(Contact.created_at >= since))
        counts.append(select(func.count()).select_from(some).scalar_subquery())
    found = db.session.execute(select(*counts)).one()
    for days, count in zip(NEW, found, strict=True):
        span = f"{today - dt.timedelta(days - 1)}..{today}"
        numbers.append(Number(_("In %(days)s days", days=days), count, Link("contact", {"created_at": span})))
    latest = select(Contact.id).order_by(Contact.id.desc()).limit(LATEST).subquery()
    rows = select(Contact).where(Contact.id.in_(select(latest.c.id))).options(lazyload("*"))
    rows = rows.order_by(Contact.created_at.desc(), Contact.id.desc()).limit(ROWS)
    return Figures(numbers, list(db.session.scalars(rows)))

"""Invoices by status, client and month, and what is overdue since when (REP-02). Credit notes take away."""

import datetime as dt
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import case, func, select
from sqlalchemy.orm import lazyload

from app.contacts.models import Contact
from app.core import clock
from app.core.db import db
from app.invoices.models import Invoice, Kind, Status
from reports.asking import Asked
from reports.grouping import folded, in_order, month_of
from reports.tables import Chart, Link, Table, headed, within
from reports.tables import Kind as Cell

KEYS: dict[str, Any] = {"month": month_of(Invoice.date), "client": Invoice.client_id, "status": Invoice.status}
BILLED = (Status.BILLED, Status.PAID)
MOST_GROUPS = 500  # of clients the largest
AGES = (30, 60, 90)  # days since the due date


def _signed(amount: Any) -> Any:
    return func.sum(case((Invoice.kind == Kind.CREDIT_NOTE, -amount), else_=amount))


def _of(asked: Asked) -> list[Any]:
    person = [Invoice.created_by == asked.owner] if asked.owner else []
    return [*person, Invoice.currency == asked.currency] if asked.currency else person


def invoices(asked: Asked) -> Table:
    """Count, net, tax, total and what is open, of billed and paid ones by month or client, of all by status."""
    key = KEYS[asked.by]
    numbers = [_signed(amount) for amount in (Invoice.net, Invoice.tax, Invoice.total, Invoice.total - Invoice.paid)]
    found = select(key, Invoice.currency, func.count(), *numbers).where(*asked.days(Invoice.date), *_of(asked))
    if asked.by != "status":
        found = found.where(Invoice.status.in_(BILLED))
    found = found.group_by(key, Invoice.currency).order_by(numbers[2].desc().nulls_last()).limit(MOST_GROUPS)
    groups, missing = folded(db.session.execute(found), asked, 1, range(1, 5))
    names = _names(asked.by, [one for (one,) in groups])
    heading = {"month": _("Month"), "client": _("Client"), "status": _("Status")}[asked.by]
    columns = headed(
        (asked.by, heading, Cell.MONTH if asked.by == "month" else Cell.TEXT),
        ("count", _("Invoices"), Cell.COUNT),
        ("net", _("Net"), Cell.MONEY),
        ("tax", _("Tax"), Cell.MONEY),
        ("total", _("Total"), Cell.MONEY),
        ("open", _("Still open"), Cell.MONEY),
    )
    keys = in_order([one for (one,) in groups], lambda one: names(one) or "")
    rows = [[names(one), *groups[one,]] for one in keys]
    links = [_links(asked, one) for one in keys]
    return Table(columns, rows, Chart(0, 4), asked.shown_currency, missing, links)


def _links(asked: Asked, key: Any) -> dict[int, Link]:
    """The list of a status; lists can be asked for one of them and for no client, nor for who made an invoice."""
    if asked.by != "status" or asked.owner:
        return {}
    link = Link("invoice", asked.chosen | {"status": key} | within("date", asked.since, asked.until))
    return {0: link, 1: link}


def _names(by: str, keys: list[Any]) -> Any:
    if by == "month":
        return lambda key: key
    if by == "status":
        known = {Status.DRAFT: _("Draft"), Status.BILLED: _("Billed")}
        return (known | {Status.PAID: _("Paid"), Status.REJECTED: _("Rejected")}).get
    clients = db.session.scalars(select(Contact).where(Contact.id.in_(keys)).options(lazyload("*")))
    return {client.id: client.full_name for client in clients}.get


def overdue(asked: Asked) -> Table:
    """Billed invoices whose last day has passed, by how long ago that was."""
    today = clock.today(asked.zone)
    since = ((Invoice.due_date >= today - dt.timedelta(limit), place) for place, limit in enumerate(AGES))
    age = case(*since, else_=len(AGES))
    where = [Invoice.status == Status.BILLED, Invoice.due_date < today, Invoice.kind == Kind.INVOICE]
    found = select(age.label("age"), Invoice.currency, func.count(), func.sum(Invoice.total - Invoice.paid))
    found = found.where(*where, *asked.days(Invoice.date), *_of(asked)).group_by("age", Invoice.currency)
    groups, missing = folded(db.session.execute(found), asked, 1, range(1, 2))
    labels = [*(f"{a + 1}–{b}" for a, b in zip((0, *AGES), AGES, strict=False)), f"> {AGES[-1]}"]
    columns = headed(
        ("days", _("Days overdue")), ("count", _("Invoices"), Cell.COUNT), ("open", _("Still open"), Cell.MONEY)
    )
    rows = [[labels[place], *groups.get((place,), [0, Decimal(0)])] for place in range(len(labels))]
    links = [_of_age(asked, today, place) for place in range(len(labels))]
    return Table(columns, rows, Chart(0, 2), asked.shown_currency, missing, links)


def _of_age(asked: Asked, today: dt.date, place: int) -> dict[int, Link]:
    """The list of those that are overdue since some days."""
    first = today - dt.timedelta(AGES[place]) if place < len(AGES) else None
    last = today - dt.timedelta(AGES[place - 1] + 1 if place else 1)
    days = within("due_date", first, last) | within("date", asked.since, asked.until)
    link = Link("invoice", asked.chosen | {"status": "overdue", "kind": Kind.INVOICE.value} | days)
    return {} if asked.owner else {0: link, 1: link}

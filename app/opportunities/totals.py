"""What opportunities are worth together, in the default currency by the rates of the day (SET-03, OPP-08).

Sums are made by the database, one a currency; what has no rate is named and not counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.core.interface import COUNT_CAP
from app.opportunities import stages
from app.opportunities.models import Opportunity
from app.settings import currencies


@dataclass
class Sum:
    """An amount in `currency`; `missing` are the currencies left out for want of a rate. `of_open`: of all open ones,
    as too many were found to add them up."""

    amount: Decimal
    currency: str
    missing: list[str] = field(default_factory=list)
    of_open: bool = False


def summed(rows: Iterable[Any], rates: currencies.Rates, of_open: bool = False) -> Sum:
    """(currency, sum) pairs as one."""
    amount, missing = rates.converted({code: amount for code, amount in rows if amount})
    return Sum(amount, rates.currency, missing, of_open)


def of_open() -> Sum:
    """Of all open opportunities that the actor sees."""
    ids = [stage.id for stage in stages.all_stages() if stage.is_open]  # as a subquery they would cost a whole scan
    by_currency = select(Opportunity.currency, func.sum(Opportunity.total)).where(Opportunity.stage_id.in_(ids))
    rows = db.session.execute(by_currency.group_by(Opportunity.currency))
    return summed(rows, currencies.rates_of(), of_open=True)


def of_found(datamodel: Any, filters: Any, count: int) -> Sum:
    """Of those that a list found; of all open ones where these are more than lists count."""
    if count > COUNT_CAP:
        return of_open()
    found = datamodel._apply_inner_all(datamodel.session.query(Opportunity), filters, aliases_mapping={})
    ids = found.order_by(None).with_entities(Opportunity.id).subquery()
    by_currency = select(Opportunity.currency, func.sum(Opportunity.total)).where(Opportunity.id.in_(select(ids.c.id)))
    return summed(db.session.execute(by_currency.group_by(Opportunity.currency)), currencies.rates_of())

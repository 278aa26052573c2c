"""Random records of two people, of which one keeps some to himself, and the same as pandas frames."""

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from flask import Flask

from app.core import access, clock
from app.core.db import db
from app.opportunities import stages
from app.opportunities.models import Opportunity, StageChange
from app.settings import currencies
from app.settings.models import PickList
from reports import asking
from reports.catalogue import REPORTS
from reports.grouping import words
from reports.tables import Table
from tests import factories
from tests.factories import Maker

make = factories.make
RATE = Decimal("0.92")


@pytest.fixture
def answered(app: Flask, make: Maker) -> Callable[..., Table]:
    """Asks a report as somebody."""

    def ask(who: str, key: str, **args: Any) -> Table:
        with app.test_request_context(), factories.acting(make[who]):
            return REPORTS[key].make(asking.read(REPORTS[key], args))

    return ask


@pytest.fixture
def deals(app: Flask, make: Maker) -> pd.DataFrame:
    """300 opportunities with what is needed to compute any figure of them; the private ones are Sergio's."""
    owners, chance = [make["sergio"].id, make["livia"].id], random.Random(8)
    with app.app_context(), access.acting_as(access.SYSTEM):
        currencies.add_rate({"currency": "USD", "base": "EUR", "rate": str(RATE), "day": dt.date(2020, 1, 1)})
        known, reasons = stages.all_stages(), [None, *words(PickList.LOST_REASON)]
        rows = [deal(chance, owners, known, reasons) for _ in range(300)]
        db.session.add_all(opportunity for opportunity, _facts in rows)
        db.session.flush()
        for opportunity, facts in rows:
            facts["moves"] = moves(chance, opportunity, known)
        db.session.commit()
        frame = pd.DataFrame([facts for _opportunity, facts in rows])
        db.session.remove()
    return frame


def deal(chance: random.Random, owners: list[int], known: Any, reasons: list[int | None]) -> tuple[Any, dict[str, Any]]:
    """One opportunity, and the same as plain facts."""
    stage, owner = chance.choice(known), chance.choice(owners)
    facts: dict[str, Any] = {
        "stage": stage.name,
        "kind": stage.kind,
        "owner": owner,
        "private": owner == owners[0] and chance.random() < 0.4,
        "currency": chance.choice(["EUR", "EUR", "USD"]),
        "amount": Decimal(chance.randrange(0, 10**7)) / 100,
        "percent": chance.choice([0, 10, 25, 50, 90]),
        "expected": chance.choice([None, dt.date(2026, chance.randint(1, 12), chance.randint(1, 28))]),
        "closed": None if stage.is_open else dt.date(2026, chance.randint(1, 12), chance.randint(1, 28)),
        "reason": chance.choice(reasons) if stage.kind == "lost" else None,
    }
    facts["worth"] = facts["amount"] * (RATE if facts["currency"] == "USD" else 1)
    row = Opportunity(
        title="Fornitura", stage_id=stage.id, owner_id=owner, private=facts["private"], currency=facts["currency"],
        amount=facts["amount"], probability=facts["percent"], expected_close=facts["expected"],
        closed_on=facts["closed"], lost_reason_id=facts["reason"],
    )  # fmt: skip
    row.index_words()
    return row, facts


def moves(chance: random.Random, row: Opportunity, known: Any) -> list[tuple[str, dt.datetime]]:
    """A way through some stages."""
    at, way = clock.now() - dt.timedelta(days=300), []
    for _ in range(chance.randint(1, 5)):
        stage = chance.choice(known)
        change = StageChange(opportunity_id=row.id, stage_id=stage.id, at=at, probability=0, currency=row.currency)
        db.session.add(change)
        way.append((stage.name, at))
        at += dt.timedelta(hours=chance.randint(1, 900))
    return way

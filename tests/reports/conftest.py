"""Random records of two people, of which one keeps some to himself, and the same as pandas frames."""

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from flask import Flask

from app.cases.models import Case
from app.contacts.models import Contact
from app.core import access, clock
from app.core.db import db
from app.invoices.models import Invoice
from app.opportunities import stages
from app.opportunities.models import Opportunity, StageChange
from app.settings import currencies
from app.settings.models import PickList
from app.tasks.models import Task
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
def dollar(app: Flask, make: Maker) -> None:
    """What a dollar is worth."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        currencies.add_rate({"currency": "USD", "base": "EUR", "rate": str(RATE), "day": dt.date(2020, 1, 1)})
        db.session.commit()
        db.session.remove()


@pytest.fixture
def deals(app: Flask, make: Maker, dollar: None) -> pd.DataFrame:
    """300 opportunities with what is needed to compute any figure of them; the private ones are Sergio's."""
    owners, chance = [make["sergio"].id, make["livia"].id], random.Random(8)
    with app.app_context(), access.acting_as(access.SYSTEM):
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


@pytest.fixture
def office(app: Flask, make: Maker, dollar: None) -> dict[str, pd.DataFrame]:
    """Contacts, tasks, cases and invoices of two people at random, the private ones Sergio's, as frames by name."""
    chance, owners, now = random.Random(9), [make["sergio"].id, make["livia"].id], clock.now()
    frames: dict[str, list[dict[str, Any]]] = {name: [] for name in ("contacts", "tasks", "cases", "invoices")}
    with app.app_context(), access.acting_as(access.SYSTEM):
        types, warm = [None, *words(PickList.CONTACT_TYPE)], [None, *words(PickList.TEMPERATURE)]
        kinds = [None, *words(PickList.TASK_CATEGORY)]
        for n in range(60):
            owner = chance.choice(owners)
            facts = {
                "owner": owner, "private": owner == owners[0] and chance.random() < 0.4, "type": chance.choice(types),
                "temperature": chance.choice(warm), "source": chance.random() < 0.3,
                "at": now - dt.timedelta(days=chance.randrange(400), hours=chance.randrange(24)),
            }  # fmt: skip
            contact = Contact(
                kind="person", first_name="Cliente", last_name=f"N{n}", owner_id=owner, private=facts["private"],
                type_id=facts["type"], temperature_id=facts["temperature"], created_at=facts["at"],
                import_run_id=7 if facts["source"] else None,
            )  # fmt: skip
            contact.index_words()
            db.session.add(contact)
            db.session.flush()
            frames["contacts"].append(facts)
            for _ in range(3):
                frames["tasks"].append(task(chance, owners, kinds, contact, now))
                frames["invoices"].append(invoice(chance, owners, contact, len(frames["invoices"])))
            frames["cases"].append(case(chance, owners, now))
        db.session.commit()
        db.session.remove()
    return {name: pd.DataFrame(rows) for name, rows in frames.items()}


def task(chance: random.Random, owners: list[int], kinds: Any, contact: Contact, now: dt.datetime) -> dict[str, Any]:
    """A task about a contact: hidden with it, but never from its own responsible person."""
    facts = {
        "owner": chance.choice(owners), "category": chance.choice(kinds), "private": contact.private,
        "due": chance.choice([None, now + dt.timedelta(days=chance.randint(-20, 20), hours=1)]),
        "closed": chance.choice([None, None, now - dt.timedelta(days=chance.randrange(90), hours=1)]),
    }  # fmt: skip
    db.session.add(
        Task(
            title="Fare",
            owner_id=facts["owner"],
            category_id=facts["category"],
            contact_id=contact.id,
            zone="UTC",
            due_at=facts["due"],
            due_on=facts["due"] and facts["due"].date(),
            closed_at=facts["closed"],
        )
    )
    return facts


def case(chance: random.Random, owners: list[int], now: dt.datetime) -> dict[str, Any]:
    """A case, open or closed."""
    owner = chance.choice(owners)
    facts = {"owner": owner, "closed": chance.random() < 0.4, "private": owner == owners[0] and chance.random() < 0.4}
    row = Case(title="Caso", owner_id=owner, private=facts["private"], closed_at=now if facts["closed"] else None)
    row.index_words()
    db.session.add(row)
    return facts


def invoice(chance: random.Random, owners: list[int], contact: Contact, number: int) -> dict[str, Any]:
    """An invoice or credit note of a contact, as private as he is."""
    date = clock.today("UTC") - dt.timedelta(days=chance.randrange(300))
    facts: dict[str, Any] = {
        "status": chance.choice(["draft", "billed", "billed", "paid", "rejected"]), "client": contact.full_name,
        "kind": chance.choice(["invoice"] * 5 + ["credit_note"]), "currency": chance.choice(["EUR", "EUR", "USD"]),
        "date": date, "due": date + dt.timedelta(days=chance.choice([0, 30, 60])), "private": contact.private,
        "net": Decimal(chance.randrange(0, 10**6)) / 100, "by": chance.choice(owners),
    }  # fmt: skip
    facts["tax"] = (facts["net"] * Decimal("0.22")).quantize(Decimal("0.01"))
    facts["total"] = facts["net"] + facts["tax"]
    facts["paid"] = facts["total"] if facts["status"] == "paid" else chance.choice([Decimal(0), facts["total"] / 4])
    facts["paid"] = facts["paid"].quantize(Decimal("0.01"))
    facts["rate"] = RATE if facts["currency"] == "USD" else Decimal(1)
    row = Invoice(
        client_id=contact.id, language="it", number=f"T{number}", due_date=facts["due"], created_by=facts["by"],
        billing={"name": contact.full_name},
        **{key: facts[key] for key in ("status", "kind", "currency", "date", "net", "tax", "total", "paid")},
    )  # fmt: skip
    row.index_words()
    db.session.add(row)
    return facts

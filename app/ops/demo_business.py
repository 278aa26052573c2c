"""What happened at the sample firm: deals on their way and closed, tasks, invoices, cases and events, around today.

All of it comes through the rooms' own doors, as its people; only the days on which deals moved are set back, as no door
lets anybody write the past.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import delete, select, update

from app.cases import service as cases
from app.contacts.models import Contact
from app.core import access, clock
from app.core.db import db
from app.core.people import load_actor
from app.history import service as history
from app.invoices import service as invoices
from app.invoices import taxes
from app.invoices.basics import Tax
from app.opportunities import service as opportunities
from app.opportunities import stages
from app.opportunities.models import Opportunity, StageChange
from app.tasks import service as tasks

ZONE = "Europe/Rome"
DEALS = [
    "Impianto di confezionamento", "Rinnovo licenze gestionale", "Fornitura annuale di imballaggi",
    "Ristrutturazione uffici", "Sito e catalogo in rete", "Manutenzione presse", "Consulenza qualità ISO 9001",
    "Macchina etichettatrice", "Formazione del personale", "Arredi sala riunioni", "Trasporto refrigerato",
    "Campagna di primavera",
]  # fmt: skip
WAYS = ("First contact", "Needs", "Proposal", "Negotiation", "Won", "Lost", "Proposal", "Won")
TASKS = [
    ("Richiamare per l'offerta", "Call"), ("Preparare il preventivo", "Deadline"),
    ("Visita in stabilimento", "Meeting"), ("Inviare la documentazione", "Email"),
    ("Dimostrazione del prodotto", "Demo"), ("Sollecitare la conferma", "Call"),
]  # fmt: skip
EVENTS = [
    ("Call", "Chiede uno sconto sulla seconda fornitura; richiamare dopo il consiglio."),
    ("Meeting", "Visita in sede: interessati anche alla manutenzione."),
    ("Email", "Inviata l'offerta rivista, valida trenta giorni."),
    ("Note", "Decide l'amministratore delegato insieme all'ufficio acquisti."),
    ("Call", "Confermata la data della dimostrazione."),
]  # fmt: skip
ITEMS = [
    ("Consulenza, ore", "65"),
    ("Nastro d'imballaggio", "3.90"),
    ("Canone di assistenza", "240"),
    ("Etichette", "0.18"),
]
CASES = ["Reclamo per consegna in ritardo", "Fiera di Bologna", "Sostituzione in garanzia", "Verifica del fornitore"]


@contextmanager
def acting_as_user(user_id: int) -> Iterator[None]:
    """Act as an active user."""
    found = load_actor(user_id)
    assert found is not None  # noqa: S101 (made above)
    with access.acting_as(found):
        yield


def fill(users: Sequence[int], companies: Sequence[int], persons: Sequence[int], administrator: int) -> None:
    """The firm's business with these companies and persons, shared out among these users. Flushes."""
    today = clock.today(ZONE)
    with acting_as_user(administrator):
        vat = db.session.scalar(select(Tax.id).where(Tax.rate == 22)) or _new_vat()
        _spread([*companies, *persons])
    deals = [_deal(n, users[n % len(users)], companies[n % len(companies)], today) for n in range(24)]
    for n in range(18):
        _invoice(n, users[n % len(users)], companies[n * 5 % len(companies)], vat, today)
    for n in range(20):
        _task(n, users[n % len(users)], deals[n], today)
    for n, title in enumerate(CASES):
        _case(n, title, users[n % len(users)], list(companies))
    for n in range(24):
        _event(n, users[n % len(users)], deals[n], companies[n % len(companies)])


def _new_vat() -> int:
    names = set(db.session.scalars(select(Tax.name)))
    return taxes.save({"name": "IVA" if "IVA" not in names else "IVA ordinaria (esempio)", "rate": "22"}).id


def _spread(contacts: list[int]) -> None:
    """They came over the last months, not all today."""
    for n, key in enumerate(contacts):
        came = clock.now() - dt.timedelta(days=n * n % 320, hours=n % 9)
        db.session.execute(update(Contact).where(Contact.id == key).values(created_at=came))


def _deal(n: int, owner: int, company: int, today: dt.date) -> int:
    name = WAYS[n % len(WAYS)]
    with acting_as_user(owner):
        row = opportunities.save({
            "title": DEALS[n % len(DEALS)], "contact": company, "stage": name, "amount": str(1800 + n * 2350 % 41000),
            "currency": "EUR", "private": n % 9 == 4, "expected_close": today + dt.timedelta(days=n * 11 % 120 - 15),
            "closed_on": today - dt.timedelta(days=n * 17 % 200) if name in ("Won", "Lost") else None,
        })  # fmt: skip
    _walked(row, n)
    return row.id


def _walked(row: Opportunity, n: int) -> None:
    """Each stage up to its own, some days apart."""
    known = stages.all_stages()
    way = [stage for stage in known if stage.is_open and stage.position < row.stage.position] + [row.stage]
    end = clock.now() - dt.timedelta(days=n * 3 % 40)
    db.session.execute(delete(StageChange).where(StageChange.opportunity_id == row.id))
    for place, stage in enumerate(way):
        at = end - dt.timedelta(days=(len(way) - 1 - place) * (6 + n % 9))
        before = way[place - 1].id if place else None
        more: dict[str, Any] = {"probability": stage.probability, "currency": row.currency, "total": row.total}
        db.session.add(StageChange(opportunity_id=row.id, before_id=before, stage_id=stage.id, at=at, **more))
    db.session.flush()
    moved = update(Opportunity).where(Opportunity.id == row.id)
    db.session.execute(moved.values(stage_changed_at=end, created_at=end - dt.timedelta(days=len(way) * (6 + n % 9))))


def _invoice(n: int, owner: int, company: int, vat: int, today: dt.date) -> None:
    """Older ones are paid, or overdue; the latest are billed, or drafts."""
    day = today - dt.timedelta(days=170 - n * 10)
    name, price = ITEMS[n % len(ITEMS)]
    line = {"name": name, "quantity": str(4 + n * 3 % 40), "price": price, "taxes": [vat]}
    data = {"client": company, "lines": [line], "language": "it", "date": day, "due_date": day + dt.timedelta(30)}
    with acting_as_user(owner):
        row = invoices.save({**data, **({"status": "billed"} if n < 16 else {})})
        if n < 13 and n % 4 != 3:
            invoices.save({"status": "paid"}, row)


def _task(n: int, owner: int, deal: int, today: dt.date) -> None:
    title, category = TASKS[n % len(TASKS)]
    with acting_as_user(owner):
        due = {"due": today + dt.timedelta(days=n * 5 % 24 - 5), "time": dt.time(9 + n % 8) if n % 3 else None}
        row = tasks.save({"title": title, "category": category, "opportunity": deal, "reminder": None, **due})
        if n % 4 == 3:
            tasks.close(row)


def _case(n: int, title: str, owner: int, companies: list[int]) -> None:
    with acting_as_user(owner):
        row = cases.save({"title": title, "participants": companies[n * 3 : n * 3 + 3]})
        if n == len(CASES) - 1:
            cases.set_closed(row, closed=True)


def _event(n: int, owner: int, deal: int, company: int) -> None:
    category, text = EVENTS[n % len(EVENTS)]
    about = {"opportunity": deal} if n % 2 else {"contact": company}
    with acting_as_user(owner):
        when = clock.now() - dt.timedelta(days=n * 2, hours=n % 7 + 1)
        history.save({**about, "category": category, "text": text, "happened_at": when})

"""The PDF of an invoice of five lines: from the stored rows to the bytes."""

import io
import statistics
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from xhtml2pdf import pisa

from app.contacts import service as contacts
from app.core import access
from app.core.db import db
from app.imports.commands import requester
from app.invoices import service, taxes
from app.invoices.models import Invoice
from app.ops.measuring import Figure, figure
from reports import documents, invoices

TIMES = 30
LINE: dict[str, Any] = {"name": "Ora di consulenza", "description": "A corpo", "quantity": "3", "price": "119.99"}


def invoice_pdf(app: Flask, _contacts: int) -> Figure:
    """Median ms; floor: xhtml2pdf alone on the same HTML, with the same policy."""
    with app.app_context(), access.acting_as(requester(None)):
        client = contacts.save({"kind": "company", "name": "Bianchi spa"})
        lines = [{**LINE, "taxes": [taxes.save({"name": "IVA", "rate": "22"}).id]}] * 5
        key = service.save({"client": client.id, "lines": lines, "language": "it", "status": "billed"}).id
        db.session.commit()
        html = invoices.html(db.session.get_one(Invoice, key))
        floor = _median(lambda: _alone(html))
        return figure(_median(lambda: _whole(key)), floor, "ms", TIMES)


def _whole(key: int) -> None:
    db.session.remove()
    invoices.pdf(db.session.get_one(Invoice, key))


def _alone(html: str) -> None:
    path = str(documents.ASSETS / "document.html")
    pisa.CreatePDF(html, io.BytesIO(), path=path, encoding="utf-8", resource_policy=documents.POLICY)


def _median(work: Callable[[], None]) -> float:
    """Of TIMES timings, after some that fill caches."""
    times = []
    for _ in range(TIMES + 3):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[3:])

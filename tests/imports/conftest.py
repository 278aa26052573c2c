"""Ways to import in a test: the room's own service and the very code of the worker, in this process."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts.models import Contact
from app.core import access
from app.core.db import db
from app.imports import running, service
from app.imports.models import ImportProblem, ImportRun
from tests import factories
from tests.factories import Maker, Someone

make = factories.make


@dataclass
class Result:
    """What a run came to: the counts in the order created, updated, skipped, failed, and the refusals by line."""

    id: int
    state: str
    total: int | None
    counts: tuple[int, int, int, int]
    error: str | None
    refused: list[tuple[int, str, str]] = field(default_factory=list)


@pytest.fixture
def result(app: Flask) -> Callable[[int], Result]:
    """Reads a run and its refusals, whoever's they are."""

    def read(run_id: int) -> Result:
        with app.app_context(), access.acting_as(access.SYSTEM):
            run = db.session.get_one(ImportRun, run_id)
            rows = db.session.scalars(select(ImportProblem).filter_by(run_id=run_id).order_by(ImportProblem.line))
            refused = [(p.line, p.heading, p.reason) for p in rows]
            counts = (run.created, run.updated, run.skipped, run.failed)
            return Result(run_id, run.state, run.total, counts, run.error, refused)

    return read


@pytest.fixture
def queue(app: Flask, make: Maker) -> Callable[..., int]:
    """Uploads a text as somebody and queues the run without telling a worker; gives its id."""

    def put(
        text: str, who: str | Someone = "sergio", dry_run: bool = False, mapping: Any = None, **options: Any
    ) -> int:
        someone = make[who] if isinstance(who, str) else who
        with app.app_context(), factories.acting(someone):
            run = service.upload(io.BytesIO(text.encode()), "contatti.csv")
            if mapping:
                service.use_mapping(run, mapping)
            service.choose(run, **options)
            service.start(run, dry_run, nudge=False)
            db.session.commit()
            return run.id

    return put


@pytest.fixture
def work(app: Flask) -> Callable[[int], None]:
    """Does what the worker does with a run."""

    def do(run_id: int) -> None:
        with app.app_context(), access.acting_as(access.SYSTEM):
            running.work(run_id)

    return do


@pytest.fixture
def bring_in(queue: Any, work: Any, result: Any) -> Callable[..., Result]:
    """Imports a text as somebody; gives the result."""

    def go(text: str, who: str | Someone = "sergio", **options: Any) -> Result:
        run_id = queue(text, who, **options)
        work(run_id)
        found: Result = result(run_id)
        return found

    return go


@pytest.fixture
def contacts(app: Flask) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """All contacts as plain values by name, or those of one kind."""

    def read(**where: Any) -> list[dict[str, Any]]:
        with app.app_context(), access.acting_as(access.SYSTEM):
            rows = db.session.scalars(select(Contact).filter_by(**where).order_by(Contact.sort_name, Contact.id))
            return [plain(c) for c in rows.unique()]

    return read


def plain(c: Contact) -> dict[str, Any]:
    """The values that imports write."""
    return {
        "name": c.full_name, "title": c.title, "description": c.description, "private": c.private, "owner": c.owner_id,
        "company": c.company.name if c.company else None, "type": c.type.name if c.type else None,
        "channels": [(x.medium, x.value, x.is_primary) for x in c.channels], "version": c.version,
        "cities": [(a.city, a.is_primary) for a in c.addresses], "tags": sorted(t.name for t in c.tags),
        "run": c.import_run_id, "sort": c.sort_name, "search": c.search,
    }  # fmt: skip

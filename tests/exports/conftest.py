"""Ways to export in a test: the room's own service and the very code of the worker, in this process."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core import access, storage
from app.core.db import db
from app.exports import running, service
from app.exports.models import ExportRun
from tests import factories
from tests.factories import Maker, Someone

make = factories.make
Rows = list[dict[str, str]]


@pytest.fixture
def queued(app: Flask, make: Maker) -> Callable[..., int]:
    """Asks for an export as somebody; the run's id."""

    def put(who: str | Someone, entity: str = "contacts", format_: str = "csv", **args: list[str]) -> int:
        with app.app_context(), factories.acting(make[who] if isinstance(who, str) else who):
            run = service.start(entity, format_, args)
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
def run_of(app: Flask) -> Callable[[int], dict[str, Any]]:
    """The columns of a run, whoever's it is."""

    def read(run_id: int) -> dict[str, Any]:
        with app.app_context(), access.acting_as(access.SYSTEM):
            run = db.session.get_one(ExportRun, run_id)
            return {column.key: getattr(run, column.key) for column in ExportRun.__mapper__.columns}

    return read


@pytest.fixture
def exported(app: Flask, queued: Any, work: Any, run_of: Any) -> Callable[..., bytes]:
    """Exports as somebody; the bytes of the file."""

    def go(who: str | Someone, entity: str = "contacts", format_: str = "csv", **args: list[str]) -> bytes:
        run_id = queued(who, entity, format_, **args)
        work(run_id)
        run = run_of(run_id)
        assert run["state"] == "done", run
        with app.app_context(), storage.open_stored(run["file_key"]) as file:
            return file.read()

    return go


def rows(content: bytes) -> Rows:
    """The rows of a CSV by heading."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))

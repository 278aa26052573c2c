"""A worker's part of a group operation, done in this process."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.bulk import running
from app.core import access
from tests import factories

make = factories.make


@pytest.fixture
def work(app: Flask) -> Callable[[int], None]:
    """Does what the worker does with a run."""

    def do(run_id: int) -> None:
        with app.app_context(), access.acting_as(access.SYSTEM):
            running.work(run_id)

    return do


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two records are already many, and a slice has two."""
    monkeypatch.setattr("app.bulk.service.FEW", 1)
    monkeypatch.setattr("app.bulk.running.SLICE", 2)

"""The factories, as a fixture, and a look into the database."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from app.core import access
from app.core.db import db
from tests import factories
from tests.factories import Maker

make = factories.make


@pytest.fixture
def seen(make: Maker) -> Callable[[Callable[[], Any]], Any]:
    """Calls a function within the application, with eyes for every row."""

    def look(function: Callable[[], Any]) -> Any:
        with make.app.app_context(), access.acting_as(access.SYSTEM):
            return function()

    return look


@pytest.fixture
def statements(make: Maker) -> Callable[[Callable[[], Any]], int]:
    """Counts the statements that a function sends."""

    def count(function: Callable[[], Any]) -> int:
        sent: list[str] = []
        with make.app.app_context():
            engine = db.engine

        def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            function()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    return count

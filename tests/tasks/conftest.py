"""The factories, what a person was told, and the clock's minute."""

from collections.abc import Callable

import pytest

from app.core import access
from app.core.db import db
from app.tasks import reminders
from tests.factories import Maker
from tests.notices.conftest import bell, mails, make
from tests.settings.conftest import statements

__all__ = ["bell", "mails", "make", "statements"]


@pytest.fixture
def minute(make: Maker) -> Callable[[], int]:
    """What the scheduler does each minute; how many were reminded."""

    def pass_by() -> int:
        with make.app.app_context(), access.acting_as(access.SYSTEM):
            given = 0
            while done := reminders.give():
                db.session.commit()
                given += done
            db.session.remove()
            return given

    return pass_by

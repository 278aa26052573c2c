"""The factories, as a fixture, and what a person was told."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core import access
from app.core.db import db
from app.mailing import service as mailing
from app.notices import service, words
from tests import factories
from tests.factories import Maker, Someone, acting
from tests.imports.conftest import bring_in, queue, result, work
from tests.settings.conftest import statements

make = factories.make
__all__ = ["bring_in", "make", "queue", "result", "statements", "work"]


@pytest.fixture
def bell(make: Maker) -> Callable[[str | Someone], list[tuple[str, str]]]:
    """(sentence, link) of what somebody was told in the app, in English, the latest first."""

    def look(who: str | Someone) -> list[tuple[str, str]]:
        with make.app.app_context(), acting(make[who] if isinstance(who, str) else who):
            db.session.remove()
            return [(words.sentence(n.kind, n.words), n.link) for n in service.latest(100)]

    return look


@pytest.fixture
def mails(make: Maker) -> Callable[..., list[Any]]:
    """The queued mails, whoever caused them, the latest first; to one person where `who` is named."""

    def look(who: str | Someone = "") -> list[Any]:
        someone = make[who] if isinstance(who, str) and who else who
        with make.app.app_context(), access.acting_as(access.SYSTEM):
            db.session.remove()
            found = mailing.mails("", 100)
            db.session.expunge_all()
        return [m for m in found if not someone or m.recipient == f"{someone.username}@example.com"]  # type: ignore[union-attr]

    return look

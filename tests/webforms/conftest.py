"""A visitor of a firm's website: no session, an address and a site of its own."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts.models import Contact
from app.core import access
from app.core.db import db
from app.history.models import HistoryEvent
from tests import factories
from tests.imports.conftest import plain

make = factories.make
_addresses = (f"198.51.100.{n % 250}" for n in itertools.count(1))
MARIA = {"first_name": "Maria", "last_name": "Rossi", "email": "maria@example.com", "message": "Buongiorno"}


@pytest.fixture
def send(app: Flask) -> Callable[..., Any]:
    """Posts a form as a visitor, from an address of its own unless one is given."""

    def post(key: str, values: Any, origin: str | None = None, address: str = "", **kwargs: Any) -> Any:
        headers = {"Origin": origin} if origin else {}
        where = {"REMOTE_ADDR": address or next(_addresses)}
        return app.test_client().post(f"/forms/{key}", data=values, headers=headers, environ_overrides=where, **kwargs)

    return post


@pytest.fixture
def stored(app: Flask) -> Callable[[], list[dict[str, Any]]]:
    """All contacts as plain values, with the notes on them."""

    def read() -> list[dict[str, Any]]:
        with app.app_context(), access.acting_as(access.SYSTEM):
            rows = db.session.scalars(select(Contact).order_by(Contact.id)).unique()
            return [plain(c) | {"notes": notes(c)} for c in rows]

    return read


def notes(contact: Contact) -> list[str | None]:
    """What people wrote on it."""
    mine = select(HistoryEvent.text).where(HistoryEvent.contact_id == contact.id, HistoryEvent.verb.is_(None))
    return list(db.session.scalars(mine.order_by(HistoryEvent.id)))

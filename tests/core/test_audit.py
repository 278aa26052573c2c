"""The log of logins and of administrators' acts: what stands in it, what never does, and that it stays (ACC-05)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from app.core import audit, clock
from app.core.audit import AuditEntry
from app.core.db import db
from tests.factories import Maker, acting


def lines(act: str) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id)))


def test_a_line_tells_who_what_old_and_new(app: Flask, make: Maker) -> None:
    """ACC-05: who, when, what, old and new; of two mappings only what differs; amounts and days as texts."""
    with app.app_context(), acting(make["ada"]):
        audit.note("setting.changed", "invoices.due_days", 30, 60)
        audit.note(
            "setting.changed", "x", {"a": 1, "b": Decimal("2.50")}, {"a": 1, "b": dt.date(2026, 1, 2), "c": [True]}
        )
        db.session.commit()
        plain, mapped = lines("setting.changed")
        assert (plain.user_id, plain.who, plain.what) == (make["ada"].id, "Ada Prova", "invoices.due_days")
        assert (plain.before, plain.after, plain.address) == (30, 60, "")
        assert (mapped.before, mapped.after) == ({"b": "2.50"}, {"b": "2026-01-02", "c": [True]})
        assert clock.now() - plain.at < dt.timedelta(minutes=1)
        with pytest.raises(KeyError):
            audit.note("nobody.declared.this")
        audit.note("setting.changed", "y")
        db.session.rollback()
        assert len(lines("setting.changed")) == 2, "what is rolled back was not done"


@pytest.mark.parametrize("key", ["password", "smtp_password", "api_key", "client secret", "webhook.token", "Passwords"])
def test_secrets_are_never_in_it(app: Flask, make: Maker, key: str) -> None:
    """Threat 34: what is named like a secret is hidden, within mappings and lists too, and credentials in addresses."""
    hidden: Any = "marker-of-a-secret"
    with app.app_context(), acting(make["ada"]):
        audit.note("setting.changed", key, hidden, hidden + "2")
        audit.note("setting.changed", "mail", {key: hidden, "in": {key: [hidden]}}, {key: 17})
        audit.note("setting.changed", "smtp_url", None, f"smtp://me:{hidden}@mail.example.com")
        db.session.commit()
        for line in lines("setting.changed"):
            assert hidden not in f"{line.what}{line.before}{line.after}"
            assert "17" not in str(line.after)


def test_it_is_written_once(app: Flask, make: Maker) -> None:
    """ACC-05: neither changed nor taken away before thirty days, whatever statement tries; after, as retention says."""
    with app.app_context(), acting(make["ada"]):
        with time_machine.travel(clock.now() - dt.timedelta(days=40)):
            audit.note("setting.changed", "old")
            db.session.flush()
        audit.note("setting.changed", "new")
        db.session.commit()
        for attempt in (update(AuditEntry).values(who="x"), delete(AuditEntry).where(AuditEntry.what == "new")):
            with pytest.raises(DBAPIError):
                db.session.execute(attempt)
            db.session.rollback()
        audit.forget(45)
        assert [line.what for line in lines("setting.changed")] == ["old", "new"]
        audit.forget(0)
        db.session.commit()
        assert [line.what for line in lines("setting.changed")] == ["new"]

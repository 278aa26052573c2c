"""A restart skips `deploy` only where nothing could have changed."""

from typing import Any

import pytest
from sqlalchemy import text

from app.ops import deployed


@pytest.fixture
def url(settings: dict[str, str]) -> str:
    """The address of this worker's database, noted as deployed."""
    deployed.note(settings["DATABASE_URL"])
    return settings["DATABASE_URL"]


def test_same_code_on_the_same_schema_is_current(url: str) -> None:
    """Noted: nothing to do. Taken away, as after each `manage` command: to be deployed."""
    assert deployed.is_current(url)
    deployed.forget(url)
    assert not deployed.is_current(url)


def test_other_code_is_not_current(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any changed file of the product asks for a new deploy."""
    monkeypatch.setattr(deployed, "fingerprint", lambda: "another")
    assert not deployed.is_current(url)


def test_other_schema_is_not_current(url: str, db_session: Any) -> None:
    """A database put back to an older schema behind our back is seen."""
    db_session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    db_session.commit()
    assert not deployed.is_current(url)


def test_unreachable_database_is_not_current() -> None:
    """It is for `deploy` to say what is wrong with it."""
    assert not deployed.is_current("postgresql+psycopg://nobody@127.0.0.1:1/none")

"""What the product refuses to start with (threats 22, 40)."""

from pathlib import Path

import pytest
from flask import Flask

import config
from tests.factories import Maker

GOOD = {"CLIENTELA_SECRET_KEY": "k9" * 24, "DATABASE_URL": "postgresql://u@/db"}


@pytest.mark.parametrize("key", ["", "short", "changeme", "thisismyscretkey", "x" * 31])
def test_a_weak_secret_refuses_to_start(tmp_path: Path, key: str) -> None:
    """Threat 22: no known, short or missing key; the message says what to set."""
    with pytest.raises(config.ConfigError, match="CLIENTELA_SECRET_KEY"):
        config.load({**GOOD, "CLIENTELA_SECRET_KEY": key, "CLIENTELA_DATA": str(tmp_path)})


def test_the_kept_secret_serves(tmp_path: Path) -> None:
    """Threat 22: the key that the launcher made and kept in the data folder."""
    (tmp_path / "secret_key").write_text("m" * 40 + "\n")
    env = {"DATABASE_URL": GOOD["DATABASE_URL"], "CLIENTELA_DATA": str(tmp_path)}
    assert config.load(env)["SECRET_KEY"] == "m" * 40


@pytest.mark.parametrize("url", ["", "sqlite:///x.db", "mysql://u@h/db", "x"])
def test_only_postgresql_will_do(url: str) -> None:
    """Decisions, 1: one dialect; the message says so."""
    with pytest.raises(config.ConfigError, match="DATABASE_URL"):
        config.load({**GOOD, "DATABASE_URL": url})


def test_safe_settings(app: Flask) -> None:
    """Threats 16, 19, 40: debug off, traces off, sizes limited, nobody registers by himself."""
    settings = config.load(GOOD)
    assert not app.debug
    assert settings["FAB_API_SHOW_STACKTRACE"] is False
    assert settings["AUTH_USER_REGISTRATION"] is False
    assert settings["FAB_CREATE_DB"] is False
    assert 0 < settings["MAX_CONTENT_LENGTH"] < 300 * 1024 * 1024
    assert not settings.get("FAB_ADD_SECURITY_API")


def test_the_public_may_do_nothing(app: Flask, make: Maker) -> None:
    """Threat 22: the role of those who are not signed in has no permission at all."""
    from app.core.db import db
    from app.core.people import Role

    with app.app_context():
        visitor = db.session.query(Role).filter_by(name="Visitor").one()
        assert visitor.permissions == []


@pytest.mark.parametrize(
    ("name", "password"), [("admin", "admin"), ("admin", "password"), ("admin", ""), ("ada", "ada")]
)
def test_there_is_no_default_password(make: Maker, name: str, password: str) -> None:
    """Threat 22: the usual pairs do not open."""
    from tests.security.test_logins import by_rest

    assert by_rest(make.app, name, password).status_code in (400, 401)

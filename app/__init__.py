"""The factory. The only place that wires the rooms together."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from flask import Flask
from flask_appbuilder import AppBuilder
from jinja2 import FileSystemLoader

import config
from app.core import commands, counting, health, jobs, logs, lookup, security, web
from app.core.db import db, migrate

# In order: a room may use those to its left (ARCHITECTURE: import rules).
ROOMS = [
    "lists",
    "settings",
    "accounts",
    "mailing",
    "notices",
    "bulk",
    "bin",
    "history",
    "contacts",
    "opportunities",
    "projects",
    "cases",
    "tasks",
    "invoices",
    "files",
    "campaigns",
    "imports",
    "exports",
    "webforms",
    "webhooks",
    "automations",
    "reporting",
    "home",
]
HERE = Path(__file__).parent


def create_app(views: bool = True) -> Flask:
    """Build the application from the environment. `views=False` serves workers, which show no page.

    Raises config.ConfigError where the environment is unsafe or incomplete.
    """
    app = Flask(__name__)
    app.jinja_loader = FileSystemLoader([HERE / "templates", *(HERE / room / "templates" for room in ROOMS)])
    app.config.from_mapping(config.load(), FAB_PASSWORD_COMPLEXITY_VALIDATOR=security.strong_password)
    logs.setup()
    db.init_app(app)
    app.extensions["broker"] = jobs.make_broker(app.config["REDIS_URL"])
    migrate.init_app(app, db, directory=str(HERE / "migrations"))
    _rooms("models")
    for module in _rooms("operations"):
        module.register()
    with app.app_context():
        AppBuilder(app, db.session)
        app.extensions["babel"].locale_selector = web.choose_locale
        app.extensions["babel"].timezone_selector = web.choose_timezone
        if views:
            _pages(app)
    for module in _rooms("commands"):
        module.register(app)
    commands.register(app)
    import_module("app.ops.commands").register(app)
    return app


def _pages(app: Flask) -> None:
    web.init_app(app)
    app.register_blueprint(health.blueprint)
    builder = app.extensions["appbuilder"]
    lookup.register(builder)
    for module in [*_rooms("views"), *_rooms("api")]:
        module.register(builder)
    web.exempt_apis(builder.baseviews)
    import_module("app.ops.metrics").register(app)
    counting.init_app(app)


def _rooms(part: str) -> list[ModuleType]:
    """Import that part of each room that has it, in the rooms' order."""
    return [import_module(f"app.{room}.{part}") for room in ROOMS if find_spec(f"app.{room}.{part}")]

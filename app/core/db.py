"""The database handle. Flask-AppBuilder's declarative base is the only one, so that one metadata holds every table."""

from typing import Any

from flask import current_app
from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from flask_migrate import Migrate

# Named constraints let a migration drop what an earlier one made, on any machine.
Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

db = SQLA()
migrate = Migrate(compare_type=True)


def appbuilder_of() -> Any:
    """The application's Flask-AppBuilder."""
    return current_app.extensions["appbuilder"]


__all__ = ["Model", "appbuilder_of", "db", "migrate"]

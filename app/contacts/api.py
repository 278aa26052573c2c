"""REST for contacts: /api/v1/contacts/ in Flask-AppBuilder's shape."""

from typing import Any

from app.contacts import service
from app.contacts.queries import FilterContactSearch, interface
from app.contacts.schema import ContactSchema
from app.core.api import CrmApi


class ContactApi(CrmApi):
    """Persons and companies."""

    datamodel = interface()
    service = service
    schema = ContactSchema()
    resource_name = "contacts"
    class_permission_name = "Contact"
    list_columns = ["id"]
    show_columns = ["id"]
    order_columns = ["id", "sort_name", "first_name", "last_name", "name", "created_at", "changed_at"]
    search_columns = [
        "id",
        "kind",
        "first_name",
        "last_name",
        "name",
        "title",
        "private",
        "created_at",
        "changed_at",
        "search",
        "description",
    ]
    search_filters = {"search": [FilterContactSearch]}
    base_order = ("sort_name", "asc")


def register(appbuilder: Any) -> None:
    """Wire the endpoint."""
    appbuilder.add_api(ContactApi)

"""Pages of saved views, and the base of pages that list records."""

from typing import Any

from flask import current_app

from app.lists import choices
from app.lists.views.listed import seen_views
from app.lists.views.saved import SavedViewView


def register(appbuilder: Any) -> None:
    """Wire the pages, and what the left panel shows under each list."""
    appbuilder.add_view_no_menu(SavedViewView)
    current_app.jinja_env.globals.update(views_under=_under, listed=_listed)


def _under(endpoint: str) -> list[Any]:
    """The views of a list, by the endpoint of its page."""
    name = {f"{page.endpoint}.list": name for name, page in choices.lists().items()}.get(endpoint)
    return [view for view in seen_views() if view.list_name == name] if name else []


def _listed(endpoint: str) -> Any:
    """The page with a list, by its endpoint."""
    return next(page for page in choices.lists().values() if page.endpoint == endpoint)

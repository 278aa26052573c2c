"""The first page: what to do next and how things stand, as each has arranged it."""

from typing import Any

from flask import redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.views import IndexView

from app.contacts import service as contacts
from app.core import access
from app.home import tile_views
from app.home.search_views import SearchView


class HomeView(IndexView):
    """Signed-in users see their start page, everyone else the login."""

    index_template = "home/index.html"
    level = "user"

    @expose("/")
    def index(self) -> Any:
        if access.current().user_id is None:
            return redirect(url_for("LoginView.login"))
        return self.render_template(self.index_template, empty=not contacts.has_any(), **tile_views.page_values())


def register(appbuilder: Any) -> None:
    """Wire the search and the tiles; Flask-AppBuilder wires the index view that the configuration names."""
    appbuilder.add_view_no_menu(SearchView)
    appbuilder.add_view_no_menu(tile_views.DashboardView)

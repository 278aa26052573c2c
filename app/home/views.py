"""The first page: what to do next, and what changed lately."""

from typing import Any

from flask import redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.views import IndexView

from app.contacts import service as contacts
from app.core import access
from app.core.interface import COUNT_CAP
from app.home.search_views import SearchView


class HomeView(IndexView):
    """Signed-in users see their start page, everyone else the login."""

    index_template = "home/index.html"
    level = "user"

    @expose("/")
    def index(self) -> Any:
        if access.current().user_id is None:
            return redirect(url_for("LoginView.login"))
        return self.render_template(
            self.index_template, recent=contacts.recent(10), counts=contacts.counts(), cap=COUNT_CAP
        )


def register(appbuilder: Any) -> None:
    """Wire the search; Flask-AppBuilder wires the index view that the configuration names."""
    appbuilder.add_view_no_menu(SearchView)

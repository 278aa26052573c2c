"""Pages about signing in, and the way there of those who owe a second step."""

from typing import Any

from flask import current_app, redirect, request, session, url_for
from flask_babel import lazy_gettext as _l

from app.accounts.views.log import LogView
from app.accounts.views.openid import OpenIdView
from app.accounts.views.own import OwnView
from app.accounts.views.people import SignInView
from app.core import access, nav
from app.core.login_views import MUST_SET_UP

OPEN = {"LoginView", "LocaleView", "OpenIdView", "health"}
SET_UP = {"OwnView.list", "OwnView.begin", "OwnView.confirm"}


def led_to_set_up() -> Any:
    """Who has to have two-factor login, and has it not yet, gets no other page than the one that sets it up."""
    if MUST_SET_UP not in session or access.current().user_id is None:
        return None
    endpoint = request.endpoint or ""
    is_open = endpoint in SET_UP or endpoint.split(".")[0] in OPEN or endpoint.endswith("static")
    return None if is_open or request.path.startswith("/api/") else redirect(url_for("OwnView.list"))


def register(appbuilder: Any) -> None:
    """Wire the pages and their cards."""
    current_app.before_request(led_to_set_up)
    for view in (OwnView, SignInView, LogView, OpenIdView):
        appbuilder.add_view_no_menu(view)
    for key, label, about, icon, endpoint in (
        ("sign-in", _l("Signing in"), _l("Two-factor login, sessions, keys for programs"), "lock", "SignInView.list"),
        ("log", _l("Log"), _l("Who signed in, and what administrators did"), "history", "LogView.list"),
    ):
        nav.SETTINGS.append(nav.Entry(key, label, icon, endpoint, level="admin", description=about))

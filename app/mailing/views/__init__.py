"""Pages of mail: the server it goes through, and the log of what went."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import nav
from app.mailing.views.log import MailView
from app.mailing.views.server import ServerView


def register(appbuilder: Any) -> None:
    """Wire the pages and their cards."""
    for view in (MailView, ServerView):
        appbuilder.add_view_no_menu(view)
    about = _l("Server, password, sender, limit a minute, and a test")
    _card("mail-server", _l("Mail server (SMTP)"), about, "mail", "ServerView.edit")
    about = _l("All mail that goes out: what waits, what was refused and why")
    _card("mailing", _l("Outgoing mail"), about, "mail", "MailView.list")


def _card(key: str, label: Any, about: Any, icon: str, endpoint: str) -> None:
    nav.SETTINGS.append(nav.Entry(key, label, icon, endpoint, level="admin", description=about))

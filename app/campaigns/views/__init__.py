"""Pages of mass mail: mailings, templates, suppressed addresses, the page to unsubscribe, and a mail to one contact."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.campaigns.views.mailings import MailingView
from app.campaigns.views.preview import PreviewView
from app.campaigns.views.single import SingleView
from app.campaigns.views.suppressed import SuppressedView
from app.campaigns.views.templates import TemplateView
from app.campaigns.views.unsubscribe import UnsubscribeView
from app.core import nav, tabs
from app.core.web import csrf


def register(appbuilder: Any) -> None:
    """Wire the pages. Mail programs that unsubscribe by a POST have no session, so no CSRF token is asked of them."""
    for view in (MailingView, PreviewView, TemplateView, SuppressedView, SingleView, UnsubscribeView):
        made = appbuilder.add_view_no_menu(view)
        if view is UnsubscribeView:
            csrf.exempt(made.blueprint)
    tabs.offer("contact", tabs.Offer("mail", _l("Write an email"), "mail", "SingleView.add", "pk"))
    nav.MAIN.append(nav.Entry("campaigns", _l("Mailings"), "send", "MailingView.list", level="admin", place=60))

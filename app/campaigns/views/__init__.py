"""Pages of mass mail: mailings, templates, suppressed addresses, the page to unsubscribe, and a mail to one contact."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.campaigns import bounces
from app.campaigns.views.mailings import MailingView
from app.campaigns.views.preview import PreviewView
from app.campaigns.views.returned import ReturnedView
from app.campaigns.views.single import SingleView
from app.campaigns.views.suppressed import SuppressedView
from app.campaigns.views.templates import TemplateView
from app.campaigns.views.unsubscribe import UnsubscribeView
from app.contacts.models import Medium
from app.core import nav, tabs
from app.core.web import csrf


def register(appbuilder: Any) -> None:
    """Wire the pages. Mail programs that unsubscribe by a POST have no session, so no CSRF token is asked of them."""
    for view in (MailingView, PreviewView, TemplateView, SuppressedView, ReturnedView, SingleView, UnsubscribeView):
        made = appbuilder.add_view_no_menu(view)
        if view is UnsubscribeView:
            csrf.exempt(made.blueprint)
    tabs.offer("contact", tabs.Offer("mail", _l("Write an email"), "mail", "SingleView.add", "pk"))
    tabs.note("contact", "mail", lambda contact: bounces.notes([email.normal for email in contact.of(Medium.EMAIL)]))
    about = _l("Where mails come back to that can't arrive, and which did")
    nav.SETTINGS.append(
        nav.Entry("returned", _l("Returned mail"), "mail-off", "ReturnedView.edit", level="admin", description=about)
    )
    nav.MAIN.append(nav.Entry("campaigns", _l("Mailings"), "send", "MailingView.list", level="admin", place=60))

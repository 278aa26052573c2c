"""Pages of website forms: those that visitors see, and those of the settings."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import nav
from app.core.web import csrf
from app.webforms.views.public import blueprint
from app.webforms.views.settings import WebFormView


def register(appbuilder: Any) -> None:
    """Wire the pages and the card of the settings. Visitors come from other sites, with no session to protect."""
    appbuilder.add_view_no_menu(WebFormView)
    app = appbuilder.app
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)
    about = _l("What visitors of your website send becomes a contact")
    entry = nav.Entry("webforms", _l("Website contact form"), "forms", "WebFormView.list", level="admin",
                      description=about)  # fmt: skip
    nav.SETTINGS.append(entry)

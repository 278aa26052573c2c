"""Pages of the settings: their index, and one page for each card."""

from typing import Any

from flask import current_app, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import lazy_gettext as _l

from app.core import nav
from app.core.decimals import shown_decimal
from app.core.roles import ThreeVerbs
from app.settings import sections, service
from app.settings.views.currencies import CurrencyView
from app.settings.views.entrance import EntranceView
from app.settings.views.fields import FieldView
from app.settings.views.lists import PickListView
from app.settings.views.preferences import PreferenceView
from app.settings.views.tags import TagView


class SettingsView(ThreeVerbs, BaseView):
    """What administrators change: one card for each page, under the guide's headings."""

    route_base = "/settings"
    level = "admin"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The cards that the actor may open; `q` looks through their words and what else they are called."""
        typed = request.args.get("q", "")[:100]
        found = sections.shown(nav.shown(nav.SETTINGS), typed)
        return self.render_template("settings/index.html", sections=found, typed=typed)


def register(appbuilder: Any) -> None:
    """Wire the pages and their cards."""
    current_app.add_template_filter(shown_decimal, "custom_decimal")
    for view in (SettingsView, PickListView, TagView, FieldView, PreferenceView, CurrencyView, EntranceView):
        appbuilder.add_view_no_menu(view)
    for which, words in service.WORDS.items():
        _card(which.value, words.title, words.about, words.icon, "PickListView.show", which=which.value)
    _card("tags", _l("Tags"), _l("Rename, merge two into one, delete the unused"), "tags", "TagView.list")
    about = _l("Your own fields on contacts: texts, choices, dates, numbers, money, links")
    _card("fields", _l("Custom fields"), about, "forms", "FieldView.list")
    about = _l("The default one, those in use, and their rates day by day")
    _card("currencies", _l("Currencies"), about, "coins", "CurrencyView.list")
    about = _l("The largest document, pictures found on the web")
    _card("preferences", _l("Files, pictures, notices"), about, "file", "PreferenceView.list")
    about = _l("Who may use the CRM: all users, or chosen users and groups; its administrators")
    _card("access", _l("Access rights"), about, "lock", "EntranceView.list", level="owner")
    about = _l("Turn the CRM off and on again")
    _card("modules", _l("Modules and tools"), about, "player-play", "EntranceView.modules", level="owner")


def _card(key: str, label: Any, about: Any, icon: str, endpoint: str, level: str = "admin", **values: Any) -> None:
    nav.SETTINGS.append(nav.Entry(key, label, icon, endpoint, values, level=level, description=about))

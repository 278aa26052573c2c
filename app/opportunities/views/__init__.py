"""Pages of opportunities: list, record, form, the tab of a contact; and the board."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import nav, operations, tabs
from app.opportunities import lookups, service  # noqa: F401  (look-ups register themselves)
from app.opportunities.models import Opportunity
from app.opportunities.views.board import BoardView
from app.opportunities.views.pages import OpportunityView
from app.opportunities.views.stages import StageView


def register(appbuilder: Any) -> None:
    """Wire the pages, the menus and the tab of contacts."""
    for view in (OpportunityView, BoardView, StageView):
        appbuilder.add_view_no_menu(view)
    label = _l("Opportunities")
    main = nav.Entry("opportunities", label, "target-arrow", "OpportunityView.list", place=30, also=("BoardView",))
    nav.MAIN.append(main)
    nav.CREATE.append(nav.Entry("opportunity", _l("Opportunity"), "target-arrow", "OpportunityView.add", place=30))
    about = _l("First contact, proposal, won, lost: their order and probability")
    entry = nav.Entry(
        "stages", _l("Opportunity stages"), "progress", "StageView.list", level="admin", description=about
    )
    nav.SETTINGS.append(entry)
    many = _l("opportunities")
    kind = operations.Kind("opportunity", Opportunity, "OpportunityView", "OpportunityApi", "Opportunity", many)
    operations.register(kind)
    operations.add_shared("opportunity", service)
    tabs.add("contact", tabs.Tab("opportunities", label, "OpportunityView.of_contact", place=30))

"""The Tasks tab of the records that a task may be about."""

from typing import Any

from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.core import clock, tabs
from app.core.roles import ThreeVerbs
from app.tasks import checks, lists
from app.tasks.lists import Group, Wanted
from app.tasks.models import LINKS
from app.tasks.views.tasks import GROUPS, pages

SHOWN = 30  # rows of each group


class TaskPanelView(ThreeVerbs, BaseView):
    """What is to be done about one record (TSK-05, CON-11)."""

    route_base = "/tasks"
    class_permission_name = "Task"
    level = "user"

    @expose(f"/<any({', '.join(LINKS)}):of>/<pk>")
    @has_access
    @permission_name("list")
    def panel(self, of: str, pk: str) -> Any:
        """The tab's panel."""
        row = checks.linked(of, int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
        if row is None:
            raise NotFound
        which = Wanted(links={of: row.id})
        counts = lists.counts(which)
        groups = {group: lists.page(which, group, SHOWN) for group in Group if counts[group]}
        return self.render_template(
            "tasks/panel.html", name=of, row=row, groups=groups, counts=counts, labels=GROUPS, shown=SHOWN,
            cap=lists.CAP, now=clock.now(), pages=pages(), links=LINKS,
        )  # fmt: skip


def hang() -> None:
    """Hang the tab on each of them."""
    for name in LINKS:
        count = _counter(name)
        tabs.add(name, tabs.Tab("tasks", _l("Tasks"), "TaskPanelView.panel", count, place=20, values={"of": name}))


def _counter(name: str) -> Any:
    return lambda row: lists.open_of(name, row.id)

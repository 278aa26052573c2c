"""The Tasks tab of the records that a task may be about."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from app.core import access, clock, tabs
from app.core.db import db
from app.core.roles import ThreeVerbs
from app.tasks import checks, lists, sets
from app.tasks.lists import Group, Wanted
from app.tasks.models import LINKS, TaskTemplate
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
        row = _row_or_404(of, pk)
        which = Wanted(links={of: row.id})
        counts = lists.counts(which)
        groups = {group: lists.page(which, group, SHOWN) for group in Group if counts[group]}
        return self.render_template(
            "tasks/panel.html", name=of, row=row, groups=groups, counts=counts, labels=GROUPS, shown=SHOWN,
            cap=lists.CAP, templates=sets.templates(),
        )  # fmt: skip

    @expose(f"/<any({', '.join(LINKS)}):of>/<pk>/template", methods=["POST"])
    @has_access
    @permission_name("add")
    def apply(self, of: str, pk: str) -> Any:
        """Make the tasks of a template about the record, from today on."""
        row = _row_or_404(of, pk)
        key = request.form.get("template", 0, int)
        template = db.session.get(TaskTemplate, key) if 0 < key < 2**31 else None
        if template is None:
            raise NotFound
        made = sets.apply(template, {of: row.id}, clock.today(access.current().timezone))
        db.session.commit()
        flash(ngettext("%(num)s task made", "%(num)s tasks made", len(made)), "success")
        where = pages().get(of)
        return redirect(url_for(where, pk=pk, _anchor="tab-tasks") if where else url_for("TaskView.list"))


def _row_or_404(of: str, pk: str) -> Any:
    row = checks.linked(of, int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
    if row is None:
        raise NotFound
    return row


def hang() -> None:
    """Hang the tab on each of them."""
    for name in LINKS:
        count = _counter(name)
        tabs.add(name, tabs.Tab("tasks", _l("Tasks"), "TaskPanelView.panel", count, place=20, values={"of": name}))


def _counter(name: str) -> Any:
    return lambda row: lists.open_of(name, row.id)

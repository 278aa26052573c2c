"""Pages of tasks: the grouped list, the record, its form, group operations."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import action, expose, has_access
from flask_appbuilder.exceptions import FABException
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.urltools import get_filter_args
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import access, clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import names_of_principals
from app.core.views import came_from
from app.lists.changes import NOTHING, Change, Choice, people
from app.lists.views.listed import Column, ListedView
from app.settings.models import PickList
from app.settings.service import pick_values
from app.tasks import checks, forms, lists, queries, service
from app.tasks.lists import Group
from app.tasks.models import LINKS, Task

FEW, MANY = 10, 50  # rows of a group among others, and of one by itself
GROUPS = {
    Group.OVERDUE: _l("Overdue"),
    Group.TODAY: _l("Today"),
    Group.WEEK: _l("This week"),
    Group.LATER: _l("Later"),
    Group.CLOSED: _l("Closed"),
}
_PAGES = {"contact": "ContactView.show", "opportunity": "OpportunityView.show", "case": "CaseView.show",
          "project": "ProjectView.show"}  # fmt: skip


def pages() -> dict[str, str]:
    """Where the records are shown that a task may be about, by name: those that have a page."""
    return {name: endpoint for name, endpoint in _PAGES.items() if endpoint in current_app.view_functions}


def wanted() -> lists.Wanted:
    """The filters of the address: `who` (everyone, or a user's id; oneself by default), category, q, records."""
    who, args = request.args.get("who", ""), request.args
    owner = None if who == "everyone" else int(who) if who.isdecimal() and len(who) < 10 else access.current().user_id
    links = {name: key for name in LINKS if (key := args.get(name, type=int)) and abs(key) < 2**63}
    category, run = (
        key if (key := args.get(name, type=int)) and abs(key) < 2**31 else None for name in ("category", "imported")
    )
    return lists.Wanted(owner, category, args.get("q", "").strip()[:200], links, run)


def picked() -> list[Choice]:
    """The categories of tasks, or none of them."""
    return [NOTHING, *((value.id, value.label) for value in pick_values(PickList.TASK_CATEGORY))]


class TaskView(ListedView):
    """What is to be done (TSK-01, 02, 04…06)."""

    datamodel = queries.interface()
    service = service
    route_base = "/tasks"
    class_permission_name = "Task"
    list_name = "task"
    own_args = ("q", "who", "group", "category", "imported", *LINKS)
    search_columns = [*LINKS, "due_on", "created_at", "closed_at"]
    search_form = forms.TaskSearchForm
    label_columns = {
        **forms.LINK_LABELS,
        "title": _l("Title"),
        "due_on": _l("Due"),
        "due": _l("Due"),
        "category": _l("Category"),
        "about": _l("About"),
        "owner": _l("Responsible"),
        "description": _l("Description"),
        "created_at": _l("Created"),
        "closed_at": _l("Closed"),
    }
    changes = {
        "category": Change("category", _l("Category"), lambda task: task.category_id, lambda _task: picked()),
        "owner": Change("owner", _l("Responsible person"), lambda task: task.owner_id, people),
    }
    add_form = edit_form = forms.TaskForm
    add_template = edit_template = "tasks/form.html"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """All groups, a few rows of each; `group` shows one of them page by page."""
        if place := self.first_view():
            return redirect(place)
        which, chosen = replace(wanted(), filters=self._filters_asked()), request.args.get("group", "")
        counts = lists.counts(which)
        found = self._one(which, Group(chosen)) if chosen in list(Group) else self._all(which, counts)
        users = names_of_principals([which.owner]) if which.owner else {}
        return self.render_template(
            "tasks/list.html",
            **found,
            labels=GROUPS,
            counts=counts,
            cap=lists.CAP,
            chosen=chosen,
            who=which.owner,
            who_name=users.get(which.owner or 0, ""),
            category_id=which.category,
            categories=pick_values(PickList.TASK_CATEGORY),
            about={name: row for name, key in which.links.items() if (row := checks.linked(name, key))},
            pages=pages(),
            links=LINKS,
            filtered=bool(which.words or which.category or which.links or which.imported or which.filters),
            now=clock.now(),
            actions=self.actions,
            look=self.look(),
            search=self._get_search_widget(form=self.search_form.refresh())["search"],
        )

    def _filters_asked(self) -> tuple[tuple[Any, Any], ...]:
        """The filters of the address with each of their values; what can't be read is told and filters nothing."""
        try:
            get_filter_args(self._filters)
        except FABException as error:
            self._filters.clear_filters()
            flash(str(error), "warning")
        pairs = self._filters.get_filters_values()
        return tuple((condition, value) for condition, many in pairs for value in many)

    def columns_offered(self) -> Sequence[Column]:
        """What stands beside the title, which is always there."""
        part, now, here = current_app.jinja_env.get_template("tasks/parts.html").module, clock.now(), pages()
        labels = self.label_columns
        draws: dict[str, Any] = {
            "due": lambda task: part.due(task, now),  # type: ignore[attr-defined]
            "category": lambda task: part.category(task.category),  # type: ignore[attr-defined]
            "about": lambda task: part.about(task, here, LINKS),  # type: ignore[attr-defined]
            "owner": lambda task: task.owner.get_full_name().strip(),
        }
        usual = [Column(name, labels[name], lambda task: task, draw) for name, draw in draws.items()]
        return [*usual, *(self._column(name, False) for name in ("description", "created_at", "closed_at"))]

    def _init_properties(self) -> None:
        super()._init_properties()
        self.order_columns: Sequence[str] = ()  # a group is sorted by what it is made of

    def _all(self, which: lists.Wanted, counts: dict[Group, int]) -> dict[str, Any]:
        return {"groups": {group: lists.page(which, group, FEW) for group in Group if counts[group]}, "page": 0}

    def _one(self, which: lists.Wanted, group: Group) -> dict[str, Any]:
        page = request.args.get("page_tasks", 0, int)
        rows = lists.page(which, group, MANY, page * MANY)
        return {"groups": {group: rows} if rows else {}, "page": page, "page_size": MANY, "shown": len(rows)}

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The record."""
        task = self.row_or_404(pk)
        people = [key for key in (task.owner_id, task.created_by, task.closed_by) if key]
        return self.render_template(
            "tasks/show.html",
            task=task,
            who=names_of_principals(people),
            reminders=forms.REMINDERS,
            repeats=forms.said(task.rule),
            pages=pages(),
            links=LINKS,
            now=clock.now(),
            may_delete=service.may_delete(task),
        )

    def data_of(self, form: forms.TaskForm) -> dict[str, Any]:
        return forms.data_of(form)

    def form_values(self, row: Task) -> Any:
        return forms.values(row)

    def _add(self) -> Any:
        widgets = super()._add()
        if widgets and request.method == "GET":
            widgets["add"].template_args["form"].prefill(request.args)
        return widgets

    def post_add_redirect(self) -> Any:
        """Back to the tab of the record that the link came from, else to the task."""
        about = next((name for name in pages() if request.args.get(name, type=int)), None)
        if about is None or "save_and_new" in request.form:
            return super().post_add_redirect()
        return redirect(url_for(_PAGES[about], pk=request.args[about], _anchor="tab-tasks"))

    @expose("/close/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def close(self, pk: str) -> Any:
        """Done (TSK-06); the answer is the row as it is now."""
        return self._turned(self.row_or_404(pk), service.close)

    @expose("/reopen/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def reopen(self, pk: str) -> Any:
        """Not done after all."""
        return self._turned(self.row_or_404(pk), service.reopen)

    def _turned(self, task: Task, verb: Callable[[Task], None]) -> Any:
        verb(task)
        db.session.commit()
        if not request.headers.get("HX-Request"):
            return redirect(came_from(url_for(".show", pk=task.id)))
        names = request.form.get("columns", "").split(",")
        columns = [column for column in self.columns_offered() if column.name in names]
        columns.sort(key=lambda column: names.index(column.name))
        return self.render_template("tasks/row.html", task=task, columns=columns)

    @expose("/restore/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("delete")
    def restore(self, pk: int) -> Any:
        """Undo a deletion (GEN-07)."""
        try:
            task = service.restore(pk)
            db.session.commit()
        except RuleBroken as broken:
            flash(str(broken), "danger")
            return redirect(url_for(".list"))
        flash(_("Restored"), "success")
        return redirect(url_for(".show", pk=task.id))

    @action("close", _l("Close"), "", icon="check")
    def close_chosen(self, tasks: Any) -> Any:
        """The chosen ones are done."""
        return self.for_each(tasks, service.close)

    @action("reopen", _l("Reopen"), "", icon="arrow-back-up")
    def reopen_chosen(self, tasks: Any) -> Any:
        """The chosen ones are not done after all."""
        return self.for_each(tasks, service.reopen)

    @action("delete", _l("Delete"), _l("Move the chosen tasks to the bin?"), icon="trash")
    def delete_chosen(self, tasks: Any) -> Any:
        """Move the chosen ones to the bin."""
        return self.for_each(tasks, service.delete)

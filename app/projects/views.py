"""Pages of projects: list, record with tabs, form; the tabs of opportunities and contacts."""

from typing import Any

from flask import request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext as _l

from app.contacts.models import Contact
from app.core import access, nav, operations, tabs
from app.core.people import names_of_principals
from app.core.views import cells_of, seen_or_404
from app.lists.changes import Change, owner_change
from app.opportunities.models import Opportunity
from app.projects import forms, lookups, queries, service  # noqa: F401  (lookups register themselves)
from app.projects.changes import STATUS_LABELS
from app.projects.models import Project
from app.settings.views.records import RecordView

cell = cells_of("projects/cells.html")


class ProjectView(RecordView):
    """The work that follows a sale (OPP-07)."""

    entity = "project"
    datamodel = queries.interface()
    service = service
    route_base = "/projects"
    class_permission_name = "Project"
    list_title = _l("Projects")
    list_name = "project"
    own_args = ("q",)
    more_columns = ["description", "private", "created_at"]
    list_columns = ["card", "opportunity", "contact", "status", "start_on", "end_on", "owner", "changed_at"]
    order_columns = ["card", "end_on", "changed_at"]
    base_order = ("changed_at", "desc")
    search_columns = [
        "status", "owner", "opportunity", "contact", "private", "start_on", "end_on", "created_at", "changed_at",
    ]  # fmt: skip
    search_form = forms.ProjectSearchForm
    add_form = edit_form = forms.ProjectForm
    list_template = "projects/list.html"
    show_template = "projects/show.html"
    add_template = edit_template = "projects/form.html"
    label_columns = {
        "card": _l("Title"),
        "opportunity": _l("Opportunity"),
        "contact": _l("Contact"),
        "status": _l("Status"),
        "start_on": _l("Start"),
        "end_on": _l("End"),
        "owner": _l("Responsible"),
        "private": _l("Limited access"),
        "description": _l("Description"),
        "created_at": _l("Created"),
        "changed_at": _l("Changed"),
    }
    formatters_columns = {
        name: cell(name) for name in ("card", "opportunity", "contact", "status", "start_on", "end_on", "owner")
    }

    changes = {
        "status": Change("status", _l("Status"), lambda row: row.status, lambda _row: list(STATUS_LABELS.items())),
        "owner": owner_change(),
    }

    def data_of(self, form: forms.ProjectForm) -> dict[str, Any]:
        return forms.data_of(form)

    def form_values(self, row: Project) -> Any:
        return forms.values(row)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The record: header card, details, tabs."""
        row = self.row_or_404(pk)
        return self.render_template(
            self.show_template,
            row=row,
            statuses=STATUS_LABELS,
            more_tabs=tabs.of("project"),
            may_manage=access.may_manage(row),
            who=names_of_principals([row.owner_id, *row.co_owners, *row.shared_with]),
        )

    def _add(self) -> Any:
        widgets = super()._add()
        if widgets and request.method == "GET":
            form = widgets["add"].template_args["form"]
            form.prefill(request.args.get("opportunity", type=int), request.args.get("contact", type=int))
        return widgets

    @expose("/opportunity/<pk>", methods=["GET"])
    @has_access
    @permission_name("list")
    def of_opportunity(self, pk: str) -> Any:
        """The tab of an opportunity."""
        row = seen_or_404(Opportunity, pk)
        rows = service.of(Project.opportunity_id == row.id)
        return self.render_template("projects/tab.html", parent={"opportunity": row.id}, rows=rows)

    @expose("/contact/<pk>", methods=["GET"])
    @has_access
    @permission_name("list")
    def of_contact(self, pk: str) -> Any:
        """The tab of a contact."""
        row = seen_or_404(Contact, pk)
        rows = service.of(Project.contact_id == row.id)
        return self.render_template("projects/tab.html", parent={"contact": row.id}, rows=rows)


def register(appbuilder: Any) -> None:
    """Wire the pages, the menu and the tabs."""
    appbuilder.add_view_no_menu(ProjectView)
    label = _l("Projects")
    nav.MAIN.append(nav.Entry("projects", label, "briefcase", "ProjectView.list", place=55))
    operations.register(operations.Kind("project", Project, "ProjectView", "ProjectApi", "Project", _l("projects")))
    operations.add_shared("project", service)
    tabs.add("opportunity", tabs.Tab("projects", label, "ProjectView.of_opportunity", place=80))
    tabs.offer(
        "opportunity", tabs.Offer("project", _l("Create project"), "briefcase", "ProjectView.add", "opportunity")
    )
    tabs.add("contact", tabs.Tab("projects", label, "ProjectView.of_contact", place=80))

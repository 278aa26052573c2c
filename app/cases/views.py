"""Pages of cases: list with the box that closes, record with tabs, form, participants and what goes out to them."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import action, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.cases import forms, invitations, lookups, queries, service  # noqa: F401  (lookups register themselves)
from app.cases.invitation_views import InvitationView
from app.cases.models import Case
from app.contacts.models import Contact
from app.core import access, nav, storage, tabs
from app.core.cleaning import seen
from app.core.db import db
from app.core.people import names_of_principals
from app.core.views import asked_page, came_from, cells_of, seen_or_404, stored
from app.lists.changes import owner_change
from app.settings import custom
from app.settings.views.records import RecordView
from reports import attendance

cell = cells_of("cases/cells.html")


class CaseView(RecordView):
    """Work around several contacts (CAS-01…03)."""

    entity = "case"
    datamodel = queries.interface()
    service = service
    route_base = "/cases"
    class_permission_name = "Case"
    list_title = _l("Cases")
    list_name = "case"
    own_args = ("q", "imported", "state")
    more_columns = ["closed_at", "meets_at", "place", "description", "private", "created_at"]
    list_columns = ["card", "tags", "owner", "changed_at"]
    order_columns = ["card", "changed_at"]
    base_order = ("changed_at", "desc")
    search_columns = ["tags", "owner", "participants", "private", "created_at", "closed_at", "changed_at"]
    search_form = forms.CaseSearchForm
    add_form = edit_form = forms.CaseForm
    list_template = "cases/list.html"
    show_template = "cases/show.html"
    add_template = edit_template = "cases/form.html"
    label_columns = {
        "card": _l("Title"),
        "tags": _l("Tags"),
        "owner": _l("Responsible"),
        "private": _l("Limited access"),
        "closed_at": _l("Closed"),
        "meets_at": _l("Meeting"),
        "place": _l("Place"),
        "description": _l("Description"),
        "created_at": _l("Created"),
        "changed_at": _l("Changed"),
    }
    formatters_columns = {name: cell(name) for name in ("card", "tags", "owner")}

    changes = {"owner": owner_change()}

    def narrow(self, filters: Any) -> None:
        super().narrow(filters)
        filters.add_filter_related_view("closed", queries.FilterState, asked_state())

    def _get_list_widget(self, filters: Any, **kwargs: Any) -> Any:
        widgets = super()._get_list_widget(filters, **kwargs)
        widgets["list"].template_args["export_args"] = {"state": asked_state()}
        return widgets

    def data_of(self, form: forms.CaseForm) -> dict[str, Any]:
        return forms.data_of(form, adding=request.path.endswith("/add"))

    def form_values(self, row: Case) -> Any:
        return forms.values(row)

    def _add(self) -> Any:
        widgets = super()._add()
        if widgets and request.method == "GET":
            widgets["add"].template_args["form"].prefill(request.args.get("contact", type=int))
        return widgets

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The record: header card with the box, details, tabs."""
        row = self.row_or_404(pk)
        return self.render_template(
            self.show_template,
            row=row,
            more_tabs=tabs.of("case"),
            may_manage=access.may_manage(row),
            custom_fields=custom.fields_of("case"),
            who=names_of_principals([row.owner_id, *row.co_owners, *row.shared_with]),
            when=invitations.shown_when(row),
        )

    @expose("/close/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def close(self, pk: str) -> Any:
        """Close it, or open it again: `reopen` in the address (CAS-02)."""
        row, reopen = self.row_or_404(pk), "reopen" in request.args
        service.set_closed(row, closed=not reopen)
        db.session.commit()
        flash(_("Open again") if reopen else _("Closed"), "success")
        return redirect(came_from(url_for(".show", pk=row.id)))

    @action("close", _l("Close"), "", icon="check")
    def close_chosen(self, rows: list[Case]) -> Any:
        """Close the chosen ones."""
        return self.for_each(rows, lambda row: service.set_closed(row, closed=True))

    @expose("/participants/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def participants(self, pk: str) -> Any:
        """The tab of those who take part."""
        return self._participants(self.row_or_404(pk))

    @expose("/participants/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def link(self, pk: str) -> Any:
        """Let a contact take part."""
        row = self.row_or_404(pk)
        ids = [int(key) for key in request.form.getlist("contact") if key.isascii() and key.isdigit() and len(key) < 10]
        found = [contact for key in ids[:50] if (contact := seen(Contact, key)) is not None]
        if not found:
            return self._participants(row, _("Choose a contact."))
        service.link(row, found)
        db.session.commit()
        return self._participants(row)

    @expose("/participants/<pk>/unlink/<contact>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def unlink(self, pk: str, contact: str) -> Any:
        """Let a contact take part no more."""
        row = self.row_or_404(pk)
        service.unlink(row, [seen_or_404(Contact, contact)])
        db.session.commit()
        return self._participants(row)

    def _participants(self, row: Case, error: str = "") -> Any:
        page = asked_page()
        people = service.participants(row, page, service.PAGE + 1)
        return self.render_template(
            "cases/participants.html",
            row=row,
            people=people[: service.PAGE],
            page=page,
            more=len(people) > service.PAGE,
            error=error,
        )

    @expose("/mail/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def mail(self, pk: str) -> Any:
        """Write to all participants (CAS-03)."""
        row = self.row_or_404(pk)
        form = (
            forms.MailForm() if request.method == "POST" else forms.MailForm(formdata=None, data={"subject": row.title})
        )
        data = {"subject": form.subject.data, "text": form.text.data}
        return self._sent(row, form, "cases/mail.html", lambda: invitations.mail(row, data))

    @expose("/invite/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def invite(self, pk: str) -> Any:
        """Invite all participants (CAS-03)."""
        row, kind = self.row_or_404(pk), forms.InvitationForm
        form = kind() if request.method == "POST" else kind(formdata=None, data=forms.invitation_values(row))
        return self._sent(row, form, "cases/invite.html", lambda: invitations.invite(row, forms.invitation_of(form)))

    def _sent(self, row: Case, form: Any, template: str, send: Any) -> Any:
        """Show the form, or send and tell how many mails are on their way."""
        done: list[tuple[int, int]] = []
        if request.method == "POST" and stored(form, lambda: done.append(send())):
            mails, without = done[0]
            flash(ngettext("%(num)s mail is on its way", "%(num)s mails are on their way", mails), "success")
            if without:
                flash(_("%(n)s participants have no email address", n=without), "warning")
            return redirect(url_for(".show", pk=row.id, _anchor="tab-participants"))
        return self.render_template(template, row=row, form=form, count=service.count_participants(row))

    @expose("/attendance/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def attendance(self, pk: str) -> Any:
        """The attendance list as PDF (CAS-03)."""
        row = self.row_or_404(pk)
        name = storage.plain_name(f"{row.title}.pdf", "presenze.pdf")
        answer = Response(attendance.pdf(row), mimetype="application/pdf")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    @expose("/contact/<pk>", methods=["GET"])
    @has_access
    @permission_name("list")
    def of_contact(self, pk: str) -> Any:
        """The tab of a contact."""
        contact = seen_or_404(Contact, pk)
        return self.render_template("cases/tab.html", contact=contact, rows=service.of_contact(contact.id))


def asked_state() -> str:
    """Which cases the address asks for: those that are open, unless it says otherwise (CAS-02)."""
    state = request.args.get("state", "")
    return state if state in queries.STATES else "open"


def _count(case: Case) -> int:
    return service.count_participants(case)


def register(appbuilder: Any) -> None:
    """Wire the pages, the menus and the tabs."""
    appbuilder.add_view_no_menu(CaseView)
    appbuilder.add_view_no_menu(InvitationView)
    label = _l("Cases")
    nav.MAIN.append(nav.Entry("cases", label, "inbox", "CaseView.list", place=50))
    nav.CREATE.append(nav.Entry("case", _l("Case"), "inbox", "CaseView.add", place=50))
    tabs.add("case", tabs.Tab("participants", _l("Participants"), "CaseView.participants", _count, place=30))
    tabs.add("contact", tabs.Tab("cases", label, "CaseView.of_contact", place=50))

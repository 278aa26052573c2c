"""Pages of contacts: list, record with tabs, forms, group operations."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import action, expose, has_access
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.contacts import directory_views, forms, lookups, merging, photos, queries, service  # noqa: F401  (lookups register themselves)
from app.contacts.duplicate_views import DuplicateView
from app.contacts.merge_views import MergeView
from app.contacts.models import FISCAL, Contact, Kind
from app.contacts.personal_views import PersonalView
from app.contacts.photo_views import PhotoView
from app.contacts.vcard_views import VcardView
from app.core import access, nav, tabs
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.people import names_of_principals
from app.core.views import cells_of
from app.history import words
from app.lists.changes import NOTHING, Change, Choice, owner_change
from app.lists.views.listed import Column, ListedView
from app.settings import custom
from app.settings import forms as custom_forms
from app.settings.models import PickList
from app.settings.service import pick_values
from app.settings.views.records import columns_of

cell = cells_of("contacts/cells.html")
MAX_ID = 2**31 - 1  # of an import run


class ContactView(ListedView):
    """Persons and companies (CON-01…03, 06, 07, 09)."""

    datamodel = queries.interface()
    service = service
    route_base = "/contacts"
    class_permission_name = "Contact"
    list_title = _l("Contacts")
    list_name = "contact"
    own_args = ("q", "imported")
    more_columns = ["kind", "title", "website", "city", "country", "vat_number", "tax_code", "description", "private",
                    "created_at"]  # fmt: skip
    list_columns = ["card", "email", "phone", "company", "type", "temperature", "tags", "owner", "changed_at"]
    order_columns = ["card", "changed_at"]
    base_order = ("card", "asc")
    search_columns = [
        "kind",
        "type",
        "temperature",
        "tags",
        "owner",
        "private",
        "company",
        "title",
        "created_at",
        "changed_at",
    ]
    search_form = forms.ContactSearchForm
    add_form = edit_form = forms.ContactForm
    list_template = "contacts/list.html"
    show_template = "contacts/show.html"
    add_template = edit_template = "contacts/form.html"
    label_columns = {
        "card": _l("Name"),
        "email": _l("Email"),
        "phone": _l("Phone"),
        "company": _l("Company"),
        "type": _l("Type"),
        "temperature": _l("Temperature"),
        "tags": _l("Tags"),
        "owner": _l("Responsible"),
        "private": _l("Private"),
        "kind": _l("Person or company"),
        "title": _l("Job title"),
        "website": _l("Website"),
        "city": _l("City"),
        "country": _l("Country"),
        "vat_number": _l("VAT number"),
        "tax_code": _l("Tax code"),
        "description": _l("Description"),
        "created_at": _l("Created"),
        "changed_at": _l("Changed"),
    }
    formatters_columns = {
        name: cell(name)
        for name in ("card", "email", "phone", "company", "type", "temperature", "tags", "owner", "kind", "website")
    }

    changes = {
        "type": Change("type", _l("Type"), lambda row: row.type_id, lambda _row: picked(PickList.CONTACT_TYPE)),
        "temperature": Change(
            "temperature", _l("Temperature"), lambda row: row.temperature_id, lambda _row: picked(PickList.TEMPERATURE)
        ),
        "owner": owner_change(),
    }

    def narrow(self, filters: Any) -> None:
        if typed := request.args.get("q", "").strip()[:200]:
            filters.add_filter_related_view("search", queries.FilterContactSearch, typed)
        if run := request.args.get("imported", type=int):
            filters.add_filter_related_view("import_run_id", FilterEqual, min(run, MAX_ID))

    def own_columns(self) -> list[Column]:
        return columns_of("contact")

    def data_of(self, form: forms.ContactForm) -> dict[str, Any]:
        return forms.data_of(form)

    def form_values(self, row: Contact) -> Any:
        return forms.values(row)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The record: header card, details, tabs (CON-11)."""
        if kept := self._kept_of(pk):
            return redirect(url_for(".show", pk=kept))
        contact = self.row_or_404(pk)
        persons = service.persons_of(contact) if contact.kind == Kind.COMPANY else []
        return self.render_template(
            self.show_template,
            contact=contact,
            persons=persons,
            fiscal=[(words.FIELDS["contact"][key], getattr(contact, key)) for key in FISCAL],
            kind_labels=forms.KIND_LABELS,
            more_tabs=tabs.of("contact"),
            offers=tabs.offers("contact"),
            notes=tabs.notes("contact", contact),
            may_manage=access.may_manage(contact),
            findable=not contact.photo and bool(photos.sources(contact)),
            custom_fields=[f for f in custom.fields_of("contact") if f.fits(contact.kind)],
            who=names_of_principals([contact.owner_id, *contact.co_owners, *contact.shared_with]),
        )

    @staticmethod
    def _kept_of(pk: str) -> int | None:
        """Where an alias leads (CON-12)."""
        return merging.of_alias(int(pk)) if pk.isascii() and pk.isdecimal() else None

    def _add(self) -> Any:
        widgets = super()._add()
        if widgets and request.method == "GET":
            widgets["add"].template_args["form"].prefill(request.args)
        return widgets

    @expose("/custom/<pk>/<key>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit_custom(self, pk: str, key: str) -> Any:
        """One custom field, edited where it stands (CON-08): its form, or the fact again when that was saved."""
        contact = self.row_or_404(pk)
        field = next(
            (f for f in custom.fields_of("contact") if f.key == key and f.holds and f.fits(contact.kind)), None
        )
        if field is None:
            raise NotFound
        form, errors = custom_forms.form_of([field], request.form or None, contact.custom), {}
        saved = "cancel" in request.args
        if request.method == "POST" and form.validate():
            errors = self._saved_custom(contact, field.key, form[field.name].data)
            saved = not errors
        form[field.name].errors = [*form[field.name].errors, *errors.pop(field.name, [])]
        others = " ".join(why for reasons in errors.values() for why in reasons)
        return self.render_template(
            "contacts/custom.html", contact=contact, field=field, form=form, saved=saved, others=others
        )

    def _saved_custom(self, contact: Contact, key: str, value: Any) -> dict[str, list[str]]:
        version = request.form.get("version", type=int)
        try:
            service.save({"custom": {key: value}, "version": version}, contact)
            db.session.commit()
        except (RuleBroken, Conflict) as refused:
            db.session.rollback()
            changed = _("Somebody else has changed this meanwhile. Compare, then save again.")
            return refused.errors if isinstance(refused, RuleBroken) else {"": [changed]}
        return {}

    @expose("/companies", methods=["POST"])
    @has_access
    @permission_name("edit")
    def create_company(self) -> Any:
        """Make a company from the words typed in a form, without leaving it (GEN-05)."""
        typed = str((request.get_json(silent=True) or {}).get("text", ""))
        company = service.save({"kind": Kind.COMPANY, "name": typed})
        db.session.commit()
        return {"value": company.id, "text": company.full_name}, 201

    @expose("/persons/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def link_person(self, pk: str) -> Any:
        """Add a person to the company."""
        company = self.row_or_404(pk)
        try:
            service.link_person(company, self.row_or_404(request.form.get("person")))
            db.session.commit()
        except RuleBroken as broken:
            flash(str(broken), "danger")
        return redirect(url_for(".show", pk=pk, _anchor="tab-persons"))

    @expose("/persons/<pk>/unlink/<person>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def unlink_person(self, pk: str, person: str) -> Any:
        """Take a person out of the company."""
        service.unlink_person(self.row_or_404(pk), self.row_or_404(person))
        db.session.commit()
        return redirect(url_for(".show", pk=pk, _anchor="tab-persons"))

    @expose("/restore/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("delete")
    def restore(self, pk: int) -> Any:
        """Undo a deletion (GEN-07)."""
        try:
            contact = service.restore(pk)
            db.session.commit()
        except RuleBroken as broken:
            flash(str(broken), "danger")
            return redirect(url_for(".list"))
        flash(_("Restored"), "success")
        return redirect(url_for(".show", pk=contact.id))

    @action("open", _l("Open to all"), "", icon="lock-open")
    def open_to_all(self, contacts: list[Contact]) -> Any:
        """Let every user of the CRM see the chosen ones."""
        return self.for_each(contacts, lambda c: service.share(c, private=False, shared_with=c.shared_with))

    @action("private", _l("Make private"), "", icon="lock")
    def make_private(self, contacts: list[Contact]) -> Any:
        """Back to their responsible persons."""
        return self.for_each(contacts, lambda c: service.share(c, private=True, shared_with=c.shared_with))

    @action("delete", _l("Delete"), _l("Move the chosen contacts to the bin?"), icon="trash")
    def delete_chosen(self, contacts: list[Contact]) -> Any:
        """Move the chosen ones to the bin."""
        return self.for_each(contacts, service.delete)


def picked(which: PickList) -> list[Choice]:
    """The words of a list, or none of them."""
    return [NOTHING, *((value.id, value.label) for value in pick_values(which))]


def register(appbuilder: Any) -> None:
    """Wire the pages and the menus."""
    appbuilder.add_view_no_menu(ContactView)
    appbuilder.add_view_no_menu(PhotoView)
    appbuilder.add_view_no_menu(MergeView)
    appbuilder.add_view_no_menu(DuplicateView)
    appbuilder.add_view_no_menu(VcardView)
    appbuilder.add_view_no_menu(PersonalView)
    directory_views.register(appbuilder)
    also = tuple(view.__name__ for view in (PhotoView, MergeView, DuplicateView, VcardView, PersonalView))
    nav.MAIN.append(nav.Entry("contacts", _l("Contacts"), "users", "ContactView.list", place=10, also=also))
    nav.CREATE.append(nav.Entry("person", _l("Person"), "user", "ContactView.add", place=10))
    nav.CREATE.append(nav.Entry("company", _l("Company"), "building", "ContactView.add", {"kind": "company"}, place=11))

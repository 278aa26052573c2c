"""Looking a company up in a directory from within its form, and the key that Crunchbase wants (CON-04)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.contacts import directory
from app.core import access, nav
from app.core.db import db
from app.core.roles import ThreeVerbs

LABELS = {
    "name": _l("Company name"),
    "description": _l("Description"),
    "website": _l("Website"),
    "linkedin": "LinkedIn",
    "facebook": "Facebook",
    "x": "X",
    "email": _l("Email"),
    "phone": _l("Phone"),
    "street": _l("Street"),
    "city": _l("City"),
    "state": _l("Province or state"),
    "country": _l("Country"),
    "vat_number": _l("VAT number"),
}


class DirectoryView(ThreeVerbs, BaseView):
    """Parts of the company form: what was found, and the fields of the one that was picked."""

    route_base = "/contacts/directory"
    class_permission_name = "Contact"
    level = "user"

    @expose("/")
    @has_access
    @permission_name("edit")
    def find(self) -> Any:
        """Candidates for the typed `name`."""
        found, error = [], None
        try:
            found = directory.lookup(request.args.get("name", ""))
        except directory.DirectoryFailed as failed:
            error = str(failed)
        ready = bool(directory.crunchbase_key())
        return self._part(found=found, error=error, ready=ready, is_admin=access.current().is_admin)

    @expose("/<provider>/<path:key>")
    @has_access
    @permission_name("edit")
    def pick(self, provider: str, key: str) -> Any:
        """The fields of one candidate, to be taken one by one."""
        if provider not in directory.PROVIDERS:
            raise NotFound
        try:
            picked = directory.details(provider, key[:200])
        except directory.DirectoryFailed as failed:
            return self._part(found=[], error=str(failed), ready=True, is_admin=False)
        return self._part(picked=picked, labels=LABELS)

    def _part(self, **values: Any) -> Any:
        return self.render_template("contacts/directory.html", **values)


class DirectoryKeyView(ThreeVerbs, BaseView):
    """Administrators set the key; it goes in and never comes out."""

    route_base = "/settings/directory"
    class_permission_name = "Directory"
    level = "admin"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def edit(self) -> Any:
        """The form."""
        if request.method == "POST":
            directory.set_crunchbase_key("" if "remove" in request.form else request.form.get("key", "")[:200])
            db.session.commit()
            flash(_("Changes saved"), "success")
            return redirect(url_for(".edit"))
        return self.render_template("contacts/directory_key.html", is_set=bool(directory.crunchbase_key()))


def register(appbuilder: Any) -> None:
    """Wire the parts, the page and its card."""
    appbuilder.add_view_no_menu(DirectoryView)
    appbuilder.add_view_no_menu(DirectoryKeyView)
    about = _l("The key with which companies are looked up in Crunchbase")
    card = nav.Entry("directory", _l("Business directory"), "building", "DirectoryKeyView.edit", level="admin")
    card.description = about
    nav.SETTINGS.append(card)

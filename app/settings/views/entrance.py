"""The owner's pages: who may use the CRM, and whether it is on (ACC-04)."""

from collections.abc import Sequence
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from app.core.db import db
from app.core.entrance import chosen
from app.core.errors import Conflict, RuleBroken
from app.core.people import ADMINISTRATOR, names_of_principals
from app.core.roles import ThreeVerbs
from app.settings import entrance


class EntranceView(ThreeVerbs, BaseView):
    """Open while the module is off too: it is turned on again here."""

    route_base = "/settings/access"
    level = "owner"
    class_permission_name = "Entrance"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """Who is in: everyone, or the chosen ones; and who administers."""
        row = chosen()
        return self._page(everyone=row.everyone, principals=row.principals, errors={})

    def _page(self, everyone: bool, principals: Sequence[int], errors: dict[str, Any]) -> Any:
        names = names_of_principals([*principals])
        return self.render_template(
            "settings/access.html",
            everyone=everyone,
            users=[(p, names[p]) for p in principals if p > 0 and p in names],
            groups=[(p, names[p]) for p in principals if p < 0 and p in names],
            administrators=entrance.of_role(ADMINISTRATOR),
            owners=entrance.always_in(),
            version=chosen().version,
            errors=errors,
        )

    @expose("/", methods=["POST"])
    @has_access
    def edit(self) -> Any:
        """Choose who is in."""
        everyone = request.form.get("who") != "chosen"
        typed = [*request.form.getlist("users"), *request.form.getlist("groups")]
        principals = [int(p) for p in typed if p.lstrip("-").isdecimal() and len(p) < 11]
        try:
            entrance.choose(everyone, principals, request.form.get("version", type=int))
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            return self._page(everyone, principals, broken.errors), 400
        except Conflict:
            db.session.rollback()
            errors = {"": [_("Somebody else has changed this meanwhile. Compare, then save again.")]}
            return self._page(everyone, principals, errors), 409
        flash(_("Changes saved"), "success")
        return redirect(url_for(".list"))

    @expose("/find/<which>")
    @has_access
    def find(self, which: str) -> Any:
        """Accounts or groups for the look-ups of the page: those outside the CRM are the ones to be let in."""
        typed = request.args.get("q", "")[:100]
        return jsonify(entrance.groups(typed) if which == "groups" else entrance.accounts(typed))

    @expose("/administrators", methods=["POST"])
    @has_access
    def appoint(self) -> Any:
        """Make somebody a CRM administrator."""
        try:
            user = entrance.appoint(request.form.get("administrator", type=int))
        except RuleBroken as broken:
            row = chosen()
            return self._page(row.everyone, row.principals, broken.errors), 400
        db.session.commit()
        flash(_("%(name)s is a CRM administrator now", name=user.get_full_name()), "success")
        return redirect(url_for(".list"))

    @expose("/administrators/<int:pk>/remove", methods=["POST"])
    @has_access
    def dismiss(self, pk: int) -> Any:
        """Make an administrator a plain user."""
        if user := entrance.dismiss(min(pk, 2**31 - 1)):
            db.session.commit()
            flash(_("%(name)s is a user without administration now", name=user.get_full_name()), "success")
        return redirect(url_for(".list"))

    @expose("/modules", methods=["GET", "POST"])
    @has_access
    def modules(self) -> Any:
        """The switch."""
        if request.method == "POST":
            entrance.turn(on := "crm" in request.form)
            db.session.commit()
            flash(_("The CRM is on") if on else _("The CRM is off"), "success")
            return redirect(url_for(".modules"))
        return self.render_template("settings/modules.html", row=chosen())

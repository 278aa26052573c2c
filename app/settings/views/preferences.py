"""The page of the administrators' small choices."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from app.core.db import db
from app.core.errors import RuleBroken
from app.core.roles import ThreeVerbs
from app.settings import preferences


class PreferenceView(ThreeVerbs, BaseView):
    """Limits, and what is off until somebody turns it on."""

    route_base = "/settings/preferences"
    level = "admin"
    class_permission_name = "Preference"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The choices as they are."""
        values = {key: preferences.chosen(choice) for key, choice in preferences.KNOWN.items()}
        return self._page(values, {})

    @expose("/", methods=["POST"])
    @has_access
    def edit(self) -> Any:
        """Change them."""
        try:
            preferences.save(request.form.to_dict())
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            return self._page(request.form, broken.errors), 400
        flash(_("Changes saved"), "success")
        return redirect(url_for(".list"))

    def _page(self, values: Any, errors: dict[str, Any]) -> Any:
        known = preferences.KNOWN.values()
        return self.render_template("settings/preferences.html", choices=known, values=values, errors=errors)

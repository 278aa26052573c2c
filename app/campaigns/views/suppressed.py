"""The addresses that get no mass mail any more, with the reason (MAIL-04)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from app.campaigns import suppression
from app.campaigns.models import Suppressed
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404

PAGE = 50


class SuppressedView(ThreeVerbs, BaseView):
    """One list for all mailings."""

    route_base = "/campaigns/suppressed"
    class_permission_name = "Suppressed"
    level = "admin"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """One page, the latest first; `q` looks for an address."""
        return self._page()

    def _page(self, errors: Any = None) -> Any:
        q, page = request.args.get("q", "")[:200], max(0, min(request.args.get("page_suppressed", 0, int), 10_000))
        rows, total = suppression.page_of(q, page, PAGE)
        typed = request.form.get("email", "")[:400]
        return self.render_template(
            "campaigns/suppressed.html",
            rows=rows,
            total=total,
            page=page,
            page_size=PAGE,
            q=q,
            reasons=suppression.WHY,
            errors=errors or {},
            typed=typed,
        )

    @expose("/add", methods=["POST"])
    @has_access
    def add(self) -> Any:
        """Put one there by hand."""
        try:
            suppression.add(request.form.get("email", ""))
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            return self._page(broken.errors), 400
        flash(_("Added"), "success")
        return redirect(url_for(".list"))

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Take one off."""
        row = found_or_404(Suppressed, pk)
        suppression.remove(row)
        db.session.commit()
        flash(_("Taken off the list"), "success")
        return redirect(url_for(".list"))

"""The page of a contact's personal data: consents, the copy of all that is held, erasure (CON-15)."""

import datetime as dt
import io
import json
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from app.contacts import personal
from app.contacts.merge_views import seen_or_404
from app.core import access, clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.roles import ThreeVerbs


class PersonalView(ThreeVerbs, BaseView):
    """Consents for whoever may write; copy and erasure for administrators."""

    route_base = "/contacts/personal"
    class_permission_name = "Contact"
    level = "user"

    @expose("/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def page(self, pk: str) -> Any:
        """What was agreed to; POST writes down a consent."""
        contact, errors = seen_or_404(pk), {}
        if request.method == "POST":
            try:
                day = request.form.get("day", type=_day)
                texts = (request.form.get("purpose", ""), request.form.get("given") == "yes", day)
                personal.note(contact, *texts, request.form.get("source", ""))
                db.session.commit()
                return redirect(url_for(".page", pk=pk))
            except RuleBroken as broken:
                db.session.rollback()
                errors = broken.errors
        return self.render_template(
            "contacts/personal.html",
            contact=contact,
            consents=personal.consents(contact),
            errors=errors,
            typed=request.form,
            today=clock.today(access.current().timezone),
            is_admin=access.current().is_admin,
        ), (400 if errors else 200)

    @expose("/<pk>/data.json")
    @has_access
    @permission_name("edit")
    def as_json(self, pk: str) -> Response:
        """All that is held, for programs."""
        contact = seen_or_404(pk)
        text = json.dumps(personal.held(contact), ensure_ascii=False, indent=1, default=str)
        return _download(text.encode(), "application/json", contact.id, "json")

    @expose("/<pk>/data.pdf")
    @has_access
    @permission_name("edit")
    def as_pdf(self, pk: str) -> Response:
        """All that is held, for people."""
        contact, out = seen_or_404(pk), io.BytesIO()
        html = self.render_template("contacts/personal_pdf.html", contact=contact, held=personal.held(contact))
        pisa.CreatePDF(html, dest=out, resource_policy=ResourceAccessPolicy.server(None, allow_remote=False))
        return _download(out.getvalue(), "application/pdf", contact.id, "pdf")

    @expose("/<pk>/erase", methods=["POST"])
    @has_access
    @permission_name("delete")
    def erase(self, pk: str) -> Any:
        """Make the person unknown; the typed name says that this one is meant."""
        contact = seen_or_404(pk)
        if access.current().is_admin and request.form.get("name", "").strip() != contact.full_name:
            flash(_("Type the name as it stands to erase the person."), "warning")
            return redirect(url_for(".page", pk=pk))
        personal.erase(contact)
        db.session.commit()
        flash(_("The personal data is erased"), "success")
        return redirect(url_for("ContactView.show", pk=pk))


def _day(typed: str) -> Any:
    """A day as forms send it. Raises ValueError."""
    return dt.date.fromisoformat(typed)


def _download(content: bytes, media_type: str, key: int, ending: str) -> Response:
    answer = Response(content, content_type=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=f"personal-data-{key}.{ending}")
    return answer
